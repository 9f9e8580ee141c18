//! Emits functions that write several items in one transaction.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, ActionKind, Design, Pattern, Shape};
use crate::emit::pattern::function::{call, method};
use crate::emit::pattern::refusal::{self, RefusalCode};
use crate::emit::pattern::value::Source;
use crate::emit::pattern::{changes, condition, input};
use crate::emit::rust::{RustFile, ident};

pub fn transact(design: &Design, file: &mut RustFile, pattern: &Pattern, actions: &[Action]) {
    let error = refusal::error_type(design, file, pattern);
    let ty = input::structure(design, file, pattern);
    let transaction = file.import("table_runtime::transact::Transaction");
    let adds: Vec<_> = actions.iter().map(|action| add(design, file, action)).collect();

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
    method(design, file, pattern, &[quote!(input: #ty)], &quote!(Result<(), #error>), &body);
}

/// The statement that adds an action. A repeated action is added in a loop, an optional one in an `if let`.
fn add(design: &Design, file: &mut RustFile, action: &Action) -> TokenStream {
    let (name, member) = (&action.name, ident(&action.name));
    let source = match action.shape {
        Shape::One => Source::Input,
        _ if action.is_keyed() => Source::Key,
        _ => Source::One,
    };
    let condition = match condition::expression(design, file, action, source) {
        Some(condition::Written::Always(condition)) if action.kind == ActionKind::Check => condition,
        condition => condition::option(condition),
    };
    let (mut statement, mut key) = (quote!(), quote!(one));
    if action.kind != ActionKind::Put && source != Source::Key {
        let value = changes::key(design, file, action, source);
        (statement, key) = (quote!(let key = #value;), quote!(key));
    }
    let added = match action.kind {
        ActionKind::Put => {
            let item = if action.shape == Shape::One { quote!(input.#member) } else { quote!(one) };
            quote!(put(#name, #item.to_item(), #condition))
        }
        ActionKind::Update => {
            let changes = changes::changes(design, file, action, source);
            statement = quote!(#statement let changes = #changes;);
            quote!(update(#name, #key.primary(), changes, #condition))
        }
        ActionKind::Delete => quote!(delete(#name, #key.primary(), #condition)),
        ActionKind::Check => quote!(check(#name, #key.primary(), #condition)),
    };
    statement = quote!(#statement transaction = transaction.#added;);
    match action.shape {
        Shape::One => statement,
        Shape::Many => quote!(for one in input.#member { #statement }),
        Shape::Optional if source == Source::One && action.kind != ActionKind::Put => {
            quote!(if let Some(one) = &input.#member { #statement })
        }
        Shape::Optional => quote!(if let Some(one) = input.#member { #statement }),
    }
}

/// The arm for a refused transaction, which maps the failed action to its error. Actions with equal code share an arm.
/// A refusal of an action without a condition is not a domain error.
fn refusals(design: &Design, file: &mut RustFile, actions: &[Action], error: &TokenStream) -> TokenStream {
    let mut arms: Vec<(Vec<&str>, RefusalCode)> = Vec::new();
    for action in actions.iter().filter(|action| action.is_conditional()) {
        let code = refusal::refusal_code(design, file, action, error, Source::Input);
        let same =
            |(_, known): &&mut (Vec<&str>, RefusalCode)| known.statements.to_string() == code.statements.to_string();
        match arms.iter_mut().find(same) {
            Some((names, _)) => names.push(&action.name),
            None => arms.push((vec![&action.name], code)),
        }
    }
    if arms.is_empty() {
        return refusal::unexplained().arm();
    }
    let arms = arms.iter().map(|(names, RefusalCode { statements, .. })| quote!(#(#names)|* => { #statements }));
    quote! {
        Err(refused) => match refused.action {
            #(#arms)*
            _ => Err(refused.unexplained().into()),
        }
    }
}
