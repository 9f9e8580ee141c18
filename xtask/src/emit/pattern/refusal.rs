//! Errors: the enum of a pattern, and the Rust that finds which of them a refused write means.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::design::{Action, Design, Pattern};
use crate::emit::pattern::condition::violated;
use crate::emit::rust::{RustFile, camel, doc, ident};

/// Emits the error enum of a pattern and returns its type; a pattern without domain errors has the store's.
pub fn error_type(design: &Design, file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let store_error = file.import("crate::store::StoreError");
    if pattern.errors.is_empty() {
        return quote!(#store_error);
    }
    let name = format_ident!("{}Error", camel(&pattern.name));
    let variants: Vec<_> = pattern
        .errors
        .iter()
        .map(|(error, meaning)| variant(design, file, pattern, error, meaning))
        .collect();
    let about = doc(&format!(
        "Why [`Store::{0}`](crate::Store::{0}) was refused.",
        pattern.name
    ));
    let from_store = doc("The store could not be asked, or its answer not be understood.");
    file.item(quote! {
        #about
        #[derive(Debug, thiserror::Error)]
        pub enum #name {
            #(#variants)*
            #from_store
            #[error(transparent)]
            Store(#[from] #store_error),
        }
    });
    quote!(#name)
}

fn variant(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    error: &str,
    meaning: &str,
) -> TokenStream {
    let (name, about) = (ident(error), doc(meaning));
    let carrier = pattern
        .actions()
        .iter()
        .find(|action| action.errors().contains(&(error, true)));
    match carrier {
        None => quote!(#about #[error(#meaning)] #name,),
        Some(action) => {
            let entity = file.import(&format!(
                "crate::generated::entity::{}",
                camel(&design.entity(action.entity).name)
            ));
            let inner = doc("The item that refused, as it is.");
            quote!(#about #[error(#meaning)] #name { #inner current: Box<#entity> },)
        }
    }
}

/// Statements that end in the error which `refused` means for this action.
pub fn error_value(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    error_type: &TokenStream,
    from: &TokenStream,
) -> TokenStream {
    let entity = design.entity(action.entity);
    let errors = action.errors();
    if let [(only, false)] = errors.as_slice() {
        let only = ident(only);
        return quote!(Err(#error_type::#only));
    }
    if let (Some(missing), [require]) = (&action.if_missing, action.require.as_slice())
        && !require.current
    {
        let (missing, other) = (ident(missing), ident(&require.error));
        return quote!(Err(if refused.missing() { #error_type::#missing } else { #error_type::#other }));
    }
    let entity_type = file.import(&format!(
        "crate::generated::entity::{}",
        camel(&entity.name)
    ));
    let current = format_ident!("current");
    let mut statements = match &action.if_missing {
        Some(missing) => {
            let missing = ident(missing);
            quote!(let Some(current) = refused.current::<#entity_type>()? else { return Err(#error_type::#missing) };)
        }
        None => quote!(let current = refused.into_current::<#entity_type>()?;),
    };
    for (i, require) in action.require.iter().enumerate() {
        let name = ident(&require.error);
        let value = if require.current {
            quote!(#error_type::#name { current: Box::new(current) })
        } else {
            quote!(#error_type::#name)
        };
        if i + 1 == action.require.len() {
            statements = quote!(#statements Err(#value));
        } else {
            let violated = violated(file, entity, &require.that, &current, from);
            statements = quote!(#statements if #violated { return Err(#value); });
        }
    }
    statements
}
