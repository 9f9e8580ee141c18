//! Emits `generated/keys.rs`: a typed key for every entity, and the key types of the indexes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::design::{Argument, Design, Entity, Index, IndexKey, Segment, Shards, Template, Type, USUAL_KEY};
use crate::emit::debug::{Shown, debug};
use crate::emit::rust::{self, DESERIALIZE, RustFile, SERIALIZE, camel, doc, ident};
use crate::emit::types::{self, key_name};
use crate::emitted::Emitted;

/// The key type of a table with its own key attributes. The key types of entities end in `Key`, so the names differ.
const TABLE_KEY: &str = "TablePrimary";

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    if has_own_key_attributes(design) {
        let (partition, sort) = (&design.table.partition_key, &design.table.sort_key);
        file.text(&format!(
            "table_runtime::table_key! {{\n    /// The key in the table: `{partition}` and `{sort}`.\n    \
             {TABLE_KEY}: \"{partition}\", \"{sort}\"\n}}\n"
        ));
    }
    for index in &design.table.indexes {
        let item = index_key(&mut file, index);
        file.item(item);
    }
    for entity in &design.entities {
        key(design, &mut file, entity);
    }
    vec![file.finish(design, "keys.rs", "The typed keys of the table and of its indexes.", "schema/")]
}

/// Whether the key attributes have other names than in the key type of `table-runtime`.
pub fn has_own_key_attributes(design: &Design) -> bool {
    [&design.table.partition_key, &design.table.sort_key] != USUAL_KEY
}

/// The key type of the table.
pub fn table_key(design: &Design, file: &mut RustFile) -> Ident {
    if has_own_key_attributes(design) {
        file.import(&format!("crate::generated::keys::{TABLE_KEY}"))
    } else {
        file.import("table_runtime::key::Primary")
    }
}

/// The key type of an index.
pub fn index_type(index: &Index) -> String {
    camel(&index.name.to_lowercase())
}

/// The function of an entity's key that builds its partition key in the index.
pub fn index_partition(index: &Index) -> Ident {
    format_ident!("{}_partition", index.name.to_lowercase())
}

/// The function of an entity's key that builds its sort key in an index with text sort keys.
pub fn index_sort(index: &Index) -> Ident {
    format_ident!("{}_sort", index.name.to_lowercase())
}

/// The function of an entity's key that builds all partition keys of a sharded index.
pub fn index_partitions(index: &Index) -> Ident {
    format_ident!("{}_partitions", index.name.to_lowercase())
}

fn index_key(file: &mut RustFile, index: &Index) -> TokenStream {
    let serialize = file.import(SERIALIZE);
    let (pk, sk, name) = (&index.partition_key, &index.sort_key, &index.name);
    let key = ident(&index_type(index));
    let (word, sort) = if index.sorts_texts { ("text", quote!(String)) } else { ("number", quote!(i64)) };
    let about = doc(&format!("The key in `{name}`, whose sort key is a {word}."));
    quote! {
        #about
        #[derive(Clone, Debug, #serialize)]
        #[serde(crate = "table_runtime::serde")]
        pub struct #key {
            #[serde(rename = #pk)]
            pub(crate) partition: String,
            #[serde(rename = #sk)]
            pub(crate) sort: #sort,
        }
        impl table_runtime::entity::IndexKey for #key {
            const INDEX_DEFINITION: table_runtime::entity::SecondaryIndexDefinition =
                table_runtime::entity::SecondaryIndexDefinition::Global(table_runtime::entity::GlobalSecondaryIndexDefinition {
                    index_name: #name,
                    hash_key: #pk,
                    range_key: Some(#sk),
                });
        }
    }
}

fn key(design: &Design, file: &mut RustFile, entity: &Entity) {
    let name = ident(&key_name(entity));
    let fields = entity.key_fields();
    let primary = file.import("table_runtime::key::Primary");
    let about = doc(&format!("Names one {}: `{}` / `{}`.", entity.words(), entity.pk, entity.sk));
    let shown: Vec<Shown<'_>> = fields.iter().map(|field| (field.name.as_str(), field.pii)).collect();
    let (derive_debug, implementation) = debug(file, &name, None, &shown);
    let copy = fields.iter().all(|field| field.ty.is_copy()).then(|| quote!(Copy,));
    let members: Vec<TokenStream> = fields
        .iter()
        .map(|field| {
            let (doc, ident, ty) = (doc(&field.doc), ident(&field.name), types::owned(file, &field.ty));
            quote!(#doc pub #ident: #ty,)
        })
        .collect();
    let (partition, arguments) =
        partition_function(file, entity, &entity.pk, &format_ident!("partition"), "The partition key.");
    let sort = text(file, entity, &entity.sk, &quote!(self.));
    let index_partitions: Vec<TokenStream> = entity
        .index_keys
        .iter()
        .map(|key| {
            let index = &design.table.indexes[key.index];
            match &key.shards {
                None => {
                    let about = format!("The partition key in `{}`.", index.name);
                    partition_function(file, entity, &key.pk, &index_partition(index), &about).0
                }
                Some(shards) => sharded_partitions(file, entity, key, index, shards),
            }
        })
        .collect();
    let deserialize = file.import(DESERIALIZE);
    let sorts_texts = entity.index_keys.iter().filter(|key| key.sorts_texts);
    let index_sorts: Vec<TokenStream> = sorts_texts
        .map(|key| {
            let index = &design.table.indexes[key.index];
            let about = format!("The sort key in `{}`.", index.name);
            partition_function(file, entity, &key.sk, &index_sort(index), &about).0
        })
        .collect();
    file.item(quote! {
        #about
        #[derive(Clone, #copy #derive_debug PartialEq, Eq, Hash, #deserialize)]
        #[serde(crate = "table_runtime::serde")]
        pub struct #name { #(#members)* }
        #implementation
        impl #name {
            #[doc = " The stored key."]
            pub(crate) fn primary(&self) -> #primary {
                #primary { hash: Self::partition(#(#arguments),*), range: #sort }
            }
            #partition
            #(#index_partitions)*
            #(#index_sorts)*
        }
    });
}

