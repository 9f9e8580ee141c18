//! The `Changes` of an update, and the key of what it changes.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, Design, Entity, How, IndexKey, Literal, Segment, Type, Value};
use crate::emit::entity::number;
use crate::emit::keys::key_name;
use crate::emit::pattern::condition::literal;
use crate::emit::rust::{RustFile, ident};

/// The key as a value of its key struct.
pub fn key(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    from: &TokenStream,
) -> TokenStream {
    let entity = design.entity(action.entity);
    let name = file.import(&format!("crate::generated::keys::{}", key_name(entity)));
    let members = action.key.iter().filter_map(|(field, value)| {
        let known = entity.field(field)?;
        let member = ident(field);
        let owned = owned_value(&known.ty, value, from);
        let short = owned.to_string() == *field;
        Some(if short {
            quote!(#member)
        } else {
            quote!(#member: #owned)
        })
    });
    quote!(#name { #(#members),* })
}

fn owned_value(ty: &Type, value: &Value, from: &TokenStream) -> TokenStream {
    let tokens = place(value, from);
    match (ty, value) {
        (ty, _) if ty.is_copy() => tokens,
        (Type::Text, Value::Argument(_)) => quote!(#tokens.to_owned()),
        _ => quote!(#tokens.clone()),
    }
}

/// Where a value is found: an argument, or a field of an item put beside it.
fn place(value: &Value, from: &TokenStream) -> TokenStream {
    match value {
        Value::Argument(name) => {
            let name = ident(name);
            quote!(#from #name)
        }
        Value::FieldOf { action, field } => {
            let (action, field) = (ident(action), ident(field));
            quote!(input.#action.#field)
        }
        Value::Literal(Literal::Number(number)) => {
            let number = proc_macro2::Literal::i64_unsuffixed(*number);
            quote!(#number)
        }
        Value::Literal(Literal::Text(text)) => quote!(#text),
    }
}

/// `Changes::new()…` for an update.
pub fn changes(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    from: &TokenStream,
) -> TokenStream {
    let builder = file.import("crate::store::changes::Changes");
    let entity = design.entity(action.entity);
    let mut calls = Vec::new();
    if action.upsert {
        calls.extend(identity(design, entity, action, from));
    }
    for change in &action.changes {
        calls.push(one(file, entity, &change.field, &change.how, from));
    }
    for index_key in &entity.index_keys {
        calls.extend(index_changes(design, file, entity, action, index_key, from));
    }
    quote!(#builder::new() #(#calls)*)
}

/// What a new item needs to say what it is.
fn identity(
    design: &Design,
    entity: &Entity,
    action: &Action,
    from: &TokenStream,
) -> Vec<TokenStream> {
    let (et, v) = (
        &design.table.entity_attribute,
        &design.table.version_attribute,
    );
    let (type_name, version) = (&entity.type_name, crate::emit::rust::number(entity.version));
    let mut calls = vec![quote!(.set(#et, #type_name)), quote!(.set(#v, #version))];
    for (field, value) in &action.key {
        let ty = entity.field(field).map(|field| &field.ty);
        let tokens = place(value, from);
        let by_copy = ty.is_some_and(Type::is_copy) || matches!(value, Value::Argument(_));
        calls.push(if by_copy {
            quote!(.set(#field, #tokens))
        } else {
            quote!(.set(#field, &#tokens))
        });
    }
    calls
}

fn one(
    file: &mut RustFile,
    entity: &Entity,
    name: &str,
    how: &How,
    from: &TokenStream,
) -> TokenStream {
    let Some(field) = entity.field(name) else {
        return TokenStream::new();
    };
    let tokens = |file: &mut RustFile, value: &Value| match value {
        Value::Literal(Literal::Text(text)) => literal(file, entity, name, text),
        Value::FieldOf { .. } if !field.ty.is_copy() => {
            let place = place(value, from);
            quote!(&#place)
        }
        _ => place(value, from),
    };
    match how {
        How::Set(value) => {
            let may_be_absent = field.optional && !matches!(value, Value::Literal(_));
            let tokens = tokens(file, value);
            if may_be_absent {
                quote!(.set_or_remove(#name, #tokens))
            } else {
                quote!(.set(#name, #tokens))
            }
        }
        How::SetOnce(value) => {
            let tokens = tokens(file, value);
            quote!(.set_once(#name, #tokens))
        }
        How::Add(value) => {
            let tokens = tokens(file, value);
            quote!(.add(#name, #tokens))
        }
        How::Remove => quote!(.remove(#name)),
    }
}

/// The index's own key, rewritten with what it is made of.
fn index_changes(
    design: &Design,
    file: &mut RustFile,
    entity: &Entity,
    action: &Action,
    key: &IndexKey,
    from: &TokenStream,
) -> Vec<TokenStream> {
    let index = &design.table.indexes[key.index];
    let mut calls = Vec::new();
    let value_of = |part: &str| match action.change(part) {
        Some(How::Set(value)) => Some(value.clone()),
        _ => action.key_value(part).cloned(),
    };
    let partition_moves = key.pk.fields().any(|part| action.change(part).is_some());
    if partition_moves || action.upsert {
        let key_name = file.import(&format!("crate::generated::keys::{}", key_name(entity)));
        let function = quote::format_ident!("{}_partition", index.name.to_lowercase());
        let arguments = key.pk.segments.iter().filter_map(|segment| match segment {
            Segment::Field { name, .. } => value_of(name).map(|value| place(&value, from)),
            Segment::Literal(_) => None,
        });
        let attribute = &index.partition_key;
        calls.push(quote!(.set(#attribute, #key_name::#function(#(#arguments),*))));
    }
    let attribute = &index.sort_key;
    let ty = entity
        .field(&key.sk)
        .map_or(Type::Amount, |field| field.ty.clone());
    match action.change(&key.sk) {
        Some(How::Set(value)) => {
            let tokens = number(&ty, &place(value, from));
            calls.push(quote!(.set(#attribute, #tokens)));
        }
        Some(How::Add(value)) => {
            let tokens = place(value, from);
            calls.push(quote!(.add(#attribute, #tokens)));
        }
        _ => {}
    }
    calls
}
