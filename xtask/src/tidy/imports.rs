//! Import cycles: no two files of a crate import each other, directly or through other files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use syn::visit::{self, Visit};

use crate::tidy::Findings;
use crate::tidy::rust::{Token, flat, is_for_tests, syntax};
use crate::tidy::tree::{File, Tree};

/// The segments of a module's path, from the root of its crate.
type Path = Vec<String>;

/// The imports of a crate's files have no cycle. So a reader can read them in one order, from the file without imports
/// to the file that imports the rest, and each file can be moved or tested without the files above it.
///
/// A file may use its parent, and a parent its children, because they are read together. Tests may import anything. A
/// name belongs to the file that defines it, even if another file exports it.
#[must_use]
pub fn files_have_no_import_cycle(tree: &Tree) -> Findings {
    let roots = tree.rust().filter_map(|file| file.path.strip_suffix("/src/lib.rs"));
    roots.flat_map(|folder| cycles(&Package::read(tree, folder))).collect()
}

/// A crate: its files that are modules, and the imports of each.
#[derive(Default)]
struct Package<'t> {
    files: BTreeMap<Path, &'t File>,
    /// The names that each module exports without defining them.
    exports: BTreeMap<Path, BTreeMap<String, Path>>,
    /// The imports of each file: the imported files, each with the line of the first import.
    imports: BTreeMap<Path, BTreeMap<Path, usize>>,
}

impl<'t> Package<'t> {
    fn read(tree: &'t Tree, folder: &str) -> Self {
        let mut package = Self::default();
        for file in tree.rust() {
            let inside = file.path.strip_prefix(folder).and_then(|path| path.strip_prefix("/src/"));
            package.files.extend(inside.and_then(module).map(|path| (path, file)));
        }
        // Other rules report files that are not Rust.
        let parsed = package.files.iter().filter_map(|(path, file)| Some((path.clone(), syntax(file).ok()?)));
        let parsed: Vec<(Path, syn::File)> = parsed.collect();
        for (module, file) in &parsed {
            let exports = package.exports_of(module, file);
            package.exports.insert(module.clone(), exports);
        }
        for (module, file) in &parsed {
            let mut imports = Imports { package: &package, module, names: BTreeMap::new(), found: BTreeMap::new() };
            imports.visit_file(file);
            let imports = imports.found;
            package.imports.insert(module.clone(), imports);
        }
        package
    }

    fn exports_of(&self, module: &Path, file: &syn::File) -> BTreeMap<String, Path> {
        let mut exports = BTreeMap::new();
        for item in &file.items {
            if let syn::Item::Use(import) = item
                && !matches!(import.vis, syn::Visibility::Inherited)
            {
                leaves(&import.tree, &mut Vec::new(), &mut |path, name| {
                    exports.extend(self.absolute(module, path, &BTreeMap::new()).map(|path| (name.to_owned(), path)));
                });
            }
        }
        exports
    }

    /// The path from the root of this crate; `None` if it leads to another crate. `names` are the imported modules.
    fn absolute(&self, module: &[String], path: &[String], names: &BTreeMap<String, Path>) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let (mut base, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), rest),
            "self" | "super" => (module.to_vec(), path),
            name if self.files.contains_key(&child(module, name)) => (child(module, name), rest),
            name => (names.get(name)?.clone(), rest),
        };
        while let Some((step, more)) = rest.split_first() {
            match step.as_str() {
                "self" => {}
                "super" => drop(base.pop()),
                _ => break,
            }
            rest = more;
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    /// The file that defines the item of a path.
    fn file_of(&self, path: &[String]) -> Path {
        let mut path = path.to_vec();
        // The limit ends a cycle of exports; real chains are shorter.
        for _ in 0..8 {
            let depth = (0..=path.len()).rev().find(|depth| self.files.contains_key(&path[..*depth])).unwrap_or(0);
            let (module, rest) = path.split_at(depth);
            let exported = rest.first().and_then(|name| self.exports.get(module)?.get(name));
            match exported {
                Some(origin) => path = origin.iter().chain(&rest[1..]).cloned().collect(),
                None => return module.to_vec(),
            }
        }
        path
    }
}

