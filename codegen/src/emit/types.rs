//! The Rust types of document types.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::design::{Argument, Design, Entity, Field, IndexKey, Type};
use crate::emit::rust::{RustFile, camel};

/// The struct of an entity.
pub fn entity(file: &mut RustFile, entity: &Entity) -> Ident {
    file.import(&format!("crate::generated::entity::{}", camel(&entity.name)))
}

pub fn key_name(entity: &Entity) -> String {
    format!("{}Key", camel(&entity.name))
}

/// The struct of an entity's key.
pub fn key(file: &mut RustFile, entity: &Entity) -> Ident {
    file.import(&format!("crate::generated::keys::{}", key_name(entity)))
}

/// The path of a count with a type of its own.
pub fn count(rust: &str) -> String {
    format!("crate::generated::counts::{rust}")
}

/// The type of an owned field.
pub fn owned(file: &mut RustFile, ty: &Type) -> TokenStream {
    let path = match ty {
        Type::Text => return quote!(String),
        Type::Texts => return quote!(Vec<String>),
        Type::Count(None) => return quote!(u32),
        Type::Count(Some(rust)) => count(rust),
        Type::Amount => return quote!(i64),
        Type::Flag => return quote!(bool),
        Type::Bytes => return quote!(Vec<u8>),
        Type::Uuid(rust) => format!("crate::generated::ids::{rust}"),
        Type::Extern { rust, .. } => rust.clone(),
        Type::Enum { rust, .. } | Type::Record { rust, .. } => format!("crate::generated::entity::{rust}"),
        Type::Records { rust, .. } => {
            let name = file.import(&format!("crate::generated::entity::{rust}"));
            return quote!(Vec<#name>);
        }
        Type::TextSet => "table_runtime::TextSet".to_owned(),
        Type::Time => "table_runtime::Timestamp".to_owned(),
        Type::Expiry => "table_runtime::Expiry".to_owned(),
        Type::Date => "table_runtime::Date".to_owned(),
        Type::Digest => "table_runtime::Digest".to_owned(),
    };
    let name = file.import(&path);
    quote!(#name)
}

/// The attributes of an entity's key in an index, and the fields that the key is made of.
pub fn index_keys(file: &mut RustFile, design: &Design, entity: &Entity, key: &IndexKey) -> TokenStream {
    let index_keys = file.import("table_runtime::design::IndexKeys");
    let index = &design.table.indexes[key.index];
    let (partition, sort) = (&index.partition_key, &index.sort_key);
    let from: Vec<&str> = entity.fields_of(key).map(Field::stored_name).collect();
    quote!(#index_keys { keys: [#partition, #sort], from: &[#(#from),*] })
}

/// A struct field: its documentation, its serde attributes and its type.
pub fn member(file: &mut RustFile, field: &Field, serde: &TokenStream) -> TokenStream {
    let (doc, ident, ty) = (super::rust::doc(&field.doc), super::rust::ident(&field.name), owned(file, &field.ty));
    let ty = if field.optional { quote!(Option<#ty>) } else { ty };
    let absent = field.optional.then_some(serde);
    let bytes = (field.ty == Type::Bytes).then(|| quote!(#[serde(with = "table_runtime::serde_bytes")]));
    let stored_as = field.stored_as.as_ref().map(|stored| quote!(#[serde(rename = #stored)]));
    quote!(#doc #absent #bytes #stored_as pub #ident: #ty,)
}

/// The type of an argument: by value if the type is `Copy`, otherwise a reference with the given lifetime.
pub fn argument(file: &mut RustFile, argument: &Argument, lifetime: Option<&TokenStream>) -> TokenStream {
    let ty = match &argument.ty {
        Type::Text => quote!(&#lifetime str),
        Type::Texts => quote!(&#lifetime [String]),
        Type::Bytes => quote!(&#lifetime [u8]),
        Type::Records { rust, .. } => {
            let name = file.import(&format!("crate::generated::entity::{rust}"));
            quote!(&#lifetime [#name])
        }
        ty if ty.is_copy() => owned(file, ty),
        ty => {
            let owned = owned(file, ty);
            quote!(&#lifetime #owned)
        }
    };
    if argument.optional { quote!(Option<#ty>) } else { ty }
}
