//! The `Changes` of an update, and the key of what it changes.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, Design, Entity, How, IndexKey, Value};
use crate::emit::entity::number;
use crate::emit::keys::index_partition;
use crate::emit::pattern::value::{Source, borrowed, compared, owned, stored};
use crate::emit::rust::{self, RustFile, ident};
use crate::emit::types;

/// The key as a value of its key struct.
pub fn key(design: &Design, file: &mut RustFile, action: &Action, source: Source) -> TokenStream {
    let entity = design.entity(action.entity);
    let name = types::key(file, entity);
    let members: Vec<TokenStream> = action
        .key
        .iter()
        .filter_map(|(field, value)| {
            let member = ident(field);
            let owned = owned(file, entity.field(field)?, value, source);
            let is_short = member == owned.to_string();
            Some(if is_short { quote!(#member) } else { quote!(#member: #owned) })
        })
        .collect();
    quote!(#name { #(#members),* })
}

/// `Changes::new()…` for an update.
pub fn changes(design: &Design, file: &mut RustFile, action: &Action, source: Source) -> TokenStream {
    let builder = file.import("table_runtime::changes::Changes");
    let entity = design.entity(action.entity);
    let mut calls = Vec::new();
    if action.upsert {
        calls.extend(identity(design, file, entity, action, source));
    }
    for change in &action.changes {
        calls.push(one(file, entity, &change.field, &change.how, source));
    }
    for index_key in &entity.index_keys {
        calls.extend(index_changes(design, file, entity, action, index_key, source));
    }
    quote!(#builder::new() #(#calls)*)
}

/// What a new item needs to say what it is.
fn identity(
    design: &Design,
    file: &mut RustFile,
    entity: &Entity,
    action: &Action,
    source: Source,
) -> Vec<TokenStream> {
    let (et, v) = (&design.table.entity_attribute, &design.table.version_attribute);
    let (type_name, version) = (&entity.type_name, rust::number(entity.written()));
    let mut calls = vec![quote!(.set(#et, #type_name)), quote!(.set(#v, #version))];
    for (name, value) in &action.key {
        if let Some(field) = entity.field(name) {
            let (name, value) = (field.stored_name(), compared(file, field, value, source));
            calls.push(quote!(.set(#name, #value)));
        }
    }
    calls
}

fn one(file: &mut RustFile, entity: &Entity, name: &str, how: &How, source: Source) -> TokenStream {
    let Some(field) = entity.field(name) else {
        return TokenStream::new();
    };
    let name = field.stored_name();
    match how {
        How::Set(value) => match stored(file, field, value, source) {
            (value, true) => quote!(.set_or_remove(#name, #value)),
            (value, false) => quote!(.set(#name, #value)),
        },
        How::SetOnce(value) => {
            let value = compared(file, field, value, source);
            quote!(.set_once(#name, #value))
        }
        How::Add(value) => {
            let value = compared(file, field, value, source);
            quote!(.add(#name, #value))
        }
        How::Append(value) => {
            let value = compared(file, field, value, source);
            quote!(.append(#name, #value))
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
    source: Source,
) -> Vec<TokenStream> {
    let index = &design.table.indexes[key.index];
    let mut calls = Vec::new();
    let partition_moves = key.pk.fields().any(|part| action.change(part).is_some());
    // Whoever sets the sort key and knows the partition leaves the whole key as it should be.
    let is_known = key.pk.fields().all(|part| action.written(part).is_some());
    let is_set = matches!(action.change(&key.sk), Some(How::Set(_)));
    if partition_moves || action.upsert || is_set && is_known {
        let key_type = types::key(file, entity);
        let function = index_partition(index);
        let arguments: Vec<TokenStream> = key
            .partition_fields()
            .filter_map(|part| Some(borrowed(file, entity.field(part)?, action.written(part)?, source)))
            .collect();
        let attribute = &index.partition_key;
        calls.push(quote!(.set(#attribute, #key_type::#function(#(#arguments),*))));
    }
    let attribute = &index.sort_key;
    let Some(field) = entity.field(&key.sk) else {
        return calls;
    };
    let mut set = |value: &Value| {
        let value = number(&field.ty, &borrowed(file, field, value, source));
        quote!(.set(#attribute, #value))
    };
    match (action.change(&key.sk), action.key_value(&key.sk)) {
        (Some(How::Set(value)), _) => calls.push(set(value)),
        (Some(How::Add(value)), _) => {
            // From the field itself, so that an item enters the index in its place, and returns to it.
            let (value, name) = (borrowed(file, field, value, source), field.stored_name());
            calls.push(quote!(.set_sum(#attribute, #name, #value)));
        }
        // A sort key that is in the item's own key is written when the item is made.
        (None, Some(value)) if action.upsert => calls.push(set(value)),
        _ => {}
    }
    calls
}
