//! Functions that read: get, query and batch.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::design::{
    Argument, Design, Entity, Expired, Order, Paging, Pattern, Query, ReadPart, Sort, Template,
    Type, partition, pattern_arguments, sort_field,
};
use crate::emit::keys::{key_name, template_text};
use crate::emit::pattern::documentation;
use crate::emit::registry::constant;
use crate::emit::rust::{self, RustFile, camel, doc, ident};
use crate::emit::types;

/// A method of `Store`, with the imports every one needs.
pub fn method(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    parameters: &[TokenStream],
    result: &TokenStream,
    body: &TokenStream,
) {
    let store = file.import("crate::store::Store");
    let (name, about) = (ident(&pattern.name), doc(&documentation(design, pattern)));
    file.item(quote! {
        impl #store {
            #about
            pub async fn #name(&self, #(#parameters),*) -> #result { #body }
        }
    });
}

/// `self.call(&AP_07)`.
pub fn call(file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let constant = file.import(&format!(
        "crate::generated::registry::{}",
        constant(pattern)
    ));
    quote!(self.call(&#constant))
}

fn parameters(design: &Design, file: &mut RustFile, pattern: &Pattern) -> Vec<TokenStream> {
    let arguments = pattern_arguments(&design.entities, pattern);
    arguments
        .iter()
        .map(|argument| parameter(file, argument))
        .collect()
}

pub fn parameter(file: &mut RustFile, argument: &Argument) -> TokenStream {
    let (name, ty) = (ident(&argument.name), types::argument(file, argument, None));
    quote!(#name: #ty)
}

/// The key struct filled from arguments of the fields' own names.
fn key_of(file: &mut RustFile, entity: &Entity) -> TokenStream {
    let name = file.import(&format!("crate::generated::keys::{}", key_name(entity)));
    let members = entity.key_fields().into_iter().map(|field| {
        let ident = ident(&field.name);
        match &field.ty {
            ty if ty.is_copy() => quote!(#ident),
            Type::Text => quote!(#ident: #ident.to_owned()),
            _ => quote!(#ident: #ident.clone()),
        }
    });
    quote!(#name { #(#members),* })
}

pub fn get(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    entity: usize,
    consistent: bool,
    expired: Option<&Expired>,
) {
    let entity = design.entity(entity);
    let (parameters, call) = (parameters(design, file, pattern), call(file, pattern));
    let name = file.import(&format!(
        "crate::generated::entity::{}",
        camel(&entity.name)
    ));
    let error = file.import("crate::store::StoreError");
    let key = key_of(file, entity);
    let body = match expired {
        Some(Expired::Hidden) => {
            let expiry = ident(&design.table.ttl_attribute);
            quote! {
                let key = #key;
                let found: Option<#name> = #call.get(key.primary(), #consistent).await?;
                Ok(found.filter(|item| !item.#expiry.has_passed(self.clock().now())))
            }
        }
        _ => quote! {
            let key = #key;
            #call.get(key.primary(), #consistent).await
        },
    };
    method(
        design,
        file,
        pattern,
        &parameters,
        &quote!(Result<Option<#name>, #error>),
        &body,
    );
}

pub fn query(design: &Design, file: &mut RustFile, pattern: &Pattern, query: &Query) {
    let mut parameters = parameters(design, file, pattern);
    let item = item_type(design, file, pattern, query);
    let error = file.import("crate::store::StoreError");
    let (build, bound) = build(design, file, query);
    let call = call(file, pattern);
    if query.order == Order::Either {
        let order = file.import("crate::store::Order");
        parameters.push(quote!(order: #order));
    }
    let (result, send) = match query.paging {
        Paging::Page(size) => {
            let (page, request) = (
                file.import("crate::store::Page"),
                file.import("crate::store::PageRequest"),
            );
            parameters.push(quote!(page: #request<'_>));
            let size = rust::number(size);
            (
                quote!(Result<#page<#item>, #error>),
                quote!(#call.page(query, #bound, &partition, page, #size).await),
            )
        }
        Paging::First(size) => {
            let size = rust::number(size);
            (
                quote!(Result<Vec<#item>, #error>),
                quote!(#call.first(query, #size).await),
            )
        }
        Paging::All => (
            quote!(Result<Vec<#item>, #error>),
            quote!(#call.all(query).await),
        ),
        Paging::Count => (
            quote!(Result<u64, #error>),
            quote!(#call.count(query).await),
        ),
    };
    method(
        design,
        file,
        pattern,
        &parameters,
        &result,
        &quote!(#build #send),
    );
}

/// Statements that leave `partition` and `query`, and what a cursor is bound to beside the partition.
fn build(design: &Design, file: &mut RustFile, query: &Query) -> (TokenStream, TokenStream) {
    let entity = design.entity(query.entities[0]);
    let key = file.import(&format!("crate::generated::keys::{}", key_name(entity)));
    let (function, key_type) = match query.index {
        None => (
            format_ident!("partition"),
            file.import("crate::key::Primary"),
        ),
        Some(index) => {
            let name = &design.table.indexes[index].name;
            let key_type = file.import(&format!(
                "crate::generated::keys::{}",
                camel(&name.to_lowercase())
            ));
            (format_ident!("{}_partition", name.to_lowercase()), key_type)
        }
    };
    let arguments = partition(entity, query).fields().map(ident);
    let (modyne_query, condition) = (
        file.import("modyne::model::Query"),
        file.import("modyne::expr::KeyCondition"),
    );
    let Sorted {
        statement,
        call,
        bound,
    } = sort(file, entity, query);
    let mut options = Vec::new();
    if query.consistent {
        options.push(quote!(.consistent_read()));
    }
    if query.order == Order::Descending {
        options.push(quote!(.scan_index_backward()));
    }
    options.extend(filter(design, file, query));
    let either = (query.order == Order::Either).then(|| {
        let order = file.import("crate::store::Order");
        quote!(let query = if order == #order::Descending { query.scan_index_backward() } else { query };)
    });
    let build = quote! {
        let partition = #key::#function(#(#arguments),*);
        #statement
        let query = #modyne_query::new(#condition::<#key_type>::in_partition(&partition) #call) #(#options)*;
        #either
    };
    (build, bound)
}

/// A sort condition: what is computed before, the call on the key condition, and what a cursor is bound to.
struct Sorted {
    statement: TokenStream,
    call: TokenStream,
    bound: TokenStream,
}

/// A cursor is good for one range in one order.
fn bound(query: &Query, range: &str, values: &[TokenStream]) -> TokenStream {
    let (word, order) = match query.order {
        Order::Ascending => ("asc", None),
        Order::Descending => ("desc", None),
        Order::Either => ("{}", Some(quote!(order.as_str()))),
    };
    let format = format!("{range} {word}");
    let values: Vec<_> = values.iter().cloned().chain(order).collect();
    if !format.contains('{') {
        return quote!(#format);
    }
    if values.is_empty() {
        quote!(&format!(#format))
    } else {
        quote!(&format!(#format, #(#values),*))
    }
}

fn sort(file: &mut RustFile, entity: &Entity, query: &Query) -> Sorted {
    let mut text = |template: &Template| {
        let type_of = |name: &str| {
            let at = template.fields().position(|field| field == name)?;
            let places = template
                .segments
                .iter()
                .enumerate()
                .filter(|(_, segment)| matches!(segment, crate::design::Segment::Field { .. }));
            let (i, _) = places.into_iter().nth(at)?;
            sort_field(entity, i).map(|field| field.ty.clone())
        };
        template_text(file, &widths(entity, template), &quote!(), &type_of)
    };
    match &query.sort {
        Sort::Whole => Sorted {
            statement: quote!(),
            call: quote!(),
            bound: bound(query, "whole", &[]),
        },
        Sort::BeginsWith { template, .. } if template.fields().next().is_none() => {
            let prefix = format!("{template}#");
            Sorted {
                statement: quote!(),
                call: quote!(.begins_with(#prefix)),
                bound: bound(query, &prefix, &[]),
            }
        }
        Sort::BeginsWith { template, .. } => {
            let mut prefix = template.clone();
            // The delimiter that ends the prefix: an empty literal after the last segment.
            prefix
                .segments
                .push(crate::design::Segment::Literal(String::new()));
            let text = text(&prefix);
            let bound = bound(query, "{prefix}", &[]);
            Sorted {
                statement: quote!(let prefix = #text;),
                call: quote!(.begins_with(&prefix)),
                bound,
            }
        }
        Sort::Between { from, to } => {
            let (from, to) = (text(from), text(to));
            let statement = quote!(let (first, last) = (#from, #to););
            let bound = bound(query, "{first}..{last}", &[]);
            Sorted {
                statement,
                call: quote!(.between(&first, &last)),
                bound,
            }
        }
        Sort::Below(template) => {
            let text = text(template);
            let bound = bound(query, "..{limit}", &[]);
            Sorted {
                statement: quote!(let limit = #text;),
                call: quote!(.less_than(&limit)),
                bound,
            }
        }
    }
}

/// The template with the widths of the entity's own sort key.
fn widths(entity: &Entity, template: &Template) -> Template {
    let mut template = template.clone();
    for (i, segment) in template.segments.iter_mut().enumerate() {
        if let (
            crate::design::Segment::Field { width, .. },
            Some(crate::design::Segment::Field { width: own, .. }),
        ) = (segment, entity.sk.segments.get(i))
        {
            *width = *own;
        }
    }
    template
}

/// The attributes of a row, and those of its keys, which a cursor needs.
fn projection(
    design: &Design,
    file: &mut RustFile,
    query: &Query,
    fields: &[String],
) -> TokenStream {
    let mut fields = fields.to_vec();
    fields.extend([
        design.table.partition_key.clone(),
        design.table.sort_key.clone(),
    ]);
    if let Some(index) = query.index.map(|index| &design.table.indexes[index]) {
        fields.extend([index.partition_key.clone(), index.sort_key.clone()]);
    }
    let projection = file.import("modyne::expr::StaticProjection");
    let expression = fields
        .iter()
        .map(|field| format!("#{field}"))
        .collect::<Vec<_>>()
        .join(",");
    let names = fields.iter().map(|field| {
        let placeholder = format!("#{field}");
        quote!((#placeholder, #field))
    });
    quote!(#projection { expression: #expression, names: &[#(#names),*] })
}

fn filter(design: &Design, file: &mut RustFile, query: &Query) -> Option<TokenStream> {
    if query.expired != Some(Expired::Hidden) {
        return None;
    }
    let ttl = &design.table.ttl_attribute;
    let all_expire = query
        .entities
        .iter()
        .all(|index| design.entity(*index).expires(&design.table));
    let mut text = format!("#{ttl} > :second");
    if !all_expire {
        text = format!("attribute_not_exists(#{ttl}) OR {text}");
    }
    let filter = file.import("modyne::expr::Filter");
    let placeholder = format!("#{ttl}");
    Some(
        quote!(.filter(#filter::new(#text).name(#placeholder, #ttl).value(":second", self.clock().now().seconds()))),
    )
}

fn item_type(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    query: &Query,
) -> TokenStream {
    if query.returns_keys {
        let key = file.import("crate::key::ItemKey");
        return quote!(#key);
    }
    if let Some((row, fields)) = &query.row {
        return row_type(design, file, pattern, query, row, fields);
    }
    if let [entity] = query.entities.as_slice() {
        if query.paging == Paging::Count {
            return quote!();
        }
        let name = file.import(&format!(
            "crate::generated::entity::{}",
            camel(&design.entity(*entity).name)
        ));
        return quote!(#name);
    }
    union_type(design, file, pattern, query)
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
    let known: Vec<_> = fields
        .iter()
        .filter_map(|field| entity.field(field))
        .collect();
    let members = known.iter().map(|field| {
        let (about, ident, ty) = (
            doc(&field.doc),
            ident(&field.name),
            types::field(file, field),
        );
        let absent = field.optional.then(|| quote!(#[serde(default)]));
        quote!(#about #absent pub #ident: #ty,)
    });
    let members: Vec<_> = members.collect();
    let (derive_debug, implementation) = crate::emit::debug::debug(file, &name, &known);
    let about = doc(&format!(
        "A row of [`Store::{0}`](crate::Store::{0}): what the index shows.",
        pattern.name
    ));
    let (from_item, item, corrupt) = (
        file.import("crate::store::item::FromItem"),
        file.import("crate::store::item::Item"),
        file.import("crate::store::item::CorruptItem"),
    );
    let decode = file.import("crate::store::item::decode_row");
    let projected = projection(design, file, query, fields);
    let projection = file.import("modyne::expr::StaticProjection");
    file.item(quote! {
        #about
        #[derive(Clone, #derive_debug PartialEq, serde::Deserialize)]
        pub struct #name { #(#members)* }
        #implementation
        impl #from_item for #name {
            const PROJECTION: Option<#projection> = Some(#projected);
            fn from_item(item: #item) -> Result<Self, #corrupt> { #decode(item, #row) }
        }
    });
    quote!(#name)
}

/// An enum of the entities that share the partition.
fn union_type(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    query: &Query,
) -> TokenStream {
    let name = format_ident!("{}Item", camel(&pattern.name));
    let entities: Vec<_> = query
        .entities
        .iter()
        .map(|index| design.entity(*index))
        .collect();
    let types: Vec<_> = entities
        .iter()
        .map(|entity| {
            file.import(&format!(
                "crate::generated::entity::{}",
                camel(&entity.name)
            ))
        })
        .collect();
    let abouts = entities.iter().map(|entity| doc(&entity.summary));
    let stored: Vec<_> = entities.iter().map(|entity| &entity.type_name).collect();
    let (from_item, item, corrupt) = (
        file.import("crate::store::item::FromItem"),
        file.import("crate::store::item::Item"),
        file.import("crate::store::item::CorruptItem"),
    );
    let (kind_of, about) = (
        file.import("crate::store::item::entity_of"),
        doc(&format!(
            "What [`Store::{0}`](crate::Store::{0}) finds.",
            pattern.name
        )),
    );
    let pattern_name = &pattern.name;
    file.item(quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        pub enum #name { #(#abouts #types(#types),)* }
        impl #from_item for #name {
            fn from_item(item: #item) -> Result<Self, #corrupt> {
                match #kind_of(&item) {
                    #(Some(#stored) => #types::from_item(item).map(Self::#types),)*
                    _ => Err(#corrupt::new(#pattern_name, "it is none of the entities of its partition")),
                }
            }
        }
    });
    quote!(#name)
}

/// Whether a batch reads nothing but one list.
pub fn is_one_list(parts: &[ReadPart]) -> bool {
    matches!(parts, [part] if part.many)
}

pub fn batch(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    parts: &[ReadPart],
    consistent: bool,
) {
    let mut parameters = parameters(design, file, pattern);
    let (call, error) = (call(file, pattern), file.import("crate::store::StoreError"));
    let (mut members, mut keys, mut names, mut takes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let entity = design.entity(part.entity);
        let (name, ty) = (
            ident(&part.name),
            file.import(&format!(
                "crate::generated::entity::{}",
                camel(&entity.name)
            )),
        );
        let about = doc(&entity.summary);
        names.push(name.clone());
        if part.many {
            let key = file.import(&format!("crate::generated::keys::{}", key_name(entity)));
            parameters.push(quote!(#name: &[#key]));
            keys.push(quote!(keys.extend(#name.iter().map(#key::primary));));
            members.push(quote!(#about pub #name: Vec<#ty>,));
            takes.push(quote! {
                let #name = #name.iter().filter_map(|key| items.take(&key.primary()).transpose()).collect::<Result<_, _>>()?;
            });
        } else {
            let (key, place) = (key_of(file, entity), format_ident!("{}_key", part.name));
            keys.push(quote!(let #place = #key.primary(); keys.push(#place.clone());));
            members.push(quote!(#about pub #name: Option<#ty>,));
            takes.push(quote!(let #name = items.take(&#place)?;));
        }
    }
    let (result, value) = if is_one_list(parts) {
        let ty = file.import(&format!(
            "crate::generated::entity::{}",
            camel(&design.entity(parts[0].entity).name)
        ));
        (quote!(Vec<#ty>), quote!(#(#names)*))
    } else {
        let name = format_ident!("{}", camel(&pattern.name));
        let about = doc(&format!(
            "What [`Store::{0}`](crate::Store::{0}) finds.",
            pattern.name
        ));
        file.item(
            quote!(#about #[derive(Clone, Debug, PartialEq)] pub struct #name { #(#members)* }),
        );
        (quote!(#name), quote!(#name { #(#names),* }))
    };
    let body = quote! {
        let mut keys = Vec::new();
        #(#keys)*
        let mut items = #call.read_batch(keys, #consistent).await?;
        #(#takes)*
        Ok(#value)
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