/// The module of a file under `src/`; `None` for programs and tests.
fn module(path: &str) -> Option<Path> {
    let mut segments: Path = path.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if path == "main.rs" || path.starts_with("bin/") || segments.iter().any(|segment| segment == "tests") {
        return None;
    }
    if segments.last().is_some_and(|last| last == "mod") || path == "lib.rs" {
        segments.pop();
    }
    Some(segments)
}

fn child(module: &[String], name: &str) -> Path {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// Calls `visit` for every path at the end of an import tree, with the name under which it is imported.
fn leaves(tree: &syn::UseTree, before: &mut Path, visit: &mut impl FnMut(&[String], &str)) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, visit);
            before.pop();
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, visit)),
        syn::UseTree::Glob(_) => visit(before, "*"),
        syn::UseTree::Name(syn::UseName { ident }) if ident == "self" => {
            visit(before, &before.last().cloned().unwrap_or_default());
        }
        syn::UseTree::Name(syn::UseName { ident }) => visit(&child(before, &ident.to_string()), &ident.to_string()),
        syn::UseTree::Rename(name) => visit(&child(before, &name.ident.to_string()), &name.rename.to_string()),
    }
}

/// The imports of a file, outside of its tests.
struct Imports<'p, 't> {
    package: &'p Package<'t>,
    module: &'p Path,
    /// The imported modules, by name.
    names: BTreeMap<String, Path>,
    /// The imported files, each with the line of the first import.
    found: BTreeMap<Path, usize>,
}

impl Imports<'_, '_> {
    fn import(&mut self, path: &[String], line: usize) {
        let Some(path) = self.package.absolute(self.module, path, &self.names) else { return };
        let to = self.package.file_of(&path);
        // Imports of a parent and of the file itself do not count.
        if !self.module.starts_with(&to) {
            self.found.entry(to).or_insert(line);
        }
    }

    /// Paths among the tokens of a macro or an attribute.
    fn tokens(&mut self, tokens: &[Token]) {
        let is_name = |token: &Token| token.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let mut at = 0;
        while at < tokens.len() {
            let mut path = Path::new();
            while let Some(name) = tokens.get(at).filter(|token| is_name(token)) {
                path.push(name.text.clone());
                at += 1;
                let is_joined = tokens.get(at..at + 2).is_some_and(|pair| pair.iter().all(|token| token.text == ":"));
                if !is_joined {
                    break;
                }
                at += 2;
            }
            if path.len() > 1 {
                self.import(&path, tokens[at - 1].line);
            }
            at += 1;
        }
    }
}

impl<'ast> Visit<'ast> for Imports<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let line = item.use_token.span.start().line;
        leaves(&item.tree, &mut Vec::new(), &mut |path, name| {
            self.import(path, line);
            if let Some(path) = self.package.absolute(self.module, path, &BTreeMap::new())
                && self.package.files.contains_key(&path)
            {
                self.names.insert(name.to_owned(), path);
            }
        });
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Path = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first().filter(|_| names.len() > 1) {
            self.import(&names, first.ident.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(&flat(call.tokens.clone()));
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.tokens(&flat(list.tokens.clone()));
    }
}

/// One shortest cycle for each set of files that import each other.
fn cycles(package: &Package<'_>) -> Findings {
    let mut findings = Findings::new();
    let mut reported: BTreeSet<&Path> = BTreeSet::new();
    for file in package.files.keys() {
        if reported.contains(file) {
            continue;
        }
        let reached = reached_from(package, file);
        if reached.contains_key(file) {
            let knot: Vec<&Path> =
                reached.keys().copied().filter(|other| reached_from(package, other).contains_key(file)).collect();
            findings.push(description(package, file, &reached, knot.len()));
            reported.extend(knot);
        }
    }
    findings
}

