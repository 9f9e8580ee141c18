//! Emits `generated/entity/`: a struct for every entity with its records, its enums and its conversion from and to an
//! item.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::design::{ActionKind, Design, Entity, Field, IndexKey, Literal, Operation, Type, WritePart};
use crate::emit::debug::{Shown, debug};
use crate::emit::keys::{has_own_key_attributes, index_partition, index_sort, index_type, table_key};
use crate::emit::required::required;
use crate::emit::rust::{self, DESERIALIZE, RustFile, SERIALIZE, camel, doc, ident};
use crate::emit::types;
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut files: Vec<_> = design.entities.iter().map(|entity| entity_file(design, entity)).collect();
    let mut root = RustFile::default();
    for entity in &design.entities {
        let module = ident(&entity.name);
        root.item(quote!(mod #module;));
    }
    for entity in &design.entities {
        let module = ident(&entity.name);
        root.item(quote!(pub use #module::*;));
    }
    files.push(root.finish(design, "entity/mod.rs", "The entities: the fields of each kind of item.", "schema/"));
    files
}

fn entity_file(design: &Design, entity: &Entity) -> Emitted {
    let mut file = RustFile::default();
    let name = ident(&camel(&entity.name));
    for field in entity.all_fields() {
        if let Type::Enum { rust, .. } | Type::Record { rust, .. } | Type::Records { rust, .. } = &field.ty {
            file.defines(&format!("crate::generated::entity::{rust}"));
        }
    }
    structure(&mut file, &camel(&entity.name), &entity.summary, &entity.fields);
    required(&mut file, entity, &name);
    for record in &entity.records {
        for field in entity.all_fields() {
            if let Some((named, rust)) = field.ty.record()
                && named == record.name
            {
                structure(&mut file, rust, &field.doc, &record.fields);
            }
        }
    }
    for field in entity.all_fields() {
        if let Type::Enum { rust, values } = &field.ty {
            enumeration(&mut file, rust, &field.doc, values);
        }
    }
    storage(design, &mut file, entity, &name);
    let path = format!("entity/{}.rs", entity.name);
    let about = format!("The entity `{}`.", entity.name);
    file.finish(design, &path, &about, &format!("schema/{}.toml", entity.name))
}

fn structure(file: &mut RustFile, name: &str, about: &str, fields: &[Field]) {
    let (name, about) = (ident(name), doc(about));
    let shown: Vec<Shown<'_>> = fields.iter().map(|field| (field.name.as_str(), field.pii)).collect();
    let (derive_debug, implementation) = debug(file, &name, None, &shown);
    let absent = quote!(#[serde(default, skip_serializing_if = "Option::is_none")]);
    let members: Vec<_> = fields.iter().map(|field| types::member(file, field, &absent)).collect();
    let (serialize, deserialize) = (file.import(SERIALIZE), file.import(DESERIALIZE));
    file.item(quote! {
        #about
        #[derive(Clone, #derive_debug PartialEq, #serialize, #deserialize)]
        #[serde(crate = "table_runtime::serde")]
        pub struct #name { #(#members)* }
        #implementation
    });
}

fn enumeration(file: &mut RustFile, rust: &str, about: &str, values: &[String]) {
    let (name, about) = (ident(rust), doc(about));
    let variants: Vec<_> = values.iter().map(|value| ident(&camel(value))).collect();
    let abouts = values.iter().map(|value| doc(&format!("Stored as `{value}`.")));
    let (serialize, deserialize) = (file.import(SERIALIZE), file.import(DESERIALIZE));
    file.item(quote! {
        #about
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, #serialize, #deserialize)]
        #[serde(crate = "table_runtime::serde")]
        pub enum #name { #(#abouts #[serde(rename = #values)] #variants,)* }
        impl #name {
            #[doc = " The stored value."]
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { #(Self::#variants => #values,)* }
            }
        }
    });
}

fn storage(design: &Design, file: &mut RustFile, entity: &Entity, name: &Ident) {
    let key = types::key(file, entity);
    let primary = table_key(design, file);
    let (store, primary_key) = if has_own_key_attributes(design) {
        let keyed = file.import("table_runtime::entity::Keyed");
        (quote!(#keyed<#primary>), quote!(key.primary().into()))
    } else {
        let table = file.import("table_runtime::Table");
        (quote!(#table), quote!(key.primary()))
    };
    let (item, from_item) = (file.import("table_runtime::item::Item"), file.import("table_runtime::item::FromItem"));
    let has_history = !entity.history.is_empty();
    let decode = file.import(if has_history {
        "table_runtime::item::decode_older_entity"
    } else {
        "table_runtime::item::decode_entity"
    });
    let corrupt = file.import("table_runtime::CorruptItem");
    let (counters, clamp) = counters(design, file, entity);
    let binding = if clamp.is_some() { quote!(mut item) } else { quote!(item) };
    let (history, own_history) = (history(design, file, entity), has_history.then(|| quote!(, Self::HISTORY)));
    let key_members = entity.key_fields().into_iter().map(|field| {
        let ident = ident(&field.name);
        if field.ty.is_copy() { quote!(#ident: self.#ident) } else { quote!(#ident: self.#ident.clone()) }
    });
    let about = doc("The key of the item.");
    let (type_name, version) = (&entity.type_name, rust::number(entity.version));
    let to_item = to_item(design, file, entity);
    file.item(quote! {
        impl #name {
            #about
            #[must_use]
            pub fn key(&self) -> #key { #key { #(#key_members),* } }

            #to_item

            #counters

            #history
        }
    });
    let attributes = entity.fields.iter().map(Field::stored_name);
    let (index_types, full_key) = full_key(design, file, entity, &key);
    file.item(quote! {
        impl table_runtime::entity::EntityDef for #name {
            const ENTITY_TYPE: &'static table_runtime::entity::EntityTypeNameRef = table_runtime::entity::EntityTypeNameRef::from_static(#type_name);
            const PROJECTED_ATTRIBUTES: &'static [&'static str] = &[#(#attributes),*];
        }
        impl table_runtime::entity::Entity for #name {
            type KeyInput<'a> = #key;
            type Table = #store;
            type IndexKeys = #index_types;
            fn primary_key(key: #key) -> #primary { #primary_key }
            fn full_key(&self) -> table_runtime::entity::FullKey<#primary, Self::IndexKeys> { #full_key }
        }
        impl #from_item for #name {
            fn from_item(#binding: #item) -> Result<Self, #corrupt> {
                #clamp
                #decode(item, #type_name, #version #own_history)
            }
        }
    });
}

/// The method that encodes the item, if a pattern puts the entity.
fn to_item(design: &Design, file: &mut RustFile, entity: &Entity) -> Option<TokenStream> {
    let (item, version) = (file.import("table_runtime::item::Item"), rust::number(entity.version));
    is_put(design, entity).then(|| {
        if let Some(written) = entity.write_version {
            let encode = file.import("table_runtime::item::encode_older_entity");
            let about = doc(&format!("Encodes the item in version {written}, which every running program reads."));
            let written = rust::number(written);
            return quote! {
                #about
                pub(crate) fn to_item(&self) -> #item { #encode(self, #written, Self::HISTORY) }
            };
        }
        let encode = file.import("table_runtime::item::encode_entity");
        quote! {
            #[doc = " Encodes the item."]
            pub(crate) fn to_item(&self) -> #item { #encode(self, #version) }
        }
    })
}

/// The constant with the entity's counters, and the statement that clamps them on reading; `None` without counters.
fn counters(design: &Design, file: &mut RustFile, entity: &Entity) -> (Option<TokenStream>, Option<TokenStream>) {
    let fields = design.counters(entity);
    if fields.is_empty() {
        return (None, None);
    }
    let (counter, clamp) =
        (file.import("table_runtime::design::Counter"), file.import("table_runtime::counter::clamp"));
    let each = fields.iter().map(|field| {
        let (variant, name) =
            (ident(if matches!(field.ty, Type::Count(_)) { "Count" } else { "Amount" }), field.stored_name());
        quote!(#counter::#variant(#name))
    });
    let about = doc("The counters: the numbers that writes add to.");
    let constant = quote!(#about pub(crate) const COUNTERS: &'static [#counter] = &[#(#each),*];);
    (Some(constant), Some(quote!(#clamp(&mut item, Self::COUNTERS);)))
}

/// The history of the entity, oldest step first.
fn history(design: &Design, file: &mut RustFile, entity: &Entity) -> Option<TokenStream> {
    if entity.history.is_empty() {
        return None;
    }
    let step = file.import("table_runtime::design::Step");
    // Import `Filling` only if a step has defaults: an unused import is a warning.
    let has_defaults = entity.history.iter().any(|each| !each.default.is_empty());
    let filling = has_defaults.then(|| file.import("table_runtime::design::Filling"));
    let steps = entity.history.iter().map(|each| {
        let version = rust::number(each.version);
        let renames = each.rename.iter().map(|(old, new)| quote!((#old, #new)));
        let defaults = each.default.iter().map(|(field, literal)| match literal {
            Literal::Number(number) => {
                let number = rust::integer(*number);
                quote!((#field, #filling::Number(#number)))
            }
            Literal::Text(text) => quote!((#field, #filling::Text(#text))),
        });
        let is_made = |key: &&IndexKey| each.index.contains(&design.table.indexes[key.index].name);
        let indexes: Vec<_> =
            entity.index_keys.iter().filter(is_made).map(|key| types::index_keys(file, design, entity, key)).collect();
        // Fields of a record are removed when the record is written the next time.
        let removals = each.remove.iter().filter(|path| !path.contains('.'));
        quote! {
            #step {
                version: #version,
                rename: &[#(#renames),*],
                default: &[#(#defaults),*],
                remove: &[#(#removals),*],
                index: &[#(#indexes),*],
            }
        }
    });
    let why = entity.history.iter().map(|step| format!("Version {}: {}", step.version, step.because));
    let about = doc(&format!(
        "The steps from earlier versions to the current one, oldest first.\n\n{}",
        why.collect::<Vec<_>>().join("\n\n")
    ));
    Some(quote! {
        #about
        pub(crate) const HISTORY: &'static [#step] = &[#(#steps),*];
    })
}

/// Whether a pattern puts the entity. An entity that is only upserted is never encoded.
fn is_put(design: &Design, entity: &Entity) -> bool {
    design.patterns.iter().any(|pattern| {
        let puts = |index: usize| design.entity(index).name == entity.name;
        let batch = matches!(&pattern.operation, Operation::WriteBatch(parts)
            if parts.iter().any(|part| matches!(part, WritePart::Put { entity, .. } if puts(*entity))));
        batch || pattern.actions().iter().any(|action| action.kind == ActionKind::Put && puts(action.entity))
    })
}

/// The type of the entity's index keys, and the expression for all its keys.
fn full_key(design: &Design, file: &mut RustFile, entity: &Entity, key: &Ident) -> (TokenStream, TokenStream) {
    let keys: Vec<(TokenStream, TokenStream)> =
        entity.index_keys.iter().map(|index_key| own_index_key(design, file, entity, key, index_key)).collect();
    let (types, values): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
    let primary = if has_own_key_attributes(design) {
        let own = table_key(design, file);
        quote!(#own::from(self.key().primary()))
    } else {
        quote!(self.key().primary())
    };
    let (index_types, indexes) = match (types.as_slice(), values.as_slice()) {
        ([], _) => return (quote!(()), quote!(#primary.into())),
        ([ty], [value]) => (quote!(#ty), quote!(#value)),
        (types, values) => (quote!((#(#types),*)), quote!((#(#values),*))),
    };
    let full = quote! {
        table_runtime::entity::FullKey {
            indexes: #indexes,
            primary: #primary,
        }
    };
    (index_types, full)
}

/// The type and the value of the key in one index; an `Option` for a sparse index.
fn own_index_key(
    design: &Design,
    file: &mut RustFile,
    entity: &Entity,
    key: &Ident,
    index_key: &IndexKey,
) -> (TokenStream, TokenStream) {
    let index = &design.table.indexes[index_key.index];
    let index_type = file.import(&format!("crate::generated::keys::{}", index_type(index)));
    let value = |field: &Field| {
        let ident = ident(&field.name);
        match (field.optional, field.ty.is_copy()) {
            (true, _) => quote!(#ident),
            (false, true) => quote!(self.#ident),
            (false, false) => quote!(&self.#ident),
        }
    };
    let named = |name: &str| entity.field(name);
    let arguments = index_key.partition_fields().filter_map(named).map(value);
    let partition = index_partition(index);
    let sort = if let Some(field) = index_key.number().and_then(named) {
        number(&field.ty, &value(field))
    } else {
        let (sort, arguments) = (index_sort(index), index_key.sk.fields().filter_map(named).map(value));
        quote!(#key::#sort(#(#arguments),*))
    };
    let own = quote!(#index_type { partition: #key::#partition(#(#arguments),*), sort: #sort });
    let sparse = entity.sparse_fields(index_key);
    let Some((last, before)) = sparse.split_last() else { return (quote!(#index_type), own) };
    let found = |field: &Field| {
        let ident = ident(&field.name);
        match &field.ty {
            ty if ty.is_copy() => quote!(self.#ident),
            Type::Text => quote!(self.#ident.as_deref()),
            _ => quote!(self.#ident.as_ref()),
        }
    };
    let (option, name) = (found(last), ident(&last.name));
    let innermost = quote!(#option.map(|#name| #own));
    let whole = before.iter().rev().fold(innermost, |inner, field| {
        let (option, name) = (found(field), ident(&field.name));
        quote!(#option.and_then(|#name| #inner))
    });
    (quote!(Option<#index_type>), whole)
}

/// The expression for a numeric field as an `i64`.
pub fn number(ty: &Type, value: &TokenStream) -> TokenStream {
    match ty {
        Type::Time => quote!(#value.millis()),
        Type::Expiry => quote!(#value.seconds()),
        Type::Count(_) => quote!(i64::from(#value)),
        _ => quote!(#value),
    }
}
