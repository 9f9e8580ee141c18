//! Emits `generated/pattern/`: one file for each access pattern, with its function, its input and its errors.

mod changes;
mod condition;
mod documentation;
mod function;
mod input;
mod maintenance;
mod query;
mod read;
mod refusal;
mod rows;
mod transact;
mod value;
mod violation;
mod write;

use quote::quote;

use crate::design::{Design, Operation, Pattern};
use crate::emit::rust::{RustFile, camel, ident};
use crate::emitted::Emitted;

pub use input::is_struct;
pub use read::is_one_list;
pub use rows::{is_union, union_name};

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut files: Vec<_> = design.patterns.iter().map(|pattern| pattern_file(design, pattern)).collect();
    let mut root = RustFile::default();
    for pattern in &design.patterns {
        let module = ident(&pattern.name);
        root.item(quote!(mod #module;));
    }
    for pattern in design.patterns.iter().filter(|pattern| !types(pattern).is_empty()) {
        let module = ident(&pattern.name);
        root.item(quote!(pub use #module::*;));
    }
    let about = "The access patterns: one file, and one function of `Patterns`, for each.";
    files.push(root.finish(design, "pattern/mod.rs", about, "access-patterns.md"));
    files
}

/// The types in a pattern's file, each with its role.
pub fn types(pattern: &Pattern) -> Vec<(String, &'static str)> {
    let mut types = Vec::new();
    if is_struct(pattern) {
        types.push((camel(&pattern.name), "the input"));
    }
    let rows = pattern.actions().iter().filter_map(|action| action.row.clone());
    types.extend(rows.map(|row| (row, "a row")));
    match &pattern.operation {
        Operation::Query(query) => {
            types.extend(query.row.iter().map(|(row, _)| (row.clone(), "a row")));
            if rows::is_union(query) {
                types.push((rows::union_name(pattern), "an item"));
            }
        }
        Operation::ReadParts { parts, .. } if !read::is_one_list(parts) => {
            types.push((camel(&pattern.name), "the result"));
        }
        _ => {}
    }
    if !pattern.errors.is_empty() {
        types.push((format!("{}Error", camel(&pattern.name)), "the error"));
    }
    types
}

fn pattern_file(design: &Design, pattern: &Pattern) -> Emitted {
    let mut file = RustFile::default();
    match &pattern.operation {
        Operation::Get { entity, consistent, expired } => {
            read::get(design, &mut file, pattern, *entity, *consistent, expired.as_ref());
        }
        Operation::Query(query) => query::query(design, &mut file, pattern, query),
        Operation::ReadParts { parts, mode } => read::parts(design, &mut file, pattern, parts, *mode),
        Operation::Write(action) => write::single(design, &mut file, pattern, action),
        Operation::WriteBatch(parts) => write::batch(design, &mut file, pattern, parts),
        Operation::Transact(actions) => transact::transact(design, &mut file, pattern, actions),
        Operation::Scan(scan) => maintenance::scan(design, &mut file, pattern, scan),
        Operation::Upgrade(upgrade) => maintenance::upgrade(design, &mut file, pattern, upgrade.kind),
    }
    let about = format!("{}: {}.", pattern.id, pattern.title);
    file.finish(design, &format!("pattern/{}.rs", pattern.name), &about, "access-patterns.md")
}
