//! Types of the documents as types of Rust.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Argument, Field, Type};
use crate::emit::rust::RustFile;

/// The type a struct owns.
pub fn owned(file: &mut RustFile, ty: &Type) -> TokenStream {
    let path = match ty {
        Type::Text => return quote!(String),
        Type::Count => return quote!(u32),
        Type::Amount => return quote!(i64),
        Type::Flag => return quote!(bool),
        Type::Bytes => return quote!(Vec<u8>),
        Type::Uuid(rust) => format!("crate::generated::ids::{rust}"),
        Type::Extern { rust, .. } => rust.clone(),
        Type::Enum { rust, .. } | Type::Record { rust, .. } => {
            format!("crate::generated::entity::{rust}")
        }
        Type::Time => "crate::Timestamp".to_owned(),
        Type::Expiry => "crate::Expiry".to_owned(),
        Type::Date => "crate::Date".to_owned(),
        Type::Digest => "crate::Digest".to_owned(),
    };
    let name = file.import(&path);
    quote!(#name)
}

/// The type of a struct's field: what it owns, or an `Option` of that.
pub fn field(file: &mut RustFile, field: &Field) -> TokenStream {
    let ty = owned(file, &field.ty);
    if field.optional {
        quote!(Option<#ty>)
    } else {
        ty
    }
}

/// The type of an argument: by value when that is a copy, else a reference of the given lifetime.
pub fn argument(
    file: &mut RustFile,
    argument: &Argument,
    lifetime: Option<&TokenStream>,
) -> TokenStream {
    let ty = match &argument.ty {
        Type::Text => quote!(&#lifetime str),
        Type::Bytes => quote!(&#lifetime [u8]),
        ty if ty.is_copy() => owned(file, ty),
        ty => {
            let owned = owned(file, ty);
            quote!(&#lifetime #owned)
        }
    };
    if argument.optional {
        quote!(Option<#ty>)
    } else {
        ty
    }
}
