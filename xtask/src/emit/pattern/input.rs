//! What a function takes: a few arguments, or a struct with a name for each.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{
    Action, ActionKind, Argument, Design, Operation, Pattern, Shape, action_arguments,
    pattern_arguments,
};
use crate::emit::keys::key_name;
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types;

/// More arguments than these are given by name.
const POSITIONAL: usize = 4;

/// Whether the function takes one struct.
pub fn is_struct(pattern: &Pattern) -> bool {
    match &pattern.operation {
        Operation::Transact(_) => true,
        Operation::Write(action) => {
            action.kind == ActionKind::Update && action.argument_names().len() > POSITIONAL
        }
        _ => false,
    }
}

struct Member {
    name: String,
    about: String,
    ty: TokenStream,
    borrows: bool,
}

/// Emits the input struct, and those of its optional and repeated actions. Returns its type for the signature.
pub fn structure(design: &Design, file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let lifetime = quote!('a);
    let mut members: Vec<Member> = Vec::new();
    for action in pattern.actions() {
        members.extend(action_member(design, file, action, &lifetime));
    }
    for argument in pattern_arguments(&design.entities, pattern) {
        members.push(argument_member(
            file,
            &argument,
            &about(design, pattern.actions(), &argument),
            &lifetime,
        ));
    }
    let name = camel(&pattern.name);
    let title = format!(
        "What [`Store::{}`](crate::Store::{}) writes.",
        pattern.name, pattern.name
    );
    emit(file, &name, &title, members)
}

fn emit(file: &mut RustFile, name: &str, about: &str, members: Vec<Member>) -> TokenStream {
    let borrows = members.iter().any(|member| member.borrows);
    let parameters = borrows.then(|| quote!(<'a>));
    let fields = members.iter().map(|member| {
        let (about, name, ty) = (doc(&member.about), ident(&member.name), &member.ty);
        quote!(#about pub #name: #ty,)
    });
    let (about, name) = (doc(about), ident(name));
    file.item(quote! {
        #about
        #[derive(Clone, Debug)]
        pub struct #name #parameters { #(#fields)* }
    });
    let anonymous = borrows.then(|| quote!(<'_>));
    quote!(#name #anonymous)
}

fn argument_member(
    file: &mut RustFile,
    argument: &Argument,
    about: &str,
    lifetime: &TokenStream,
) -> Member {
    Member {
        name: argument.name.clone(),
        about: about.to_owned(),
        ty: types::argument(file, argument, Some(lifetime)),
        borrows: !argument.ty.is_copy(),
    }
}

/// The item of a put, or the struct of an optional or repeated action.
fn action_member(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    lifetime: &TokenStream,
) -> Option<Member> {
    let entity = design.entity(action.entity);
    let words = entity.name.replace('_', " ");
    let (ty, about, borrows) = match (action.kind, &action.row) {
        (ActionKind::Put, _) => {
            let name = file.import(&format!(
                "crate::generated::entity::{}",
                camel(&entity.name)
            ));
            match action.shape {
                Shape::One => (
                    quote!(&#lifetime #name),
                    format!("The {words} to put."),
                    true,
                ),
                Shape::Optional => (
                    quote!(Option<&#lifetime #name>),
                    format!("The {words} to put, if any."),
                    true,
                ),
                Shape::Many => (
                    quote!(&#lifetime [#name]),
                    format!("Each {words} to put."),
                    true,
                ),
            }
        }
        _ if action.is_keyed() => {
            let key = file.import(&format!("crate::generated::keys::{}", key_name(entity)));
            match action.shape {
                Shape::Many => (
                    quote!(&#lifetime [#key]),
                    format!("Names each {words}."),
                    true,
                ),
                _ => (
                    quote!(Option<&#lifetime #key>),
                    format!("Names the {words}, if any."),
                    true,
                ),
            }
        }
        (_, Some(row)) => {
            let (row, row_borrows) = row_structure(design, file, action, row);
            match action.shape {
                Shape::Many => (
                    quote!(&#lifetime [#row]),
                    format!("Each {words} to write."),
                    true,
                ),
                _ => (
                    quote!(Option<#row>),
                    format!("The {words} to write, if any."),
                    row_borrows,
                ),
            }
        }
        _ => return None,
    };
    Some(Member {
        name: action.name.clone(),
        about,
        ty,
        borrows,
    })
}

fn row_structure(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    row: &str,
) -> (TokenStream, bool) {
    let lifetime = quote!('a);
    let entity = design.entity(action.entity);
    let members: Vec<_> = action_arguments(&design.entities, action)
        .iter()
        .map(|argument| {
            argument_member(
                file,
                argument,
                &about(design, std::slice::from_ref(action), argument),
                &lifetime,
            )
        })
        .collect();
    let borrows = members.iter().any(|member| member.borrows);
    let verb = match action.kind {
        ActionKind::Delete => "Names a",
        ActionKind::Check => "Checks a",
        _ => "Changes a",
    };
    emit(
        file,
        row,
        &format!("{verb} {}.", entity.name.replace('_', " ")),
        members,
    );
    let name = ident(row);
    (
        if borrows {
            quote!(#name<'a>)
        } else {
            quote!(#name)
        },
        borrows,
    )
}

/// What an argument is, from the field of its name, or from the one it is compared with.
fn about(design: &Design, actions: &[Action], argument: &Argument) -> String {
    let field = |name: &str| {
        actions
            .iter()
            .find_map(|action| design.entity(action.entity).field(name))
    };
    if let Some(field) = field(&argument.name) {
        return field.doc.clone();
    }
    for action in actions {
        let entity = design.entity(action.entity);
        for require in &action.require {
            let mut met = None;
            require.that.each(&mut |field, compared| {
                if let Some((_, crate::design::Operand::Argument(name))) = compared
                    && *name == argument.name
                {
                    met = Some(field.to_owned());
                }
            });
            if let Some(field) = met {
                return format!(
                    "Compared with the `{field}` of the {}.",
                    entity.name.replace('_', " ")
                );
            }
        }
        let given = action.changes.iter().find(|change| match &change.how {
            crate::design::How::Set(value)
            | crate::design::How::SetOnce(value)
            | crate::design::How::Add(value) => {
                *value == crate::design::Value::Argument(argument.name.clone())
            }
            crate::design::How::Remove => false,
        });
        if let Some(change) = given {
            return format!(
                "The new `{}` of the {}.",
                change.field,
                entity.name.replace('_', " ")
            );
        }
        if let Some((part, _)) = action
            .key
            .iter()
            .find(|(_, value)| *value == crate::design::Value::Argument(argument.name.clone()))
        {
            return format!("The `{part}` of the {}.", entity.name.replace('_', " "));
        }
    }
    format!("The pattern's `{}`.", argument.name)
}
