//! Emits the input of a function: a few parameters, or a struct with named fields.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{
    Action, ActionKind, Argument, ComparedPart, Design, How, Operation, Pattern, Shape, Value, action_arguments,
    pattern_arguments,
};
use crate::emit::debug::{Shown, debug};
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types;

/// The maximum number of positional arguments.
const MAX_POSITIONAL: usize = 4;

/// Whether the function takes one struct.
pub fn is_struct(pattern: &Pattern) -> bool {
    match &pattern.operation {
        Operation::Transact(_) => true,
        Operation::Write(action) => action.kind == ActionKind::Update && action.argument_names().len() > MAX_POSITIONAL,
        _ => false,
    }
}

struct Member {
    name: String,
    about: String,
    ty: TokenStream,
    borrows: bool,
    pii: bool,
}

/// Emits the input struct and the structs of optional and repeated actions. Returns the type for the signature.
pub fn structure(design: &Design, file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let mut members: Vec<Member> = Vec::new();
    for action in pattern.actions() {
        members.extend(action_member(design, file, action));
    }
    let actions: Vec<&Action> = pattern.actions().iter().filter(|action| action.shape == Shape::One).collect();
    for argument in pattern_arguments(&design.entities, pattern) {
        members.push(argument_member(file, &argument, about(design, &actions, &argument)));
    }
    let title = format!("The input of [`Patterns::{0}`](crate::Patterns::{0}).", pattern.name);
    let borrows = emit(file, &camel(&pattern.name), &title, &members);
    let name = ident(&camel(&pattern.name));
    if borrows { quote!(#name<'_>) } else { quote!(#name) }
}

/// Emits a struct and returns whether it has a lifetime.
fn emit(file: &mut RustFile, name: &str, about: &str, members: &[Member]) -> bool {
    let borrows = members.iter().any(|member| member.borrows);
    let (parameters, anonymous) = (borrows.then(|| quote!(<'a>)), borrows.then(|| quote!(<'_>)));
    let fields = members.iter().map(|member| {
        let (about, name, ty) = (doc(&member.about), ident(&member.name), &member.ty);
        quote!(#about pub #name: #ty,)
    });
    let (about, name) = (doc(about), ident(name));
    let shown: Vec<Shown<'_>> = members.iter().map(|member| (member.name.as_str(), member.pii)).collect();
    let (derive_debug, implementation) = debug(file, &name, anonymous.as_ref(), &shown);
    file.item(quote! {
        #about
        #[derive(Clone, #derive_debug)]
        pub struct #name #parameters { #(#fields)* }
        #implementation
    });
    borrows
}

fn argument_member(file: &mut RustFile, argument: &Argument, about: String) -> Member {
    Member {
        name: argument.name.clone(),
        about,
        ty: types::argument(file, argument, Some(&quote!('a))),
        borrows: !argument.ty.is_copy(),
        pii: argument.pii,
    }
}

/// The item of a put, or the key or the struct of an optional or repeated action.
fn action_member(design: &Design, file: &mut RustFile, action: &Action) -> Option<Member> {
    let entity = design.entity(action.entity);
    let words = entity.words();
    let (ty, about, borrows) = if action.kind == ActionKind::Put {
        let name = types::entity(file, entity);
        let (ty, about) = match action.shape {
            Shape::One => (quote!(&'a #name), format!("The {words} to put.")),
            Shape::Optional => (quote!(Option<&'a #name>), format!("The {words} to put, if any.")),
            Shape::Many => (quote!(&'a [#name]), format!("Each {words} to put.")),
        };
        (ty, about, true)
    } else if action.is_keyed() {
        let key = types::key(file, entity);
        match action.shape {
            Shape::Many => (quote!(&'a [#key]), format!("The key of each {words}."), true),
            _ => (quote!(Option<&'a #key>), format!("The key of the {words}, if any."), true),
        }
    } else {
        let (row, row_borrows) = row_structure(design, file, action, action.row.as_ref()?);
        match action.shape {
            Shape::Many => (quote!(&'a [#row]), format!("Each {words} to write."), true),
            _ => (quote!(Option<#row>), format!("The {words} to write, if any."), row_borrows),
        }
    };
    // Items, keys and rows redact their personal fields themselves.
    Some(Member { name: action.name.clone(), about, ty, borrows, pii: false })
}

fn row_structure(design: &Design, file: &mut RustFile, action: &Action, row: &str) -> (TokenStream, bool) {
    let arguments = action_arguments(&design.entities, action);
    let members: Vec<Member> =
        arguments.iter().map(|argument| argument_member(file, argument, about(design, &[action], argument))).collect();
    let verb = match action.kind {
        ActionKind::Delete => "Deletes",
        ActionKind::Check => "Checks",
        ActionKind::Update | ActionKind::Put => "Changes",
    };
    let borrows = emit(file, row, &format!("{verb} {}.", design.entity(action.entity).a()), &members);
    let name = ident(row);
    (if borrows { quote!(#name<'a>) } else { quote!(#name) }, borrows)
}

/// The meaning of an argument, and the effect of leaving it out.
fn about(design: &Design, actions: &[&Action], argument: &Argument) -> String {
    let meaning = meaning(design, actions, argument);
    match without(design, actions, argument) {
        Some(effect) => format!("{meaning}\nWithout it, {effect}."),
        None => meaning,
    }
}

/// The effect of leaving an argument out; `None` if it cannot be left out.
pub fn without(design: &Design, actions: &[&Action], argument: &Argument) -> Option<&'static str> {
    let is_given =
        |value: Option<&Value>| matches!(value, Some(Value::OptionalArgument(name)) if *name == argument.name);
    let is_change = actions.iter().flat_map(|action| &action.changes).any(|change| is_given(change.how.value()));
    let is_condition = actions
        .iter()
        .flat_map(|action| &action.require)
        .any(|require| require.optional_argument() == Some(&argument.name));
    match (is_change, is_condition) {
        (true, false) => Some("the change is left out"),
        (false, true) => Some("the condition is left out"),
        (true, true) => Some("the change and the condition are left out"),
        (false, false) => {
            actions.iter().any(|action| removes(design, action, argument)).then_some("the field is removed")
        }
    }
}

/// Whether the action removes an optional field if the argument is absent.
fn removes(design: &Design, action: &Action, argument: &Argument) -> bool {
    action.changes.iter().any(|change| {
        matches!(&change.how, How::Set(Value::Argument(name)) if *name == argument.name)
            && design.entity(action.entity).field(&change.field).is_some_and(|field| field.optional)
    })
}

/// The meaning of an argument: the documentation of its field if they have the same name, otherwise its effect on the
/// field.
fn meaning(design: &Design, actions: &[&Action], argument: &Argument) -> String {
    let meets = |value: &Value| value.argument() == Some(&argument.name);
    let mut said = None;
    for action in actions {
        let entity = design.entity(action.entity);
        let words = entity.words();
        let key = action.key.iter().filter(|(_, value)| meets(value));
        let of_key = key.map(|(field, _)| (field.as_str(), format!("The `{field}` of the {words}.")));
        let compared = action.operands().filter(|(_, operand, _)| operand.argument() == Some(&argument.name));
        let of_conditions = compared.map(|(field, _, meets)| {
            let does = match meets {
                ComparedPart::Field | ComparedPart::Difference => "Compared with",
                ComparedPart::Element => "Looked for in",
                ComparedPart::Size => "Compared with the size of",
            };
            // A value for an element or a size is not a value of the field, even if the names are equal.
            let own = if meets == ComparedPart::Field { field } else { "" };
            (own, format!("{does} the `{field}` of the {words}."))
        });
        let changed = action.changes.iter().filter(|change| change.how.value().is_some_and(meets));
        let of_changes = changed.map(|change| {
            let field = change.field.as_str();
            let does = match change.how {
                How::Add(_) | How::Append(_) | How::AddTo(_) => "Added to the",
                How::DeleteFrom(_) => "Deleted from the",
                How::Set(_) | How::SetOnce(_) | How::Remove => "The new",
            };
            let own = if change.how.compared_part() == ComparedPart::Element { "" } else { field };
            (own, format!("{does} `{field}` of the {words}."))
        });
        for (field, does) in of_conditions.chain(of_changes).chain(of_key) {
            match entity.field(field) {
                Some(field) if field.name == argument.name => return field.doc.clone(),
                _ => said = said.or(Some(does)),
            }
        }
    }
    said.unwrap_or_else(|| format!("The pattern's `{}`.", argument.name))
}
