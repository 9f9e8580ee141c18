//! Emits `generated/by_name.rs`: one line for each pattern that can be called by its name, and the types in these
//! lines.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use crate::design::{
    Action, ActionKind, Argument, Design, Operation, Order, Paging, Pattern, Query, Shape, WritePart, action_arguments,
    pattern_arguments,
};
use crate::emit::pattern::{is_one_list, is_struct, is_union, union_name};
use crate::emit::registry::kind;
use crate::emit::rust::{RustFile, camel, ident};
use crate::emit::types;
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    if !design.table.generate.by_name {
        return Vec::new();
    }
    let mut file = RustFile::default();
    let patterns = file.import("crate::generated::Patterns");
    let mut lines = vec![format!("impl {patterns};")];
    let mut mentioned = Mentioned::default();
    for pattern in design.patterns.iter().filter(|pattern| pattern.has_writable_arguments()) {
        lines.push(line(&mut file, pattern, &arguments(design, pattern)));
        mentioned.add(design, &mut file, pattern);
    }
    file.text(&invocation("patterns", &lines));
    for (name, lines) in mentioned.tables() {
        if !lines.is_empty() {
            file.text(&invocation(name, &lines));
        }
    }
    vec![file.finish(design, "by_name.rs", "The access patterns by their names.", "access-patterns.md and schema/")]
}

/// A call of a macro of `by_name`, formatted as by hand.
fn invocation(name: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| wrapped(line)).collect();
    format!("crate::by_name::{name}! {{\n{lines}}}\n")
}

/// Wraps a long line. A list continues at its own indentation, other lines are indented further.
fn wrapped(line: &str) -> String {
    const WIDTH: usize = 120;
    let indent = if line.ends_with(',') { 4 } else { 8 };
    let (mut text, mut width) = (String::new(), 0);
    for word in line.split(' ') {
        if width == 0 {
            (text, width) = (format!("    {word}"), 4 + word.len());
        } else if width + 1 + word.len() > WIDTH {
            text = format!("{text}\n{:indent$}{word}", "");
            width = indent + word.len();
        } else {
            text = format!("{text} {word}");
            width += 1 + word.len();
        }
    }
    text.push('\n');
    text
}

/// The id of a pattern, its function, its arguments and its number of written items.
fn line(file: &mut RustFile, pattern: &Pattern, arguments: &[String]) -> String {
    let (id, name, arguments) = (&pattern.id, ident(&pattern.name), arguments.join(", "));
    let input = if is_struct(pattern) {
        let input = file.import(&format!("crate::generated::pattern::{}", camel(&pattern.name)));
        format!("{input} {{ {arguments} }}")
    } else {
        arguments
    };
    let writes = writes(pattern).map_or_else(String::new, |writes| format!(" writes {writes}"));
    format!("\"{id}\" {name}({input}){writes};")
}

/// The arguments of the pattern's function, in its order.
fn arguments(design: &Design, pattern: &Pattern) -> Vec<String> {
    let plain = |arguments: Vec<Argument>| arguments.into_iter().map(|argument| ident(&argument.name).to_string());
    let mut names: Vec<String> = Vec::new();
    if let Operation::Write(action) = &pattern.operation
        && action.kind == ActionKind::Put
    {
        names.push(ident(&design.entity(action.entity).name).to_string());
    }
    if is_struct(pattern) {
        names.extend(pattern.actions().iter().filter_map(member));
    }
    names.extend(plain(pattern_arguments(&design.entities, pattern)));
    match &pattern.operation {
        Operation::Query(query) => {
            if query.order == Order::Either {
                names.push("order".to_owned());
            }
            if query.first_max.is_some() {
                names.push("@limit".to_owned());
            } else if matches!(query.paging, Paging::Page(_)) {
                names.push("@page".to_owned());
            }
        }
        Operation::ReadParts { parts, .. } => {
            names.extend(parts.iter().filter(|part| part.many).map(|part| ident(&part.name).to_string()));
        }
        Operation::WriteBatch(parts) => names.extend(parts.iter().map(|part| ident(part.name()).to_string())),
        _ => {}
    }
    names
}

/// The argument for a put's item, or for the keys or rows of an optional or repeated action.
fn member(action: &Action) -> Option<String> {
    let name = ident(&action.name);
    match (action.kind, action.shape, action.is_keyed()) {
        (ActionKind::Put, _, _) | (_, Shape::Optional | Shape::Many, true) => Some(name.to_string()),
        (_, Shape::One, _) => None,
        (_, Shape::Optional, false) => Some(format!("{name}: row")),
        (_, Shape::Many, false) => Some(format!("{name}: rows")),
    }
}

