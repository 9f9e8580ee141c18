//! Emits the result types of queries: items, rows, keys, or an enum of several entities.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Design, Pattern, Query};
use crate::emit::debug::{Shown, debug};
use crate::emit::rust::{DESERIALIZE, RustFile, SERIALIZE, camel, doc, ident};
use crate::emit::types;

/// The type of one result of the query; empty for a count.
pub fn item_type(design: &Design, file: &mut RustFile, pattern: &Pattern, query: &Query) -> TokenStream {
    if query.returns_keys {
        let key = file.import("table_runtime::key::ItemKey");
        return quote!(#key);
    }
    if query.returns_stored {
        let stored = file.import("table_runtime::StoredItem");
        return quote!(#stored);
    }
    if let Some((row, fields)) = &query.row {
        return row_type(design, file, pattern, query, row, fields);
    }
    if is_union(query) {
        return union_type(design, file, pattern, query);
    }
    if !query.returns_items() {
        return quote!();
    }
    let name = types::entity(file, design.entity(query.entities[0]));
    quote!(#name)
}

/// Whether the query returns items of several entities.
pub fn is_union(query: &Query) -> bool {
    query.returns_items() && query.entities.len() > 1
}

pub fn union_name(pattern: &Pattern) -> String {
    format!("{}Item", camel(&pattern.name))
}

/// The attributes of a row, and its key attributes, which a cursor needs.
fn projection(design: &Design, file: &mut RustFile, query: &Query, fields: &[String]) -> TokenStream {
    let entity = design.entity(query.entities[0]);
    let mut fields: Vec<String> = fields.iter().map(|field| entity.stored_name(field).to_owned()).collect();
    fields.extend([design.table.partition_key.clone(), design.table.sort_key.clone()]);
    if let Some(index) = query.index.map(|index| &design.table.indexes[index]) {
        fields.extend([index.partition_key.clone(), index.sort_key.clone()]);
    }
    let projection = file.import("table_runtime::expr::StaticProjection");
    let expression = fields.iter().map(|field| format!("#{field}")).collect::<Vec<_>>().join(",");
    let names = fields.iter().map(|field| {
        let placeholder = format!("#{field}");
        quote!((#placeholder, #field))
    });
    quote!(#projection { expression: #expression, names: &[#(#names),*] })
}

fn row_type(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    query: &Query,
    row: &str,
    fields: &[String],
) -> TokenStream {
    let entity = design.entity(query.entities[0]);
    let name = ident(row);
    let known: Vec<_> = fields.iter().filter_map(|field| entity.field(field)).collect();
    let default = quote!(#[serde(default)]);
    let members: Vec<_> = known.iter().map(|field| types::member(file, field, &default)).collect();
    let shown: Vec<Shown<'_>> = known.iter().map(|field| (field.name.as_str(), field.pii)).collect();
    let (derive_debug, implementation) = debug(file, &name, None, &shown);
    let whence = if query.index.is_some() { "the projection of the index" } else { "a part of the item" };
    let about = doc(&format!("A row of [`Patterns::{0}`](crate::Patterns::{0}): {whence}.", pattern.name));
    let (from_item, item) = (file.import("table_runtime::item::FromItem"), file.import("table_runtime::item::Item"));
    let (corrupt, decode) = (file.import("table_runtime::CorruptItem"), file.import("table_runtime::item::decode_row"));
    let projected = projection(design, file, query, fields);
    let counters = design.counters(entity);
    let clamp = counters.iter().any(|counter| fields.contains(&counter.name)).then(|| {
        let (clamp, entity) = (file.import("table_runtime::counter::clamp"), types::entity(file, entity));
        quote!(#clamp(&mut item, #entity::COUNTERS);)
    });
    let binding = if clamp.is_some() { quote!(mut item) } else { quote!(item) };
    let projection = file.import("table_runtime::expr::StaticProjection");
    let (serialize, deserialize) = (file.import(SERIALIZE), file.import(DESERIALIZE));
    file.item(quote! {
        #about
        #[derive(Clone, #derive_debug PartialEq, #deserialize, #serialize)]
        #[serde(crate = "table_runtime::serde")]
        pub struct #name { #(#members)* }
        #implementation
        impl #from_item for #name {
            const PROJECTION: Option<#projection> = Some(#projected);
            fn from_item(#binding: #item) -> Result<Self, #corrupt> {
                #clamp
                #decode(item, #row)
            }
        }
    });
    quote!(#name)
}

/// Emits an enum of the entities in the partition.
fn union_type(design: &Design, file: &mut RustFile, pattern: &Pattern, query: &Query) -> TokenStream {
    let name = ident(&union_name(pattern));
    let entities: Vec<_> = query.entities.iter().map(|index| design.entity(*index)).collect();
    let types: Vec<_> = entities.iter().map(|entity| types::entity(file, entity)).collect();
    let abouts = entities.iter().map(|entity| doc(&entity.summary));
    let stored: Vec<_> = entities.iter().map(|entity| &entity.type_name).collect();
    let (from_item, item) = (file.import("table_runtime::item::FromItem"), file.import("table_runtime::item::Item"));
    let (corrupt, kind_of) =
        (file.import("table_runtime::CorruptItem"), file.import("table_runtime::attributes::entity_of"));
    let about = doc(&format!("The result of [`Patterns::{0}`](crate::Patterns::{0}).", pattern.name));
    let pattern_name = &pattern.name;
    file.item(quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        pub enum #name { #(#abouts #types(#types),)* }
        impl #from_item for #name {
            fn from_item(item: #item) -> Result<Self, #corrupt> {
                match #kind_of(&item) {
                    #(Some(#stored) => #types::from_item(item).map(Self::#types),)*
                    _ => Err(#corrupt::new(#pattern_name, "its entity is not expected in this partition")),
                }
            }
        }
    });
    quote!(#name)
}
