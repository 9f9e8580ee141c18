//! `generated/registry.rs`: every pattern as data, for the CLI, the docs and the tests.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::codegen::Emitted;
use crate::design::{
    ActionKind, Argument, Design, DomainKind, Operation, Order, Paging, Pattern, Shape, Type,
    WritePart, pattern_arguments,
};
use crate::emit::rust::{RustFile, doc};

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    for name in ["Argument", "Cost", "Operation", "Pattern"] {
        file.import_trait(&format!("crate::registry::{name}"));
    }
    let names = design.patterns.iter().map(constant);
    file.item(quote! {
        /// Every access pattern, in the order of the document.
        pub static PATTERNS: &[&Pattern] = &[#(&#names),*];
    });
    for pattern in &design.patterns {
        file.item(entry(design, pattern));
    }
    vec![file.finish(
        "registry.rs",
        "The access patterns as data.",
        "access-patterns.md",
    )]
}

/// `AP-07` as the name of its static.
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
            _ => quote!(Update),
        },
        Operation::Transact(_) => quote!(Transact),
        Operation::ReadBatch { .. } | Operation::WriteBatch(_) => quote!(Batch),
    };
    let entities = pattern
        .entities()
        .into_iter()
        .map(|index| &design.entity(index).name);
    let index = match &pattern.operation {
        Operation::Query(query) => query.index.map(|index| &design.table.indexes[index].name),
        _ => None,
    };
    let index = index.map_or_else(|| quote!(None), |name| quote!(Some(#name)));
    let arguments = arguments(design, pattern);
    let shown = arguments.iter().map(|(name, kind, optional, many)| {
        quote!(Argument { name: #name, kind: #kind, optional: #optional, many: #many })
    });
    let (fixture, requests, rcu, wcu) = (
        &pattern.cost.fixture,
        pattern.cost.requests,
        pattern.cost.rcu,
        pattern.cost.wcu,
    );
    let (tool, callers, example) = (pattern.tool, &pattern.callers, example(pattern, &arguments));
    quote! {
        #about
        pub(crate) static #constant: Pattern = Pattern {
            id: #id,
            name: #name,
            title: #title,
            operation: Operation::#operation,
            entities: &[#(#entities),*],
            index: #index,
            arguments: &[#(#shown),*],
            cost: Cost { fixture: #fixture, requests: #requests, rcu: #rcu, wcu: #wcu },
            tool: #tool,
            callers: &[#(#callers),*],
            example: #example,
            doc: #prose,
        };
    }
}

type Shown = (String, String, bool, bool);

fn arguments(design: &Design, pattern: &Pattern) -> Vec<Shown> {
    let plain = |argument: Argument| {
        (
            argument.name.clone(),
            kind(design, &argument.ty),
            argument.optional,
            false,
        )
    };
    let mut arguments: Vec<Shown> = pattern_arguments(&design.entities, pattern)
        .into_iter()
        .map(plain)
        .collect();
    let entity = |index: usize| design.entity(index).name.clone();
    match &pattern.operation {
        Operation::Query(query) if query.order == Order::Either => {
            arguments.push(("order".to_owned(), "order".to_owned(), true, false));
        }
        Operation::Write(action) if action.kind == ActionKind::Put => {
            arguments.insert(
                0,
                (entity(action.entity), entity(action.entity), false, false),
            );
        }
        Operation::Transact(actions) => {
            for action in actions
                .iter()
                .filter(|action| action.kind == ActionKind::Put || action.shape != Shape::One)
            {
                let (optional, many) =
                    (action.shape == Shape::Optional, action.shape == Shape::Many);
                arguments.push((action.name.clone(), entity(action.entity), optional, many));
            }
        }
        Operation::ReadBatch { parts, .. } => {
            for part in parts.iter().filter(|part| part.many) {
                arguments.push((
                    part.name.clone(),
                    format!("{} key", entity(part.entity)),
                    false,
                    true,
                ));
            }
        }
        Operation::WriteBatch(parts) => {
            for part in parts {
                arguments.push(match part {
                    WritePart::Put {
                        name,
                        entity: index,
                    } => (name.clone(), entity(*index), false, true),
                    WritePart::Delete {
                        name,
                        entity: index,
                    } => (name.clone(), format!("{} key", entity(*index)), false, true),
                    WritePart::DeleteKeys { name } => (name.clone(), "key".to_owned(), false, true),
                });
            }
        }
        _ => {}
    }
    arguments
}

/// The word of the documents for a type.
fn kind(design: &Design, ty: &Type) -> String {
    let named = |rust: &str, kind: DomainKind| {
        design
            .table
            .domains
            .iter()
            .find(|domain| domain.rust == rust && domain.kind == kind)
            .map(|domain| domain.name.clone())
    };
    match ty {
        Type::Uuid(rust) => named(rust, DomainKind::Uuid),
        Type::Extern { rust, .. } => named(rust, DomainKind::Extern),
        Type::Enum { values, .. } => Some(values.join("|")),
        _ => None,
    }
    .unwrap_or_else(|| ty.word().to_owned())
}

fn example(pattern: &Pattern, arguments: &[Shown]) -> String {
    let mut line = format!("codesensei query {}", pattern.name);
    for (name, kind, optional, _) in arguments.iter().filter(|argument| !argument.2) {
        let sample = match kind.as_str() {
            kind if kind.ends_with("_id") || kind.ends_with("_key") && kind != "username_key" => {
                "0198c5e2-8a00-7000-8000-000000000001"
            }
            "username_key" => "ada",
            "date" => "2026-11-23",
            "time" => "2026-11-23T09:00:00Z",
            "digest" => "6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090",
            "count" | "amount" | "expiry" => "1",
            _ => "…",
        };
        let _ = optional;
        line.push_str(&format!(" --{} {sample}", name.replace('_', "-")));
    }
    if let Operation::Query(query) = &pattern.operation
        && let Paging::Page(_) = query.paging
    {
        line.push_str(" --limit 20");
    }
    line
}