/// The number of items that a write touches, as a sum; `None` for a read.
fn writes(pattern: &Pattern) -> Option<String> {
    let (fixed, counted): (usize, Vec<&str>) = match &pattern.operation {
        Operation::Write(_) => (1, Vec::new()),
        Operation::Transact(actions) => {
            let writes = || actions.iter().filter(|action| action.kind != ActionKind::Check);
            let fixed = writes().filter(|action| action.shape == Shape::One).count();
            let counted = writes().filter(|action| action.shape != Shape::One);
            (fixed, counted.map(|action| action.name.as_str()).collect())
        }
        Operation::WriteBatch(parts) => (0, parts.iter().map(WritePart::name).collect()),
        _ => return None,
    };
    let terms = counted.into_iter().map(|name| ident(name).to_string());
    Some(iter::once(fixed.to_string()).chain(terms).collect::<Vec<_>>().join(" + "))
}

/// The types in the lines, grouped by the macros of `by_name` that need them.
#[derive(Default)]
struct Mentioned {
    copies: BTreeSet<String>,
    rows: Vec<String>,
    items: BTreeMap<String, String>,
    unions: Vec<String>,
    batches: Vec<String>,
    refusals: Vec<String>,
}

impl Mentioned {
    fn tables(self) -> [(&'static str, Vec<String>); 6] {
        let list = |line: String| if line.is_empty() { Vec::new() } else { vec![line] };
        let copies = self.copies.iter().map(|ty| format!("{ty},")).collect::<Vec<_>>().join(" ");
        let refusals = self.refusals.iter().map(|error| format!("{error},")).collect::<Vec<_>>().join(" ");
        let items = self.items.iter().map(|(ty, entity)| format!("{ty} \"{entity}\",")).collect();
        [
            ("copies", list(copies)),
            ("rows", self.rows),
            ("items", items),
            ("unions", self.unions),
            ("batches", self.batches),
            ("refusals", list(refusals)),
        ]
    }

    fn add(&mut self, design: &Design, file: &mut RustFile, pattern: &Pattern) {
        self.copied(file, &pattern_arguments(&design.entities, pattern));
        for action in pattern.actions() {
            self.row(design, file, action);
        }
        if !pattern.errors.is_empty() {
            let error = file.import(&format!("crate::generated::pattern::{}Error", camel(&pattern.name)));
            self.refusals.push(error.to_string());
        }
        match &pattern.operation {
            Operation::Get { entity, .. } => self.item(design, file, *entity),
            Operation::Query(query) => self.found(design, file, pattern, query),
            Operation::ReadParts { parts, .. } => {
                for part in parts {
                    self.item(design, file, part.entity);
                }
                if !is_one_list(parts) {
                    let batch = file.import(&format!("crate::generated::pattern::{}", camel(&pattern.name)));
                    let members: Vec<_> = parts.iter().map(|part| ident(&part.name).to_string()).collect();
                    self.batches.push(format!("{batch} {{ {} }}", members.join(", ")));
                }
            }
            Operation::Write(action) if action.returns_new => self.item(design, file, action.entity),
            _ => {}
        }
    }

    fn copied(&mut self, file: &mut RustFile, arguments: &[Argument]) {
        for argument in arguments.iter().filter(|argument| argument.ty.is_copy()) {
            self.copies.insert(types::owned(file, &argument.ty).to_string());
        }
    }

    /// Adds the input of an optional or repeated action.
    fn row(&mut self, design: &Design, file: &mut RustFile, action: &Action) {
        let Some(row) = action.row.as_ref().filter(|_| action.kind != ActionKind::Put && !action.is_keyed()) else {
            return;
        };
        let arguments = action_arguments(&design.entities, action);
        self.copied(file, &arguments);
        let field = |one: &Argument| format!("{} \"{}\"", ident(&one.name), kind(design, &one.ty));
        let fields: Vec<String> = arguments.iter().map(field).collect();
        let borrows = if arguments.iter().all(|argument| argument.ty.is_copy()) { "" } else { "<'a>" };
        let row = file.import(&format!("crate::generated::pattern::{row}"));
        self.rows.push(format!("{row}{borrows} {{ {} }}", fields.join(", ")));
    }

    fn item(&mut self, design: &Design, file: &mut RustFile, entity: usize) {
        let entity = design.entity(entity);
        self.items.insert(types::entity(file, entity).to_string(), entity.name.clone());
    }

    fn found(&mut self, design: &Design, file: &mut RustFile, pattern: &Pattern, query: &Query) {
        if query.paging == Paging::Count || query.returns_keys || query.returns_stored {
            return;
        }
        if let Some((row, _)) = &query.row {
            let row = file.import(&format!("crate::generated::pattern::{row}"));
            self.items.insert(row.to_string(), design.entity(query.entities[0]).name.clone());
            return;
        }
        for entity in &query.entities {
            self.item(design, file, *entity);
        }
        if is_union(query) {
            let union = file.import(&format!("crate::generated::pattern::{}", union_name(pattern)));
            let variants: Vec<_> = query.entities.iter().map(|entity| camel(&design.entity(*entity).name)).collect();
            self.unions.push(format!("{union} {{ {} }}", variants.join(", ")));
        }
    }
}
