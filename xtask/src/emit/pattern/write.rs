//! Functions that write one item, or many each for itself.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, ActionKind, Design, Pattern, WritePart, pattern_arguments};
use crate::emit::keys::key_name;
use crate::emit::pattern::read::{call, method, parameter};
use crate::emit::pattern::{changes, condition, input, refusal};
use crate::emit::rust::{RustFile, camel, ident};

pub fn single(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    match action.kind {
        ActionKind::Put => put(design, file, pattern, action),
        ActionKind::Delete => delete(design, file, pattern, action),
        ActionKind::Update | ActionKind::Check => update(design, file, pattern, action),
    }
}

fn option(condition: Option<TokenStream>) -> TokenStream {
    condition.map_or_else(|| quote!(None), |condition| quote!(Some(#condition)))
}

fn put(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    let entity = design.entity(action.entity);
    let error = refusal::error_type(design, file, pattern);
    let (name, ty) = (
        ident(&entity.name),
        file.import(&format!(
            "crate::generated::entity::{}",
            camel(&entity.name)
        )),
    );
    let mut parameters = vec![quote!(#name: &#ty)];
    for argument in pattern_arguments(&design.entities, pattern) {
        parameters.push(parameter(file, &argument));
    }
    let call = call(file, pattern);
    let condition = option(condition::expression(design, file, action, &quote!()));
    let body = if action.is_conditional() {
        let (pattern_of, refused) = refused(design, file, action, &error, &quote!());
        quote! {
            match #call.put(#name.to_item(), #condition).await? {
                Ok(()) => Ok(()),
                Err(#pattern_of) => { #refused }
            }
        }
    } else {
        quote! {
            match #call.put(#name.to_item(), None).await? {
                Ok(()) => Ok(()),
                Err(refused) => Err(refused.unexplained()),
            }
        }
    };
    method(
        design,
        file,
        pattern,
        &parameters,
        &quote!(Result<(), #error>),
        &body,
    );
}

/// How a refusal is bound in its arm, and what is made of it.
fn refused(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    error: &TokenStream,
    from: &TokenStream,
) -> (TokenStream, TokenStream) {
    let value = refusal::error_value(design, file, action, error, from);
    let is_used = value.to_string().contains("refused");
    (if is_used { quote!(refused) } else { quote!(_) }, value)
}

fn update(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    let error = refusal::error_type(design, file, pattern);
    let (parameters, from) = if input::is_struct(pattern) {
        let ty = input::structure(design, file, pattern);
        (vec![quote!(input: #ty)], quote!(input.))
    } else {
        let arguments = pattern_arguments(&design.entities, pattern);
        (
            arguments
                .iter()
                .map(|argument| parameter(file, argument))
                .collect(),
            quote!(),
        )
    };
    let call = call(file, pattern);
    let key = changes::key(design, file, action, &from);
    let changes = changes::changes(design, file, action, &from);
    let condition = option(condition::expression(design, file, action, &from));
    let flag = (!action.returns_new).then(|| quote!(, false));
    let (send, ok, result) = if action.returns_new {
        let entity = file.import(&format!(
            "crate::generated::entity::{}",
            camel(&design.entity(action.entity).name)
        ));
        (
            quote!(update_returning),
            quote!(Ok(new) => Ok(new)),
            quote!(#entity),
        )
    } else {
        (quote!(update), quote!(Ok(_) => Ok(())), quote!(()))
    };
    let (pattern_of, refused) = if action.is_conditional() {
        refused(design, file, action, &error, &from)
    } else {
        (quote!(refused), quote!(Err(refused.unexplained().into())))
    };
    let body = quote! {
        let key = #key;
        let changes = #changes;
        let condition = #condition;
        match #call.#send(key.primary(), changes, condition #flag).await? {
            #ok,
            Err(#pattern_of) => { #refused }
        }
    };
    method(
        design,
        file,
        pattern,
        &parameters,
        &quote!(Result<#result, #error>),
        &body,
    );
}

fn delete(design: &Design, file: &mut RustFile, pattern: &Pattern, action: &Action) {
    let error = refusal::error_type(design, file, pattern);
    let arguments = pattern_arguments(&design.entities, pattern);
    let parameters: Vec<_> = arguments
        .iter()
        .map(|argument| parameter(file, argument))
        .collect();
    let (call, key) = (
        call(file, pattern),
        changes::key(design, file, action, &quote!()),
    );
    let body = quote! {
        let key = #key;
        #call.delete(key.primary()).await
    };
    method(
        design,
        file,
        pattern,
        &parameters,
        &quote!(Result<(), #error>),
        &body,
    );
}

pub fn batch(design: &Design, file: &mut RustFile, pattern: &Pattern, parts: &[WritePart]) {
    let (error, write) = (
        file.import("crate::store::StoreError"),
        file.import("crate::store::batch::BatchWrite"),
    );
    let (mut parameters, mut pushes) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            WritePart::Put { name, entity } => {
                let (name, ty) = (
                    ident(name),
                    file.import(&format!(
                        "crate::generated::entity::{}",
                        camel(&design.entity(*entity).name)
                    )),
                );
                parameters.push(quote!(#name: &[#ty]));
                pushes.push(quote!(#name.iter().map(|item| #write::Put(item.to_item()))));
            }
            WritePart::Delete { name, entity } => {
                let key = file.import(&format!(
                    "crate::generated::keys::{}",
                    key_name(design.entity(*entity))
                ));
                let name = ident(name);
                parameters.push(quote!(#name: &[#key]));
                pushes.push(quote!(#name.iter().map(|key| #write::Delete(key.primary()))));
            }
            WritePart::DeleteKeys { name } => {
                let key = file.import("crate::key::ItemKey");
                let name = ident(name);
                parameters.push(quote!(#name: &[#key]));
                pushes.push(quote!(#name.iter().map(|key| #write::Delete(key.primary()))));
            }
        }
    }
    let call = call(file, pattern);
    let mut writes = TokenStream::new();
    for (i, push) in pushes.into_iter().enumerate() {
        writes = if i == 0 {
            push
        } else {
            quote!(#writes.chain(#push))
        };
    }
    let body = quote! {
        let writes = #writes.collect();
        #call.write_batch(writes).await
    };
    method(
        design,
        file,
        pattern,
        &parameters,
        &quote!(Result<(), #error>),
        &body,
    );
}