/// Every file that this one imports, directly or indirectly, with its predecessor on a shortest path.
fn reached_from<'p>(package: &'p Package<'_>, file: &'p Path) -> BTreeMap<&'p Path, &'p Path> {
    let mut reached = BTreeMap::new();
    let mut next = VecDeque::from([file]);
    while let Some(from) = next.pop_front() {
        for to in package.imports.get(from).into_iter().flat_map(BTreeMap::keys) {
            if !reached.contains_key(to) {
                reached.insert(to, from);
                next.push_back(to);
            }
        }
    }
    reached
}

/// Describes a shortest cycle of a set.
fn description(package: &Package<'_>, file: &Path, reached: &BTreeMap<&Path, &Path>, knot: usize) -> String {
    let mut steps = Vec::new();
    let mut to = file;
    loop {
        let from = reached[to];
        let line = package.imports[from][to];
        steps.push(format!("{} imports {}", package.files[from].at(line), package.files[to].path));
        to = from;
        if to == file {
            break;
        }
    }
    steps.reverse();
    let (files, steps) = (steps.len(), steps.join(", "));
    format!(
        "an import cycle of {files} files, in a set of {knot} that import each other: {steps}; move the shared items to a file below them"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|(path, code)| (*path, format!("//! x\n{code}\n"))).collect();
        let mut files: Vec<_> = files.iter().map(|(path, code)| (*path, code.as_str())).collect();
        files.push(("a/src/lib.rs", "//! x\nmod b;\nmod c;\n"));
        files_have_no_import_cycle(&Tree::of(&files))
    }

    #[test]
    fn two_files_that_import_each_other_are_found() {
        for (b, c) in [
            ("use crate::c::C;", "use crate::b::B;"),
            ("use crate::{c, other};", "fn c() { crate::b::b() }"),
            ("use super::c::C;", "use std::fmt; use super::b::{self, B as Other};"),
            ("use crate::c::*;", "fn c() { a!(1, crate::b::B { x }) }"),
            ("use crate::c::C;", "#[a(with = crate::b::b)] struct C;"),
            ("fn b(c: crate::c::C) {}", "use crate::b; fn c() { b::b() }"),
        ] {
            let found = findings(&[("a/src/b.rs", b), ("a/src/c.rs", c)]);
            assert_eq!(found.len(), 1, "{b} {c}: {found:?}");
            assert!(
                found[0].starts_with(
                    "an import cycle of 2 files, in a set of 2 that import each other: a/src/b.rs:2 imports a/src/c.rs, a/src/c.rs:2 imports a/src/b.rs;"
                ),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_cycle_of_three_is_reported_once_even_through_exports() {
        let three = [
            ("a/src/b.rs", "use crate::c::C;"),
            ("a/src/c.rs", "mod d; pub use d::D; use crate::b::e::E;"),
            ("a/src/c/d.rs", "use crate::b::B;"),
            ("a/src/b/e.rs", ""),
        ];
        let found = findings(&three);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("an import cycle of 3 files"), "{found:?}");
        let exported = [
            ("a/src/b.rs", "use crate::c::D;"),
            ("a/src/c.rs", "mod d; pub use d::D;"),
            ("a/src/c/d.rs", "use crate::b::B;"),
        ];
        let found = findings(&exported);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("an import cycle of 2 files"), "{found:?}");
    }

    #[test]
    fn one_way_imports_parents_children_and_tests_form_no_cycle() {
        for files in [
            [("a/src/b.rs", "use crate::c::C; use std::b;"), ("a/src/c.rs", "use other::b::B;")],
            [("a/src/b.rs", "mod d; use d::D; struct B;"), ("a/src/b/d.rs", "use super::B; use crate::b::B as C;")],
            [("a/src/b.rs", "use crate::c::C;"), ("a/src/c.rs", "#[cfg(test)] mod tests { use crate::b::B; }")],
            [("a/src/b.rs", "use crate::c::C;"), ("a/src/c/tests.rs", "use crate::b::B;")],
            [("a/src/b.rs", "use crate::c::C;"), ("a/src/c.rs", "//! [`crate::b`]\nconst B: &str = \"crate::b\";")],
        ] {
            assert_eq!(findings(&files), [""; 0], "{files:?}");
        }
    }
}
