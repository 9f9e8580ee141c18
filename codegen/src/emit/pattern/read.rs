//! Emits functions that read by key: one item, a batch, or a transaction.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::design::{Design, Entity, Expired, Pattern, ReadMode, ReadPart, Type};
use crate::emit::pattern::function::{call, method, parameters};
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types;

/// The key struct, filled from arguments with the names of its fields.
fn key_of(file: &mut RustFile, entity: &Entity) -> TokenStream {
    let name = types::key(file, entity);
    let members = entity.key_fields().into_iter().map(|field| {
        let ident = ident(&field.name);
        match &field.ty {
            ty if ty.is_copy() => quote!(#ident),
            Type::Text => quote!(#ident: #ident.to_owned()),
            _ => quote!(#ident: #ident.clone()),
        }
    });
    quote!(#name { #(#members),* })
}

pub fn get(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    entity: usize,
    consistent: bool,
    expired: Option<&Expired>,
) {
    let entity = design.entity(entity);
    let (parameters, call) = (parameters(design, file, pattern), call(file, pattern));
    let (name, error) = (types::entity(file, entity), file.import("table_runtime::StoreError"));
    let key = key_of(file, entity);
    let body = if expired == Some(&Expired::Hidden) {
        let is_live = is_live(design, entity);
        quote! {
            let key = #key;
            let found: Option<#name> = #call.get(key.primary(), #consistent).await?;
            Ok(found.filter(|item| #is_live))
        }
    } else {
        quote! {
            let key = #key;
            #call.get(key.primary(), #consistent).await
        }
    };
    method(design, file, pattern, &parameters, &quote!(Result<Option<#name>, #error>), &body);
}

/// The condition that `item` has not expired.
fn is_live(design: &Design, entity: &Entity) -> TokenStream {
    let expiry = ident(&design.table.ttl_attribute);
    if entity.always_expires(&design.table) {
        quote!(!item.#expiry.has_passed(self.table.clock().now()))
    } else {
        quote!(item.#expiry.is_none_or(|at| !at.has_passed(self.table.clock().now())))
    }
}

fn hides_expired(part: &ReadPart) -> bool {
    part.expired == Some(Expired::Hidden)
}

/// Whether the pattern reads only one list of keys.
pub fn is_one_list(parts: &[ReadPart]) -> bool {
    matches!(parts, [part] if part.many)
}

pub fn parts(design: &Design, file: &mut RustFile, pattern: &Pattern, parts: &[ReadPart], mode: ReadMode) {
    let mut parameters = parameters(design, file, pattern);
    let (call, error) = (call(file, pattern), file.import("table_runtime::StoreError"));
    let (mut members, mut keys, mut names, mut takes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let entity = design.entity(part.entity);
        let (name, ty) = (ident(&part.name), types::entity(file, entity));
        let about = doc(&entity.summary);
        names.push(name.clone());
        if part.many {
            let key = types::key(file, entity);
            parameters.push(quote!(#name: &[#key]));
            keys.push(quote!(keys.extend(#name.iter().map(#key::primary));));
            members.push(quote!(#about pub #name: Vec<#ty>,));
            let collection = if hides_expired(part) { quote!(Result<Vec<#ty>, _>) } else { quote!(Result<_, _>) };
            takes.push(quote! {
                let #name = #name
                    .iter()
                    .filter_map(|key| items.take(&key.primary()).transpose())
                    .collect::<#collection>()?;
            });
            if hides_expired(part) {
                let is_live = is_live(design, entity);
                takes.push(quote! {
                    let #name = #name.into_iter().filter(|item| #is_live).collect();
                });
            }
        } else {
            let (key, place) = (key_of(file, entity), format_ident!("{}_key", part.name));
            keys.push(quote!(let #place = #key.primary(); keys.push(#place.clone());));
            members.push(quote!(#about pub #name: Option<#ty>,));
            takes.push(if hides_expired(part) {
                let is_live = is_live(design, entity);
                quote! {
                    let #name = items.take::<#ty>(&#place)?;
                    let #name = #name.filter(|item| #is_live);
                }
            } else {
                quote!(let #name = items.take(&#place)?;)
            });
        }
    }
    let (result, value) = match parts {
        [part] if part.many => {
            let ty = types::entity(file, design.entity(part.entity));
            (quote!(Vec<#ty>), quote!(#(#names)*))
        }
        _ => {
            let name = ident(&camel(&pattern.name));
            let about = doc(&format!("The result of [`Patterns::{0}`](crate::Patterns::{0}).", pattern.name));
            file.item(quote!(#about #[derive(Clone, Debug, PartialEq)] pub struct #name { #(#members)* }));
            (quote!(#name), quote!(#name { #(#names),* }))
        }
    };
    let read = match mode {
        ReadMode::Batch { consistent } => quote!(read_batch(keys, #consistent)),
        ReadMode::Transaction => quote!(read_transaction(keys)),
    };
    let body = quote! {
        let mut keys = Vec::new();
        #(#keys)*
        let mut items = #call.#read.await?;
        #(#takes)*
        Ok(#value)
    };
    method(design, file, pattern, &parameters, &quote!(Result<#result, #error>), &body);
}
