//! Emits `generated/registry.rs`: every pattern as data, for the command line, the documentation and the tests.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::design::{
    Action, ActionKind, Design, Domain, DomainKind, Field, Operation, Order, Paging, Pattern, Query, ReadMode, Shape,
    Type, WritePart, action_arguments, pattern_arguments, shards,
};
use crate::emit::partiql;
use crate::emit::returned;
use crate::emit::rust::{RustFile, doc, float, number};
use crate::emit::sample;
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    for name in ["Argument", "Cost", "Operation", "Pattern"] {
        file.import_trait(&format!("table_runtime::registry::{name}"));
    }
    if design.patterns.iter().any(|pattern| !partiql::statements(design, pattern).is_empty()) {
        file.import_trait("table_runtime::registry::Parameter");
        file.import_trait("table_runtime::registry::Statement");
    }
    let names = design.patterns.iter().map(constant);
    file.item(quote! {
        /// Every access pattern, in the order of the document.
        pub static PATTERNS: &[&Pattern] = &[#(&#names),*];
    });
    for pattern in &design.patterns {
        file.item(entry(design, pattern));
    }
    vec![file.finish(design, "registry.rs", "The access patterns as data.", "access-patterns.md")]
}

/// The name of the pattern's static: `AP_07`.
pub fn constant(pattern: &Pattern) -> Ident {
    format_ident!("{}", pattern.id.replace('-', "_"))
}