/// A function that builds a template's text from its fields, and the arguments for a call from a method.
fn partition_function(
    file: &mut RustFile,
    entity: &Entity,
    template: &Template,
    name: &Ident,
    about: &str,
) -> (TokenStream, Vec<TokenStream>) {
    let about = doc(about);
    let (mut parameters, mut from_self) = (Vec::new(), Vec::new());
    for field in template.fields().filter_map(|name| entity.field(name)) {
        let (ident, ty) = (ident(&field.name), types::argument(file, &Argument::of(field), None));
        parameters.push(quote!(#ident: #ty));
        from_self.push(if field.ty.is_copy() { quote!(self.#ident) } else { quote!(&self.#ident) });
    }
    let text = text(file, entity, template, &quote!());
    (quote!(#about pub(crate) fn #name(#(#parameters),*) -> String { #text }), from_self)
}

/// A function for the partition of one item, and a function for all partitions of a query.
fn sharded_partitions(
    file: &mut RustFile,
    entity: &Entity,
    key: &IndexKey,
    index: &Index,
    shards: &Shards,
) -> TokenStream {
    let parameter = |file: &mut RustFile, name: &str| {
        let field = entity.field(name)?;
        let (ident, ty) = (ident(name), types::argument(file, &Argument::of(field), None));
        Some(quote!(#ident: #ty))
    };
    let all: Vec<_> = key.partition_fields().filter_map(|name| parameter(file, name)).collect();
    let of_query: Vec<_> = key.pk.fields().filter_map(|name| parameter(file, name)).collect();
    let (one, many) = (index_partition(index), index_partitions(index));
    let shard = file.import("table_runtime::key::shard");
    file.import_trait("table_runtime::key::KeyPart");
    let (count, by) = (rust::number(shards.count), ident(&shards.by));
    let text = |file: &mut RustFile, shard: TokenStream| {
        let parts = template_parts(entity, &key.pk, &quote!());
        key_text(file, parts.into_iter().chain([Part::Number(shard)]))
    };
    let own = text(file, quote!(#shard(&#by.key_part(), #count)));
    let each = text(file, quote!(shard));
    let about = doc(&format!(
        "The partition key in `{}`: one of {} shards, by the hash of `{}`.",
        index.name, shards.count, shards.by
    ));
    let about_all =
        doc(&format!("The {} partition keys in `{}`, in the order of their shards.", shards.count, index.name));
    quote! {
        #about
        pub(crate) fn #one(#(#all),*) -> String { #own }
        #about_all
        pub(crate) fn #many(#(#of_query),*) -> Vec<String> { (0..#count).map(|shard| #each).collect() }
    }
}

/// The expression that builds a template's text. `from` is the path to its fields.
fn text(file: &mut RustFile, entity: &Entity, template: &Template, from: &TokenStream) -> TokenStream {
    key_text(file, template_parts(entity, template, from))
}

fn template_parts(entity: &Entity, template: &Template, from: &TokenStream) -> Vec<Part> {
    let part = |segment: &Segment| match segment {
        Segment::Literal(text) => Some(Part::Literal(text.clone())),
        Segment::Field { name, width } => {
            let ident = ident(name);
            let ty = entity.field(name)?.ty.clone();
            Some(Part::Value { value: quote!(#from #ident), ty, width: *width })
        }
    };
    template.segments.iter().filter_map(part).collect()
}

/// A segment of a key as an expression.
pub enum Part {
    Literal(String),
    Value {
        value: TokenStream,
        ty: Type,
        width: Option<usize>,
    },
    /// A number without padding.
    Number(TokenStream),
}

/// The expression that joins the segments of a key.
pub fn key_text(file: &mut RustFile, parts: impl IntoIterator<Item = Part>) -> TokenStream {
    let mut formats = Vec::new();
    let mut values = Vec::new();
    for part in parts {
        let (value, ty, width) = match part {
            Part::Literal(text) => {
                formats.push(text);
                continue;
            }
            Part::Number(number) => {
                formats.push("{}".to_owned());
                values.push(number);
                continue;
            }
            Part::Value { value, ty, width } => (value, ty, width),
        };
        formats.push("{}".to_owned());
        values.push(match (width, ty) {
            (Some(width), ty) => {
                let value = if matches!(ty, Type::Count(Some(_))) { quote!(#value.get()) } else { value };
                let (padded, width) = (file.import("table_runtime::key::padded"), Literal::usize_unsuffixed(width));
                quote!(#padded(#value, #width))
            }
            (None, Type::Enum { .. }) => quote!(#value.as_str()),
            (None, _) => {
                file.import_trait("table_runtime::key::KeyPart");
                quote!(#value.key_part())
            }
        });
    }
    let format = formats.join("#");
    if values.is_empty() { quote!(#format.to_owned()) } else { quote!(format!(#format, #(#values),*)) }
}
