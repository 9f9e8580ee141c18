//! Emits functions that read a partition or a range of it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::design::{
    Design, Entity, Expired, Order, Paging, Pattern, Query, Segment, Sort, Template, partition, shards, sort_field,
    sort_template, sorts_numbers,
};
use crate::emit::entity::number;
use crate::emit::keys::{Part, index_partition, index_partitions, index_type, key_text, table_key};
use crate::emit::pattern::function::{call, method, parameters};
use crate::emit::pattern::rows;
use crate::emit::rust::{self, RustFile, ident};
use crate::emit::types;

pub fn query(design: &Design, file: &mut RustFile, pattern: &Pattern, query: &Query) {
    let mut parameters = parameters(design, file, pattern);
    let item = rows::item_type(design, file, pattern, query);
    let error = file.import("table_runtime::StoreError");
    let (build, bound) = build(design, file, query);
    let call = call(file, pattern);
    if query.order == Order::Either {
        let order = file.import("table_runtime::Order");
        parameters.push(quote!(order: #order));
    }
    let is_sharded = shards(design.entity(query.entities[0]), query).is_some();
    let named = |word: &str| if is_sharded { format_ident!("sharded_{word}") } else { format_ident!("{word}") };
    let (result, send) = match query.paging {
        Paging::Page(size) => {
            let (page, request) = (file.import("table_runtime::Page"), file.import("table_runtime::PageRequest"));
            parameters.push(quote!(page: #request<'_>));
            let (send, size) = (named("page"), rust::number(size));
            let partition = (!is_sharded).then(|| quote!(&partition,));
            (quote!(#page<#item>), quote!(#send(query, #bound, #partition page, #size)))
        }
        Paging::First(size) => first(file, query, size, &mut parameters, &item, &named),
        Paging::All => {
            let send = named("all");
            (quote!(Vec<#item>), quote!(#send(query)))
        }
        Paging::Count => {
            let send = named("count");
            (quote!(u64), quote!(#send(query)))
        }
    };
    let body = quote!(#build #call.#send.await);
    method(design, file, pattern, &parameters, &quote!(Result<#result, #error>), &body);
}

/// The result type and the call of a query with `first`.
fn first(
    file: &mut RustFile,
    query: &Query,
    size: u32,
    parameters: &mut Vec<TokenStream>,
    item: &TokenStream,
    named: &impl Fn(&str) -> Ident,
) -> (TokenStream, TokenStream) {
    let size = rust::number(size);
    let Some(max) = query.first_max.map(rust::number) else {
        let send = named("first");
        return (quote!(Vec<#item>), quote!(#send(query, #size)));
    };
    let (send, items) = (named("first_of_more"), file.import("table_runtime::FirstItems"));
    parameters.push(quote!(first: Option<u32>));
    (quote!(#items<#item>), quote!(#send(query, first.unwrap_or(#size).clamp(1, #max))))
}

/// The statements that define `partition` and `query`, and the part of a cursor's scope beside the partition.
fn build(design: &Design, file: &mut RustFile, query: &Query) -> (TokenStream, TokenStream) {
    let entity = design.entity(query.entities[0]);
    let key = types::key(file, entity);
    let (function, key_type) = match query.index.map(|index| &design.table.indexes[index]) {
        None => (format_ident!("partition"), table_key(design, file)),
        Some(index) => (index_partition(index), file.import(&format!("crate::generated::keys::{}", index_type(index)))),
    };
    let arguments = partition(entity, query).fields().map(ident);
    let (modyne_query, condition) =
        (file.import("table_runtime::expr::Query"), file.import("table_runtime::expr::KeyCondition"));
    let Sorted { statement, call, range } = sort(file, entity, query);
    let mut options = Vec::new();
    if query.consistent {
        options.push(quote!(.consistent_read()));
    }
    if query.order == Order::Descending {
        options.push(quote!(.scan_index_backward()));
    }
    options.extend(filter(design, file, query));
    let either = (query.order == Order::Either).then(|| {
        let order = file.import("table_runtime::Order");
        quote!(if order == #order::Descending { query.scan_index_backward() } else { query })
    });
    if shards(entity, query).is_some() {
        let (partitions, order) =
            (query.index.map(|index| index_partitions(&design.table.indexes[index])), order(file, query));
        let sharded = file.import("table_runtime::shards::Sharded");
        let one = quote!(#modyne_query::new(#condition::<#key_type>::in_partition(partition) #call) #(#options)*);
        let each = if either.is_some() { quote!({ let query = #one; #either }) } else { one };
        let build = quote! {
            #statement
            let query = #sharded::new(#key::#partitions(#(#arguments),*), #order, |partition| #each);
        };
        return (build, bound(query, &range));
    }
    let either = either.map(|either| quote!(let query = #either;));
    let build = quote! {
        let partition = #key::#function(#(#arguments),*);
        #statement
        let query = #modyne_query::new(#condition::<#key_type>::in_partition(&partition) #call) #(#options)*;
        #either
    };
    (build, bound(query, &range))
}

/// The order in which the shards are merged.
fn order(file: &mut RustFile, query: &Query) -> TokenStream {
    let order = file.import("table_runtime::Order");
    match query.order {
        Order::Ascending => quote!(#order::Ascending),
        Order::Descending => quote!(#order::Descending),
        Order::Either => quote!(order),
    }
}

/// A sort condition: the statement before the query, the method call on the key condition, and the format string of
/// its range for cursors.
struct Sorted {
    statement: TokenStream,
    call: TokenStream,
    range: String,
}

/// The scope of a cursor: one range in one order.
fn bound(query: &Query, range: &str) -> TokenStream {
    let word = match query.order {
        Order::Ascending => "asc",
        Order::Descending => "desc",
        Order::Either => "{}",
    };
    let format = format!("{range} {word}");
    match query.order {
        Order::Either => quote!(&format!(#format, order.as_str())),
        _ if format.contains('{') => quote!(&format!(#format)),
        _ => quote!(#format),
    }
}

fn sort(file: &mut RustFile, entity: &Entity, query: &Query) -> Sorted {
    let by_number = sorts_numbers(entity, query);
    let by_reference = (!by_number).then(|| quote!(&));
    let (statement, call, range) = match &query.sort {
        Sort::Whole => (quote!(), quote!(), "whole".to_owned()),
        Sort::BeginsWith { template, is_delimited, .. } if template.fields().next().is_none() => {
            let prefix = format!("{template}{}", if *is_delimited { "#" } else { "" });
            (quote!(), quote!(.begins_with(#prefix)), prefix)
        }
        Sort::BeginsWith { template, is_delimited, .. } => {
            // An empty last segment puts the delimiter at the end of the prefix.
            let end = is_delimited.then(|| Part::Literal(String::new()));
            let text = key_text(file, parts(entity, query, template).into_iter().chain(end));
            (quote!(let prefix = #text;), quote!(.begins_with(&prefix)), "{prefix}".to_owned())
        }
        Sort::Between { from, to, .. } => {
            let (from, to) = (bound_of(file, entity, query, from), bound_of(file, entity, query, to));
            let statement = quote!(let (first, last) = (#from, #to););
            (statement, quote!(.between(#by_reference first, #by_reference last)), "{first}..{last}".to_owned())
        }
        Sort::Below { template, .. } => {
            let limit = bound_of(file, entity, query, template);
            (quote!(let limit = #limit;), quote!(.less_than(#by_reference limit)), "..{limit}".to_owned())
        }
        Sort::Above { template, .. } => {
            let limit = bound_of(file, entity, query, template);
            (quote!(let limit = #limit;), quote!(.greater_than(#by_reference limit)), "{limit}..".to_owned())
        }
    };
    Sorted { statement, call, range }
}

/// One end of a range, as text of the sort key.
fn bound_of(file: &mut RustFile, entity: &Entity, query: &Query, template: &Template) -> TokenStream {
    let own = sort_field(entity, query, 0).filter(|_| sorts_numbers(entity, query));
    if let (Some(field), Some(argument)) = (own, template.fields().next()) {
        let argument = ident(argument);
        return number(&field.ty, &quote!(#argument));
    }
    key_text(file, parts(entity, query, template))
}

/// The template's segments as expressions. Its fields are arguments with the types and widths of the queried sort key.
fn parts(entity: &Entity, query: &Query, template: &Template) -> Vec<Part> {
    let own = &sort_template(entity, query).segments;
    let part = |(i, segment): (usize, &Segment)| match segment {
        Segment::Literal(text) => Some(Part::Literal(text.clone())),
        Segment::Field { name, .. } => {
            let name = ident(name);
            let Segment::Field { width, .. } = own.get(i)? else {
                return None;
            };
            Some(Part::Value { value: quote!(#name), ty: sort_field(entity, query, i)?.ty.clone(), width: *width })
        }
    };
    template.segments.iter().enumerate().filter_map(part).collect()
}

fn filter(design: &Design, file: &mut RustFile, query: &Query) -> Option<TokenStream> {
    if query.expired != Some(Expired::Hidden) {
        return None;
    }
    let ttl = &design.table.ttl_attribute;
    let all_expire = query.entities.iter().all(|index| design.entity(*index).always_expires(&design.table));
    let mut text = format!("#{ttl} > :second");
    if !all_expire {
        text = format!("attribute_not_exists(#{ttl}) OR {text}");
    }
    let filter = file.import("table_runtime::expr::Filter");
    let placeholder = format!("#{ttl}");
    let second = quote!(self.table.clock().now().seconds());
    Some(quote!(.filter(#filter::new(#text).name(#placeholder, #ttl).value(":second", #second))))
}
