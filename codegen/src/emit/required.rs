//! Emits the struct of an entity's required fields, and its conversion into the entity without optional fields.

use proc_macro2::Ident;
use quote::quote;

use crate::design::{Entity, Field};
use crate::emit::debug::{Shown, debug};
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types;

/// The name of the struct. It follows the name of the entity, as `MessageKey` does: `New…` and `…Fields` are free for
/// types of the product.
pub fn required_name(entity: &Entity) -> String {
    format!("{}Required", camel(&entity.name))
}

/// Whether the entity has such a struct. With one optional field, a literal with its `None` is shorter.
pub fn has_required(entity: &Entity) -> bool {
    entity.fields.iter().filter(|field| field.optional).count() > 1
}

/// Adds the struct and its conversion to the file of the entity, if the entity has them.
pub fn required(file: &mut RustFile, entity: &Entity, entity_name: &Ident) {
    if !has_required(entity) {
        return;
    }
    let (optional, required): (Vec<&Field>, Vec<&Field>) = entity.fields.iter().partition(|field| field.optional);
    let name = ident(&required_name(entity));
    let about = doc(&format!(
        "The required fields of [`{entity_name}`](struct@{entity_name}).\n`.into()` makes an item whose optional \
         fields are `None`, so a literal names only the optional fields that it sets:\n\n\
         `{entity_name} {{ {}, ..{name} {{ … }}.into() }}`",
        optional[0].name
    ));
    let shown: Vec<Shown<'_>> = required.iter().map(|field| (field.name.as_str(), field.pii)).collect();
    let (derive_debug, implementation) = debug(file, &name, None, &shown);
    let members = required.iter().map(|field| {
        let (about, ident, ty) = (doc(&field.doc), ident(&field.name), types::owned(file, &field.ty));
        quote!(#about pub #ident: #ty,)
    });
    let members: Vec<_> = members.collect();
    let given = required.iter().map(|field| ident(&field.name)).map(|field| quote!(#field: required.#field));
    let absent = optional.iter().map(|field| ident(&field.name));
    file.item(quote! {
        #about
        #[derive(Clone, #derive_debug PartialEq)]
        pub struct #name { #(#members)* }
        #implementation
        impl From<#name> for #entity_name {
            fn from(required: #name) -> Self {
                Self { #(#given,)* #(#absent: None),* }
            }
        }
    });
}