fn entry(design: &Design, pattern: &Pattern) -> TokenStream {
    let constant = constant(pattern);
    let about = doc(&format!("{}: {}.", pattern.id, pattern.title));
    let (id, name, title, prose) = (&pattern.id, &pattern.name, &pattern.title, &pattern.prose);
    let operation = match &pattern.operation {
        Operation::Get { .. } => quote!(Get),
        Operation::Query(_) => quote!(Query),
        Operation::Write(action) => match action.kind {
            ActionKind::Put => quote!(Put),
            ActionKind::Delete => quote!(Delete),
            ActionKind::Update | ActionKind::Check => quote!(Update),
        },
        Operation::Transact(_) | Operation::ReadParts { mode: ReadMode::Transaction, .. } => quote!(Transact),
        Operation::ReadParts { mode: ReadMode::Batch { .. }, .. } | Operation::WriteBatch(_) => quote!(Batch),
        Operation::Scan(_) => quote!(Scan),
        Operation::Upgrade(_) => quote!(Update),
    };
    let entities: Vec<&String> = match &pattern.operation {
        Operation::Scan(_) | Operation::Upgrade(_) => design.entities.iter().map(|entity| &entity.name).collect(),
        _ => pattern.entities().into_iter().map(|index| &design.entity(index).name).collect(),
    };
    let index = match &pattern.operation {
        Operation::Query(query) => query.index.map(|index| &design.table.indexes[index].name),
        _ => None,
    };
    let index = index.map_or_else(|| quote!(None), |name| quote!(Some(#name)));
    let arguments = arguments(design, pattern);
    let shown = arguments.iter().map(shown);
    let cost = &pattern.cost;
    let (fixture, requests) = (&cost.fixture, float(cost.requests));
    let (rcu, wcu) = (float(cost.rcu), float(cost.wcu));
    let mut page = quote!(None);
    if let Operation::Query(Query { paging: Paging::Page(size), .. }) = &pattern.operation {
        let size = number(*size);
        page = quote!(Some(#size));
    }
    let QueryFacts { shards, first, first_max, total } = query_facts(design, pattern);
    let (actions, fields) = (pattern.iam_actions(), returned::fields(design, pattern));
    let example = example(design.table.generate.tool.as_deref(), pattern, &arguments);
    let (tool, callers) = (pattern.tool, &pattern.callers);
    let partiql = partiql::statements(design, pattern).into_iter().map(statement);
    quote! {
        #about
        pub(crate) static #constant: Pattern = Pattern {
            id: #id,
            name: #name,
            title: #title,
            operation: Operation::#operation,
            entities: &[#(#entities),*],
            fields: &[#(#fields),*],
            index: #index,
            arguments: &[#(#shown),*],
            cost: Cost { fixture: #fixture, requests: #requests, rcu: #rcu, wcu: #wcu },
            tool: #tool,
            callers: &[#(#callers),*],
            page: #page,
            shards: #shards,
            first: #first,
            first_max: #first_max,
            total: &[#(#total),*],
            actions: &[#(#actions),*],
            partiql: &[#(#partiql),*],
            example: #example,
            doc: #prose,
        };
    }
}

/// The registry entries that only queries have.
struct QueryFacts {
    shards: TokenStream,
    first: TokenStream,
    first_max: TokenStream,
    total: Vec<String>,
}

fn query_facts(design: &Design, pattern: &Pattern) -> QueryFacts {
    let option = |value: Option<u32>| value.map(number).map_or_else(|| quote!(None), |value| quote!(Some(#value)));
    let Operation::Query(query) = &pattern.operation else {
        return QueryFacts { shards: option(None), first: option(None), first_max: option(None), total: Vec::new() };
    };
    let first = match query.paging {
        Paging::First(size) => Some(size),
        Paging::Page(_) | Paging::All | Paging::Count => None,
    };
    QueryFacts {
        shards: option(shards(design.entity(query.entities[0]), query).map(|shards| shards.count)),
        first: option(first),
        first_max: option(query.first_max),
        total: query.total.clone(),
    }
}

fn statement(statement: partiql::Statement) -> TokenStream {
    let partiql::Statement { about, text, parameters, limit, consistent } = statement;
    let parameters = parameters.iter().map(|parameter| {
        let (template, kind) =
            (&parameter.template, format_ident!("{}", if parameter.letter == "N" { "Number" } else { "Text" }));
        quote!(Parameter::#kind(#template))
    });
    let limit = limit.map(number).map_or_else(|| quote!(None), |limit| quote!(Some(#limit)));
    quote!(Statement {
        about: #about,
        text: #text,
        parameters: &[#(#parameters),*],
        limit: #limit,
        consistent: #consistent,
    })
}

/// An argument in the registry.
struct Argument {
    name: String,
    kind: String,
    optional: bool,
    many: bool,
    /// The documentation, if the type does not explain it.
    doc: String,
    /// The value in the example call; empty if a value would be too long.
    sample: String,
}

impl Argument {
    /// An item, a key, or a list of items or keys.
    fn part(name: &str, kind: String, optional: bool, many: bool) -> Argument {
        Argument { name: name.to_owned(), kind, optional, many, doc: String::new(), sample: String::new() }
    }
}

fn shown(argument: &Argument) -> TokenStream {
    let Argument { name, kind, optional, many, doc, sample } = argument;
    quote!(Argument { name: #name, kind: #kind, optional: #optional, many: #many, doc: #doc, sample: #sample })
}

fn arguments(design: &Design, pattern: &Pattern) -> Vec<Argument> {
    let plain = |argument: crate::design::Argument| Argument {
        kind: kind(design, &argument.ty),
        doc: domain(design, &argument.ty).map(|domain| domain.doc.clone()).unwrap_or_default(),
        sample: argument.example.clone().unwrap_or_else(|| typed(design, &argument.ty)),
        name: argument.name,
        optional: argument.optional,
        many: false,
    };
    let mut arguments: Vec<Argument> = pattern_arguments(&design.entities, pattern).into_iter().map(plain).collect();
    let entity = |index: usize| design.entity(index).name.clone();
    let key = |index: usize| format!("{} key", entity(index));
    let of_key = |name: &str, index: usize, optional: bool, many: bool| Argument {
        sample: key_sample(design, index),
        ..Argument::part(name, key(index), optional, many)
    };
    match &pattern.operation {
        Operation::Query(query) if query.order == Order::Either => {
            arguments.push(Argument::part("order", "order".to_owned(), true, false));
        }
        Operation::Write(action) if action.kind == ActionKind::Put => {
            let name = entity(action.entity);
            arguments.insert(0, item_argument(design, &name, action.entity, false, false));
        }
        Operation::Transact(actions) => {
            let parts = actions.iter().filter(|action| action.kind == ActionKind::Put || action.shape != Shape::One);
            arguments.extend(parts.map(|action| {
                let (optional, many) = (action.shape == Shape::Optional, action.shape == Shape::Many);
                if action.row.is_some() && action.kind != ActionKind::Put {
                    Argument {
                        sample: row_sample(design, action),
                        ..Argument::part(&action.name, entity(action.entity), optional, many)
                    }
                } else if action.is_keyed() {
                    of_key(&action.name, action.entity, optional, many)
                } else {
                    item_argument(design, &action.name, action.entity, optional, many)
                }
            }));
        }
        Operation::ReadParts { parts, .. } => {
            let many = parts.iter().filter(|part| part.many);
            arguments.extend(many.map(|part| of_key(&part.name, part.entity, false, true)));
        }
        Operation::WriteBatch(parts) => arguments.extend(parts.iter().map(|part| match part {
            WritePart::Put { entity: index, .. } => item_argument(design, part.name(), *index, false, true),
            WritePart::Delete { entity: index, .. } => of_key(part.name(), *index, false, true),
            WritePart::DeleteKeys { .. } => Argument::part(part.name(), "key".to_owned(), false, true),
        })),
        Operation::Scan(_) => {
            let count = |name: &str, sample: &str| Argument {
                sample: sample.to_owned(),
                ..Argument::part(name, "count".to_owned(), false, false)
            };
            arguments.extend([count("segment", "0"), count("total_segments", "1")]);
            arguments.push(Argument::part("start", "position".to_owned(), true, false));
        }
        Operation::Upgrade(_) => arguments.push(Argument::part("item", "stored item".to_owned(), false, false)),
        Operation::Get { .. } | Operation::Query(_) | Operation::Write(_) => {}
    }
    arguments
}

/// An item to write. Its sample is the first sample of the entity.
fn item_argument(design: &Design, name: &str, entity: usize, optional: bool, many: bool) -> Argument {
    let entity = design.entity(entity);
    let row = sample::rows(design, entity).into_iter().next().unwrap_or_default();
    let sample = serde_json::to_string(&row).expect("a row is JSON");
    Argument { sample, ..Argument::part(name, entity.name.clone(), optional, many) }
}

/// The name of a type in the documents.
pub fn kind(design: &Design, ty: &Type) -> String {
    match (domain(design, ty), ty) {
        // Tools read and show it like any other count.
        (_, Type::Count(_)) => "count".to_owned(),
        (Some(domain), _) => domain.name.clone(),
        (None, Type::Enum { values, .. }) => values.join("|"),
        (None, Type::Records { rust, .. }) => format!("[{rust}]"),
        (None, ty) => ty.word().to_owned(),
    }
}

/// The domain type of table.toml for this type, if there is one.
fn domain<'d>(design: &'d Design, ty: &Type) -> Option<&'d Domain> {
    let (rust, kind) = match ty {
        Type::Uuid(rust) => (rust, DomainKind::Uuid),
        Type::Extern { rust, .. } => (rust, DomainKind::Extern),
        Type::Count(Some(rust)) => (rust, DomainKind::Count),
        _ => return None,
    };
    design.table.domains.iter().find(|domain| domain.rust == *rust && domain.kind == kind)
}

/// A value of the type as a user types it.
fn typed(design: &Design, ty: &Type) -> String {
    let of_domain = domain(design, ty).and_then(|domain| domain.example.as_deref());
    let of_type = match ty {
        Type::Uuid(_) => "0198c5e2-8a00-7000-8000-000000000001",
        Type::Date => "2026-11-23",
        Type::Time | Type::Expiry => "2026-11-23T09:00:00Z",
        Type::Digest => "6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090",
        Type::Count(_) | Type::Amount => "1",
        Type::Flag => "true",
        Type::Text => "words",
        Type::Records { .. } => "[]",
        Type::Enum { values, .. } => values.first().map_or("", String::as_str),
        _ => "",
    };
    of_domain.unwrap_or(of_type).to_owned()
}

/// A key as JSON, with the examples of its fields.
fn key_sample(design: &Design, entity: usize) -> String {
    let field = |field: &Field| member(design, &field.name, &field.ty, field.example.as_deref());
    object(design.entity(entity).key_fields().into_iter().map(field))
}

/// The input of an optional or repeated action as JSON.
fn row_sample(design: &Design, action: &Action) -> String {
    let arguments = action_arguments(&design.entities, action);
    object(arguments.iter().map(|one| member(design, &one.name, &one.ty, one.example.as_deref())))
}

fn member(design: &Design, name: &str, ty: &Type, example: Option<&str>) -> String {
    let value = example.map_or_else(|| typed(design, ty), ToOwned::to_owned);
    let is_text = value.parse::<u64>().is_err();
    if is_text { format!("\"{name}\":\"{value}\"") } else { format!("\"{name}\":{value}") }
}

fn object(members: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn example(tool: Option<&str>, pattern: &Pattern, arguments: &[Argument]) -> String {
    let Some(tool) = tool.filter(|_| pattern.has_writable_arguments()) else { return String::new() };
    let mut line = format!("{tool} query {}", pattern.name);
    // If every part is optional, the example needs at least one.
    let may_be_left_out = |action: &Action| action.shape != Shape::One || action.kind == ActionKind::Check;
    let is_all_optional = pattern.actions().len() > 1 && pattern.actions().iter().all(may_be_left_out);
    let is_shown = |argument: &&Argument| !argument.optional || is_all_optional && argument.sample.starts_with('{');
    for argument in arguments.iter().filter(is_shown) {
        line = format!("{line} --{} {}", argument.name.replace('_', "-"), quoted(&argument.sample));
    }
    if !pattern.actions().is_empty() || matches!(pattern.operation, Operation::WriteBatch(_)) {
        line.push_str(" --write");
    }
    if let Operation::Query(query) = &pattern.operation
        && let Paging::Page(_) = query.paging
    {
        line.push_str(" --limit 20");
    }
    line
}

/// A value, quoted for a shell if necessary.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/@%+=".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}
