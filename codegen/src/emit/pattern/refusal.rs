//! Emits the error enum of a pattern, and the code that maps a refused write to one of its errors.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::design::{Action, Design, Entity, Pattern, Require};
use crate::emit::pattern::value::{Source, given};
use crate::emit::pattern::violation::{Violation, violation};
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types;

/// Emits the error enum of a pattern and returns its type. A pattern without domain errors uses the store's error.
pub fn error_type(design: &Design, file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let store_error = file.import("table_runtime::StoreError");
    if pattern.errors.is_empty() {
        return quote!(#store_error);
    }
    let name = format_ident!("{}Error", camel(&pattern.name));
    let errors = pattern.errors.iter();
    let variants: Vec<_> = errors.map(|(error, meaning)| variant(design, file, pattern, error, meaning)).collect();
    let about = doc(&format!("The error of [`Patterns::{0}`](crate::Patterns::{0}).", pattern.name));
    let from_store = doc("The request failed, or its response is invalid.");
    file.item(quote! {
        #about
        #[derive(Debug)]
        pub enum #name {
            #(#variants)*
            #from_store
            Store(#store_error),
        }
    });
    let messages = pattern.errors.iter().map(|(error, meaning)| format!("        {} => {meaning:?},\n", ident(error)));
    let messages: String = messages.collect();
    file.text(&format!("table_runtime::pattern_error! {{\n    {name} {{\n{messages}    }}\n}}\n"));
    quote!(#name)
}

fn variant(design: &Design, file: &mut RustFile, pattern: &Pattern, error: &str, meaning: &str) -> TokenStream {
    let (name, about) = (ident(error), doc(meaning));
    let carrier = pattern.actions().iter().find(|action| action.errors().contains(&(error, true)));
    match carrier {
        None => quote!(#about #name,),
        Some(action) => {
            let entity = types::entity(file, design.entity(action.entity));
            let inner = doc("The current item.");
            quote!(#about #name { #inner current: Box<#entity> },)
        }
    }
}

/// The code for a refused write.
#[derive(Clone)]
pub struct RefusalCode {
    /// Statements that end in the error.
    pub statements: TokenStream,
    /// Whether the statements use `refused`.
    pub uses_refused: bool,
}

impl RefusalCode {
    /// The arm of the `match`. It binds `refused` only if the statements use it.
    pub fn arm(&self) -> TokenStream {
        let RefusalCode { statements, uses_refused } = self;
        if *uses_refused { quote!(Err(refused) => { #statements }) } else { quote!(Err(_) => { #statements }) }
    }
}

/// The code for a refusal of a write without conditions.
pub fn unexplained() -> RefusalCode {
    RefusalCode { statements: quote!(Err(refused.unexplained())), uses_refused: true }
}

/// The code for a refusal of this action.
pub fn refusal_code(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    error_type: &TokenStream,
    source: Source,
) -> RefusalCode {
    if let [(only, false)] = action.errors().as_slice() {
        let only = ident(only);
        return RefusalCode { statements: quote!(Err(#error_type::#only)), uses_refused: false };
    }
    if let (Some(missing), [require]) = (&action.if_missing, action.require.as_slice())
        && !require.current
    {
        let (missing, other) = (ident(missing), ident(&require.error));
        let either = quote!(if refused.missing() { #error_type::#missing } else { #error_type::#other });
        return RefusalCode { statements: quote!(Err(#either)), uses_refused: true };
    }
    let (checks, reads) = checks(design, file, action, error_type, source);
    let found = match (&action.if_missing, reads) {
        (Some(missing), true) => {
            let (missing, entity) = (ident(missing), types::entity(file, design.entity(action.entity)));
            quote! {
                let Some(current) = refused.current::<#entity>()? else { return Err(#error_type::#missing) };
            }
        }
        (Some(missing), false) => {
            let missing = ident(missing);
            quote!(if refused.missing() { return Err(#error_type::#missing); })
        }
        (None, true) => {
            let entity = types::entity(file, design.entity(action.entity));
            quote!(let current = refused.present::<#entity>()?;)
        }
        (None, false) => quote!(),
    };
    RefusalCode { statements: quote!(#found #checks), uses_refused: reads || action.if_missing.is_some() }
}

/// Whether a condition failed. A condition that was left out did not fail.
fn violated(file: &mut RustFile, entity: &Entity, require: &Require, source: Source) -> Violation {
    let violated = violation(file, entity, &require.that, source);
    let Some(name) = require.optional_argument() else { return violated };
    let (argument, given) = (source.argument(name), given(name));
    match violated {
        Violation::Never => Violation::Never,
        Violation::Always => Violation::When(quote!(#argument.is_some()), false),
        Violation::When(violated, _) => Violation::When(quote!(#argument.is_some_and(|#given| #violated)), false),
    }
}

/// Checks the conditions in order and returns the error of the first failed one. The last condition must have failed
/// if no other did, so it is checked only if the item is read anyway. The second value is whether the checks use the
/// current item.
fn checks(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    error_type: &TokenStream,
    source: Source,
) -> (TokenStream, bool) {
    let entity = design.entity(action.entity);
    let (mut statements, mut reads) = (TokenStream::new(), action.require.iter().any(|require| require.current));
    for (i, require) in action.require.iter().enumerate() {
        let is_implied = i + 1 == action.require.len() && !reads;
        let violated = if is_implied { Violation::Always } else { violated(file, entity, require, source) };
        let name = ident(&require.error);
        let value = if require.current {
            quote!(#error_type::#name { current: Box::new(current) })
        } else {
            quote!(#error_type::#name)
        };
        match violated {
            Violation::Always => {
                statements.extend(quote!(Err(#value)));
                return (statements, reads);
            }
            Violation::Never => {}
            Violation::When(violated, _) => {
                reads = true;
                statements.extend(quote!(if #violated { return Err(#value); }));
            }
        }
    }
    statements.extend(quote!(Err(refused.unexplained().into())));
    (statements, reads)
}
