//! Emits functions that write one item, or a batch of independent items.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, ActionKind, Design, Pattern, WritePart};
use crate::emit::pattern::function::{call, method, parameters};
use crate::emit::pattern::refusal::{self, RefusalCode};
use crate::emit::pattern::value::Source;
use crate::emit::pattern::{changes, condition, input};
use crate::emit::rust::{RustFile, ident};
use crate::emit::types;

pub fn single(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    match action.kind {
        ActionKind::Put => put(design, file, pattern, action),
        ActionKind::Delete => delete(design, file, pattern, action),
        ActionKind::Update | ActionKind::Check => update(design, file, pattern, action),
    }
}

fn refusal_code(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    error: &TokenStream,
    source: Source,
) -> RefusalCode {
    if action.is_conditional() {
        refusal::refusal_code(design, file, action, error, source)
    } else {
        refusal::unexplained()
    }
}

fn put(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    let entity = design.entity(action.entity);
    let error = refusal::error_type(design, file, pattern);
    let (name, ty) = (ident(&entity.name), types::entity(file, entity));
    let mut all = vec![quote!(#name: &#ty)];
    all.extend(parameters(design, file, pattern));
    let call = call(file, pattern);
    let condition = condition::option(condition::expression(design, file, action, Source::Parameters));
    let refused = refusal_code(design, file, action, &error, Source::Parameters).arm();
    let body = quote! {
        match #call.put(#name.to_item(), #condition).await? {
            Ok(()) => Ok(()),
            #refused
        }
    };
    method(design, file, pattern, &all, &quote!(Result<(), #error>), &body);
}

fn update(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    let error = refusal::error_type(design, file, pattern);
    let (parameters, source) = if input::is_struct(pattern) {
        let ty = input::structure(design, file, pattern);
        (vec![quote!(input: #ty)], Source::Input)
    } else {
        (parameters(design, file, pattern), Source::Parameters)
    };
    let call = call(file, pattern);
    let key = changes::key(design, file, action, source);
    let changes = changes::changes(design, file, action, source);
    let condition = condition::option(condition::expression(design, file, action, source));
    let flag = (!action.returns_new).then(|| quote!(, false));
    let (send, ok, result) = if action.returns_new {
        let entity = types::entity(file, design.entity(action.entity));
        (quote!(update_returning), quote!(Ok(new) => Ok(new)), quote!(#entity))
    } else {
        (quote!(update), quote!(Ok(_) => Ok(())), quote!(()))
    };
    let refused = refusal_code(design, file, action, &error, source).arm();
    let body = quote! {
        let key = #key;
        let changes = #changes;
        let condition = #condition;
        match #call.#send(key.primary(), changes, condition #flag).await? {
            #ok,
            #refused
        }
    };
    method(design, file, pattern, &parameters, &quote!(Result<#result, #error>), &body);
}

fn delete(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    let error = refusal::error_type(design, file, pattern);
    let parameters = parameters(design, file, pattern);
    let (call, key) = (call(file, pattern), changes::key(design, file, action, Source::Parameters));
    let body = quote! {
        let key = #key;
        #call.delete(key.primary()).await
    };
    method(design, file, pattern, &parameters, &quote!(Result<(), #error>), &body);
}

pub fn batch(design: &Design, file: &mut RustFile, pattern: &Pattern, parts: &[WritePart]) {
    let (error, write) = (file.import("table_runtime::StoreError"), file.import("table_runtime::batch::BatchWrite"));
    let (mut parameters, mut writes) = (Vec::new(), TokenStream::new());
    for part in parts {
        let name = ident(part.name());
        let (ty, each) = match part {
            WritePart::Put { entity, .. } => {
                (types::entity(file, design.entity(*entity)), quote!(|item| #write::Put(item.to_item())))
            }
            WritePart::Delete { entity, .. } => {
                (types::key(file, design.entity(*entity)), quote!(|key| #write::Delete(key.primary())))
            }
            WritePart::DeleteKeys { .. } => {
                (file.import("table_runtime::key::ItemKey"), quote!(|key| #write::Delete(key.primary())))
            }
        };
        parameters.push(quote!(#name: &[#ty]));
        let part = quote!(#name.iter().map(#each));
        writes = if writes.is_empty() { part } else { quote!(#writes.chain(#part)) };
    }
    let call = call(file, pattern);
    let body = quote! {
        let writes = #writes.collect();
        #call.write_batch(writes).await
    };
    method(design, file, pattern, &parameters, &quote!(Result<(), #error>), &body);
}
