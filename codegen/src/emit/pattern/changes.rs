//! Emits the `Changes` of an update, and the key of the updated item.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, Design, Entity, Field, How, IndexKey, Type, Value};
use crate::emit::entity::number as as_number;
use crate::emit::keys::{index_partition, index_sort};
use crate::emit::pattern::value::{Source, borrowed, compared, given, owned, stored};
use crate::emit::rust::{self, RustFile, ident};
use crate::emit::types;

/// The key as an expression of its key struct.
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

/// `Changes::new()…` of an update.
pub fn changes(design: &Design, file: &mut RustFile, action: &Action, source: Source) -> TokenStream {
    let builder = file.import("table_runtime::changes::Changes");
    let entity = design.entity(action.entity);
    let mut calls = Vec::new();
    if action.upsert {
        calls.extend(identity(design, file, entity, action, source));
    }
    for change in &action.changes {
        let call = field_change(file, entity, &change.field, &change.how, source);
        calls.push(match change.how.value() {
            Some(Value::OptionalArgument(name)) => {
                let (argument, given) = (source.argument(name), given(name));
                quote!(.given(#argument, |changes, #given| changes #call))
            }
            _ => call,
        });
    }
    for index_key in &entity.index_keys {
        calls.extend(index_changes(design, file, entity, action, index_key, source));
    }
    quote!(#builder::new() #(#calls)*)
}

/// The attributes that a new item needs besides its fields: entity, version and key fields.
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

fn field_change(file: &mut RustFile, entity: &Entity, name: &str, how: &How, source: Source) -> TokenStream {
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
            let value = compared(file, &how.compared_part().field(field), value, source);
            quote!(.add(#name, #value))
        }
        How::Append(value) => {
            let value = compared(file, field, value, source);
            quote!(.append(#name, #value))
        }
        How::AddTo(value) | How::DeleteFrom(value) => {
            let element = compared(file, &how.compared_part().field(field), value, source);
            let call = if matches!(how, How::AddTo(_)) { quote!(add_to) } else { quote!(delete_from) };
            quote!(.#call(#name, #element))
        }
        How::Remove => quote!(.remove(#name)),
    }
}

/// The changes of an index key, for a changed field that it is made of.
fn index_changes(
    design: &Design,
    file: &mut RustFile,
    entity: &Entity,
    action: &Action,
    key: &IndexKey,
    source: Source,
) -> Vec<TokenStream> {
    let index = &design.table.indexes[key.index];
    let number = match key.number() {
        Some(number) if !entity.is_rewritten_whole(key) => number,
        _ => return whole_index_key(design, file, (entity, action), key, source),
    };
    let mut calls = Vec::new();
    let partition_moves = key.pk.fields().any(|part| action.change(part).is_some());
    // An update that sets the sort key and has all values of the partition key writes both.
    let is_known = key.pk.fields().all(|part| action.written(part).is_some());
    let is_set = matches!(action.change(number), Some(How::Set(_)));
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
    let Some(field) = entity.field(number) else {
        return calls;
    };
    let mut set = |value: &Value| {
        let value = as_number(&field.ty, &borrowed(file, field, value, source));
        quote!(.set(#attribute, #value))
    };
    match (action.change(number), action.key_value(number)) {
        (Some(How::Set(value)), _) => calls.push(set(value)),
        (Some(how @ How::Add(value)), _) => {
            // Compute it from the field itself, so that the item is in its correct position even if it was not in the
            // index before.
            let difference = how.compared_part().field(field);
            let (value, name) = (borrowed(file, &difference, value, source), field.stored_name());
            calls.push(quote!(.set_sum(#attribute, #name, #value)));
        }
        // A sort key that is part of the item's own key is written when the item is created.
        (None, Some(value)) if action.upsert => calls.push(set(value)),
        _ => {}
    }
    calls
}

/// Writes both attributes of an index key together. It removes them if the action removes an optional field of the
/// key, and sets them if all fields of the key are known. A check refuses a change of only some of these fields.
fn whole_index_key(
    design: &Design,
    file: &mut RustFile,
    (entity, action): (&Entity, &Action),
    key: &IndexKey,
    source: Source,
) -> Vec<TokenStream> {
    let index = &design.table.indexes[key.index];
    let attributes = index.key_attributes();
    if action.leaves_index(entity, key) {
        return attributes.into_iter().map(|attribute| quote!(.remove(#attribute))).collect();
    }
    let is_changed = key.fields().into_iter().any(|field| action.change(field).is_some());
    let is_known = key.fields().into_iter().all(|field| action.written(field).is_some());
    if !is_known || !is_changed && !action.upsert {
        return Vec::new();
    }
    let key_type = types::key(file, entity);
    let partition = index_partition(index);
    let all: Vec<&Field> = entity.fields_of(key).collect();
    let of_partition: Vec<&Field> = key.partition_fields().filter_map(|name| entity.field(name)).collect();
    let partition = whole_part(file, action, (&all, &of_partition), &quote!(#key_type::#partition), source);
    let of_sort: Vec<&Field> = key.sk.fields().filter_map(|name| entity.field(name)).collect();
    let sort_function = match key.number().and_then(|name| entity.field(name)).map(|field| &field.ty) {
        None => {
            let sort = index_sort(index);
            quote!(#key_type::#sort)
        }
        Some(Type::Count(_)) => quote!(i64::from),
        Some(ty @ (Type::Time | Type::Expiry)) => {
            let (method, ty) =
                (if *ty == Type::Time { quote!(millis) } else { quote!(seconds) }, types::owned(file, ty));
            quote!(#ty::#method)
        }
        Some(_) => quote!(),
    };
    let sort = whole_part(file, action, (&all, &of_sort), &sort_function, source);
    let parts = attributes.into_iter().zip([partition, sort]);
    parts
        .map(
            |(attribute, (value, is_option))| {
                if is_option { quote!(.set_or_remove(#attribute, #value)) } else { quote!(.set(#attribute, #value)) }
            },
        )
        .collect()
}

/// A function call on some fields of a key, and whether it is an `Option`: `None` if one of the key's fields is
/// `None`. An empty function returns its only argument.
fn whole_part(
    file: &mut RustFile,
    action: &Action,
    (all, used): (&[&Field], &[&Field]),
    function: &TokenStream,
    source: Source,
) -> (TokenStream, bool) {
    let of = |function: &TokenStream, arguments: &[TokenStream]| {
        if function.is_empty() { quote!(#(#arguments)*) } else { quote!(#function(#(#arguments),*)) }
    };
    // Unused optional fields come first, so that the function call is inside the innermost closure.
    let mut bound: Vec<(&Field, TokenStream)> = Vec::new();
    for field in all {
        let Some(value) = action.written(&field.name) else { continue };
        if let (value, true) = stored(file, field, value, source) {
            let value = match (&field.ty, action.written(&field.name)) {
                (Type::Text, Some(Value::FieldOf { .. })) => quote!(#value.map(String::as_str)),
                _ => value,
            };
            let place = if used.iter().any(|used| used.name == field.name) { bound.len() } else { 0 };
            bound.insert(place, (field, value));
        }
    }
    let is_bound = |field: &Field| bound.iter().any(|(own, _)| own.name == field.name);
    let mut arguments = Vec::new();
    for field in used {
        let Some(value) = action.written(&field.name) else { continue };
        let ident = ident(&field.name);
        arguments.push(if is_bound(field) { quote!(#ident) } else { borrowed(file, field, value, source) });
    }
    let Some((last, before)) = bound.split_last() else { return (of(function, &arguments), false) };
    let name = |field: &Field| {
        let ident = ident(&field.name);
        if used.iter().any(|used| used.name == field.name) { quote!(#ident) } else { quote!(_) }
    };
    let (binding, option) = (name(last.0), &last.1);
    let is_alone = arguments.len() == 1 && arguments[0].to_string() == binding.to_string();
    let innermost = match (is_alone, function.is_empty()) {
        (true, true) => option.clone(),
        (true, false) => quote!(#option.map(#function)),
        _ => {
            let value = of(function, &arguments);
            quote!(#option.map(|#binding| #value))
        }
    };
    let whole = before.iter().rev().fold(innermost, |inner, (field, option)| {
        let binding = name(field);
        quote!(#option.and_then(|#binding| #inner))
    });
    (whole, true)
}
