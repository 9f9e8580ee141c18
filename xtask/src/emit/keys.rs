//! `generated/keys.rs`: a typed key for every entity, and the key types of the indexes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::codegen::Emitted;
use crate::design::{Argument, Design, Entity, Index, Segment, Template, Type};
use crate::emit::debug::{Shown, debug};
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types::{self, key_name};

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    for index in &design.table.indexes {
        file.item(index_key(index));
    }
    for entity in &design.entities {
        key(design, &mut file, entity);
    }
    vec![file.finish("keys.rs", "Typed keys: the only way to write one.", "schema/")]
}

/// The key type of an index.
pub fn index_type(index: &Index) -> String {
    camel(&index.name.to_lowercase())
}

/// The function of an entity's key that writes its partition in the index.
pub fn index_partition(index: &Index) -> Ident {
    format_ident!("{}_partition", index.name.to_lowercase())
}

fn index_key(index: &Index) -> TokenStream {
    let (pk, sk, name) = (&index.partition_key, &index.sort_key, &index.name);
    let key = ident(&index_type(index));
    let about = doc(&format!("The key in `{name}`, whose sort key is a number."));
    quote! {
        #about
        #[derive(Clone, Debug, serde::Serialize)]
        pub struct #key {
            #[serde(rename = #pk)]
            pub(crate) partition: String,
            #[serde(rename = #sk)]
            pub(crate) sort: i64,
        }
        impl modyne::keys::IndexKey for #key {
            const INDEX_DEFINITION: modyne::keys::SecondaryIndexDefinition =
                modyne::keys::SecondaryIndexDefinition::Global(modyne::keys::GlobalSecondaryIndexDefinition {
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
    let primary = file.import("crate::key::Primary");
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
        partition_function(file, entity, &entity.pk, &format_ident!("partition"), "The partition it lies in.");
    let sort = text(file, entity, &entity.sk, &quote!(self.));
    let index_partitions: Vec<TokenStream> = entity
        .index_keys
        .iter()
        .map(|key| {
            let index = &design.table.indexes[key.index];
            let about = format!("Its partition in `{}`.", index.name);
            partition_function(file, entity, &key.pk, &index_partition(index), &about).0
        })
        .collect();
    file.item(quote! {
        #about
        #[derive(Clone, #copy #derive_debug PartialEq, Eq, Hash, serde::Deserialize)]
        pub struct #name { #(#members)* }
        #implementation
        impl #name {
            #[doc = " The key as the store writes it."]
            pub(crate) fn primary(&self) -> #primary {
                #primary { hash: Self::partition(#(#arguments),*), range: #sort }
            }
            #partition
            #(#index_partitions)*
        }
    });
}

/// A function from the template's fields to its text, and the arguments `self` would call it with.
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

/// The expression that writes a template's text, its fields reached through `from`.
fn text(file: &mut RustFile, entity: &Entity, template: &Template, from: &TokenStream) -> TokenStream {
    let parts = template.segments.iter().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(Part::Literal(text.clone())),
        Segment::Field { name, width } => {
            let ident = ident(name);
            let ty = entity.field(name)?.ty.clone();
            Some(Part::Value { value: quote!(#from #ident), ty, width: *width })
        }
    });
    key_text(file, parts)
}

/// A segment of a key's text.
pub enum Part {
    Literal(String),
    Value { value: TokenStream, ty: Type, width: Option<usize> },
}

/// The expression that writes segments of a key.
pub fn key_text(file: &mut RustFile, parts: impl IntoIterator<Item = Part>) -> TokenStream {
    let mut formats = Vec::new();
    let mut values = Vec::new();
    for part in parts {
        let (value, ty, width) = match part {
            Part::Literal(text) => {
                formats.push(text);
                continue;
            }
            Part::Value { value, ty, width } => (value, ty, width),
        };
        formats.push("{}".to_owned());
        values.push(match (width, ty) {
            (Some(width), _) => {
                let (padded, width) = (file.import("crate::key::padded"), Literal::usize_unsuffixed(width));
                quote!(#padded(#value, #width))
            }
            (None, Type::Enum { .. }) => quote!(#value.as_str()),
            (None, _) => {
                file.import_trait("crate::key::KeyPart");
                quote!(#value.key_part())
            }
        });
    }
    let format = formats.join("#");
    if values.is_empty() { quote!(#format.to_owned()) } else { quote!(format!(#format, #(#values),*)) }
}
