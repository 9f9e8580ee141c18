//! `generated/pattern/`: one file for each access pattern, with its function, its input and its errors.

mod changes;
mod condition;
mod input;
mod read;
mod refusal;
mod transact;
mod write;

use quote::quote;

use crate::codegen::Emitted;
use crate::design::{Design, Operation, Order, Paging, Pattern};
use crate::emit::rust::{RustFile, ident};

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut files: Vec<_> = design
        .patterns
        .iter()
        .map(|pattern| pattern_file(design, pattern))
        .collect();
    let mut root = RustFile::default();
    for pattern in &design.patterns {
        let module = ident(&pattern.name);
        root.item(quote!(mod #module;));
    }
    for pattern in design.patterns.iter().filter(|pattern| has_types(pattern)) {
        let module = ident(&pattern.name);
        root.item(quote!(pub use #module::*;));
    }
    files.push(root.finish(
        "pattern/mod.rs",
        "The access patterns: one file, and one function of `Store`, for each.",
        "access-patterns.md",
    ));
    files
}

/// Whether its file has more than a method of `Store`.
fn has_types(pattern: &Pattern) -> bool {
    let rows = matches!(&pattern.operation, Operation::Query(query) if query.row.is_some() || query.entities.len() > 1 && !query.returns_keys);
    let parts = matches!(&pattern.operation, Operation::ReadBatch { parts, .. } if !read::is_one_list(parts));
    rows || parts || !pattern.errors.is_empty() || input::is_struct(pattern)
}

fn pattern_file(design: &Design, pattern: &Pattern) -> Emitted {
    let mut file = RustFile::default();
    match &pattern.operation {
        Operation::Get {
            entity,
            consistent,
            expired,
        } => read::get(
            design,
            &mut file,
            pattern,
            *entity,
            *consistent,
            expired.as_ref(),
        ),
        Operation::Query(query) => read::query(design, &mut file, pattern, query),
        Operation::ReadBatch { parts, consistent } => {
            read::batch(design, &mut file, pattern, parts, *consistent)
        }
        Operation::Write(action) => write::single(design, &mut file, pattern, action),
        Operation::WriteBatch(parts) => write::batch(design, &mut file, pattern, parts),
        Operation::Transact(actions) => transact::transact(design, &mut file, pattern, actions),
    }
    let about = format!("{}: {}.", pattern.id, pattern.title);
    file.finish(
        &format!("pattern/{}.rs", pattern.name),
        &about,
        "access-patterns.md",
    )
}

/// The documentation of the pattern's function: what, why, how and for how much.
fn documentation(design: &Design, pattern: &Pattern) -> String {
    let links = plain_links(&pattern.prose);
    format!(
        "{}: {}.\n\n{links}\n\n{}",
        pattern.id,
        pattern.title,
        how(design, pattern)
    )
}

/// Links of the document lead nowhere from here, so only their words stay.
fn plain_links(prose: &str) -> String {
    let mut out = String::with_capacity(prose.len());
    let mut rest = prose;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after
            .split_once("](")
            .and_then(|(text, tail)| Some((text, tail.split_once(')')?.1)));
        out.push_str(before);
        match link {
            Some((text, tail)) => {
                out.push_str(text);
                rest = tail;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

fn how(design: &Design, pattern: &Pattern) -> String {
    let mut words = vec![format!("`{}`", pattern.api())];
    if let Operation::Query(query) = &pattern.operation {
        let on = query.index.map_or("the table".to_owned(), |index| {
            format!("`{}`", design.table.indexes[index].name)
        });
        words[0].push_str(&format!(" on {on}"));
        words.push(
            match query.order {
                Order::Ascending => "ascending",
                Order::Descending => "descending",
                Order::Either => "in either order",
            }
            .to_owned(),
        );
        words.push(match query.paging {
            Paging::Page(size) => format!("pages of up to {size}"),
            Paging::First(size) => format!("the first {size}"),
            Paging::All => "every page".to_owned(),
            Paging::Count => "counted, not returned".to_owned(),
        });
    }
    let consistent = match &pattern.operation {
        Operation::Get { consistent, .. } | Operation::ReadBatch { consistent, .. } => {
            Some(*consistent)
        }
        Operation::Query(query) => Some(query.consistent),
        _ => None,
    };
    if let Some(consistent) = consistent {
        words.push(
            if consistent {
                "strongly consistent"
            } else {
                "eventually consistent"
            }
            .to_owned(),
        );
    }
    format!("{}. {}", words.join(", "), cost(pattern))
}

fn cost(pattern: &Pattern) -> String {
    let cost = &pattern.cost;
    let mut units = vec![format!(
        "{} request{}",
        cost.requests,
        if (cost.requests - 1.0).abs() < f64::EPSILON {
            ""
        } else {
            "s"
        }
    )];
    for (amount, unit) in [(cost.rcu, "RCU"), (cost.wcu, "WCU")] {
        if amount > 0.0 {
            units.push(format!("{amount} {unit}"));
        }
    }
    format!("Costs {} for {}.", units.join(" and "), cost.fixture)
}
