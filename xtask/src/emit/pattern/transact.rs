//! Functions that write several items, all or none.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::design::{Action, ActionKind, Design, Pattern, Shape};
use crate::emit::pattern::read::{call, method};
use crate::emit::pattern::{changes, condition, input, refusal};
use crate::emit::rust::{RustFile, ident};

pub fn transact(design: &Design, file: &mut RustFile, pattern: &Pattern, actions: &[Action]) {
    let error = refusal::error_type(design, file, pattern);
    let ty = input::structure(design, file, pattern);
    let transaction = file.import("crate::store::transact::Transaction");
    let adds: Vec<_> = actions
        .iter()
        .map(|action| add(design, file, action))
        .collect();

    let call = call(file, pattern);
    let refusals = refusals(design, file, actions, &error);
    let body = quote! {
        let mut transaction = #transaction::new();
        #(#adds)*
        match #call.transact(transaction).await? {
            Ok(()) => Ok(()),
            #refusals
        }
    };
    method(
        design,
        file,
        pattern,
        &[quote!(input: #ty)],
        &quote!(Result<(), #error>),
        &body,
    );
}

/// The statement that adds an action, inside a loop or an `if let` when it is repeated or optional.
fn add(design: &Design, file: &mut RustFile, action: &Action) -> TokenStream {
    let (name, member) = (&action.name, ident(&action.name));
    let one = format_ident!("one");
    let (from, item) = match action.shape {
        Shape::One => (quote!(input.), quote!(input.#member)),
        _ => (quote!(#one.), quote!(#one)),
    };
    let condition = condition::expression(design, file, action, &from);
    let condition = match condition {
        Some(condition) if action.kind == ActionKind::Check => condition,
        Some(condition) => quote!(Some(#condition)),
        None => quote!(None),
    };
    let statement = match action.kind {
        ActionKind::Put => {
            quote!(transaction = transaction.put(#name, #item.to_item(), #condition);)
        }
        ActionKind::Update => {
            let changes = changes::changes(design, file, action, &from);
            let (statement, key) = if action.is_keyed() {
                (quote!(), quote!(#one))
            } else {
                let key = changes::key(design, file, action, &from);
                (quote!(let key = #key;), quote!(key))
            };
            quote! {
                #statement
                let changes = #changes;
                transaction = transaction.update(#name, #key.primary(), changes, #condition);
            }
        }
        ActionKind::Delete if action.is_keyed() => {
            quote!(transaction = transaction.delete(#name, #one.primary(), #condition);)
        }
        ActionKind::Delete => {
            let key = changes::key(design, file, action, &from);
            quote! {
                let key = #key;
                transaction = transaction.delete(#name, key.primary(), #condition);
            }
        }
        ActionKind::Check if action.is_keyed() => {
            quote!(transaction = transaction.check(#name, #one.primary(), #condition);)
        }
        ActionKind::Check => {
            let key = changes::key(design, file, action, &from);
            quote! {
                let key = #key;
                transaction = transaction.check(#name, key.primary(), #condition);
            }
        }
    };
    match (action.shape, action.kind) {
        (Shape::One, _) => statement,
        (Shape::Optional, _) if action.kind == ActionKind::Put || action.is_keyed() => {
            quote!(if let Some(#one) = input.#member { #statement })
        }
        (Shape::Optional, _) => quote!(if let Some(#one) = &input.#member { #statement }),
        (Shape::Many, _) => quote!(for #one in input.#member { #statement }),
    }
}

/// The arm for a refusal: which action it was, and what that means.
fn refusals(
    design: &Design,
    file: &mut RustFile,
    actions: &[Action],
    error: &TokenStream,
) -> TokenStream {
    let conditional: Vec<_> = actions
        .iter()
        .filter(|action| action.is_conditional())
        .collect();
    let values: Vec<_> = conditional
        .iter()
        .map(|action| refusal::error_value(design, file, action, error, &quote!(input.)))
        .collect();
    let Some((last, before)) = values.split_last() else {
        return quote!(Err(refused) => Err(refused.unexplained()),);
    };
    if before.is_empty() {
        let bound = if last.to_string().contains("refused") {
            quote!(refused)
        } else {
            quote!(_)
        };
        return quote!(Err(#bound) => { #last });
    }
    let names = conditional
        .iter()
        .take(before.len())
        .map(|action| &action.name);
    quote! {
        Err(refused) => match refused.action {
            #(#names => { #before })*
            _ => { #last }
        }
    }
}
