//! The table of routes in ARCHITECTURE.md: the file that serves each route, and the access patterns that it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use codegen::{Documents, PatternName, anchor, files};

/// The document with the table.
pub const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- generated:begin routes -->";
const END: &str = "<!-- generated:end routes -->";
const HANDLERS: &str = "handlers/src";
const HEADER: &str = "| route | served by | access patterns |\n|---|---|---|\n";

/// The patterns of each route: `GET /sessions` to `AP-21`.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// A route and the file with its handler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    path: String,
    method: String,
    file: String,
}

impl Route {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The Lambda function of the handler: the first folder under `handlers/src`.
    fn function(&self) -> &str {
        let inner = self.file.strip_prefix(HANDLERS).unwrap_or(&self.file);
        inner.trim_start_matches('/').split('/').next().unwrap_or_default()
    }
}

/// Writes the table: routes and files from the handlers, patterns from the record of a test run. Without a record, each
/// route keeps its patterns. Returns whether the document changed.
pub fn write(root: &Path, recorded: Option<&str>) -> io::Result<bool> {
    let page = Page::read(root)?;
    let uses = recorded.map_or_else(|| page.uses(), uses_of_record);
    let text = page.with_table(&uses);
    let changed = text != page.text;
    if changed {
        fs::write(root.join(PAGE), text)?;
    }
    Ok(changed)
}

/// The problems of the table that need no test run, a sentence each.
pub fn problems(root: &Path) -> io::Result<Vec<String>> {
    let page = Page::read(root)?;
    let uses = page.uses();
    let mut problems = page.mismatches(&uses);
    if page.with_table(&uses) != page.text {
        problems.push(format!("{PAGE} is stale: run `cargo xtask routes` and commit the result"));
    }
    Ok(problems)
}

/// Differences between the table and the record of a test run: a sentence each.
#[derive(Debug, PartialEq, Eq)]
pub struct Differences {
    /// Patterns of the record that the table does not have.
    pub missing: Vec<String>,
    /// Patterns of the table that the record does not have. A run may not reach a pattern that depends on timing, so
    /// this is no error; `callers` are compared in both directions.
    pub unseen: Vec<String>,
}

/// Compares the table with the record of a test run.
pub fn differences(root: &Path, recorded: &str) -> io::Result<Differences> {
    let page = Page::read(root)?;
    Ok(compare(&page.uses(), &uses_of_record(recorded)))
}

/// The route of a line such as `GET /sessions asks AP-21`, and the pattern.
#[must_use]
pub fn route_of(line: &str) -> Option<(&str, &str)> {
    let (route, pattern) = line.split_once(" asks ")?;
    route.contains(" /").then_some((route, pattern))
}

fn uses_of_record(recorded: &str) -> Uses {
    let mut uses = Uses::new();
    for (route, pattern) in recorded.lines().filter_map(route_of) {
        uses.entry(route.to_owned()).or_default().insert(pattern.to_owned());
    }
    uses
}

fn compare(table: &Uses, recorded: &Uses) -> Differences {
    let pairs = |uses: &Uses| -> BTreeSet<(String, String)> {
        uses.iter().flat_map(|(route, ids)| ids.iter().map(|id| (route.clone(), id.clone()))).collect()
    };
    let (table, recorded) = (pairs(table), pairs(recorded));
    let only = |left: &BTreeSet<_>, right: &BTreeSet<_>, words: &str| {
        let only = left.difference(right);
        only.map(|(route, id): &(String, String)| format!("{route} asks {id}: {words}\n")).collect()
    };
    let missing =
        "a test used it, but the table of routes in ARCHITECTURE.md does not have it; run `cargo xtask routes`";
    let unseen = "the table of routes in ARCHITECTURE.md has it, but no test of this run used it";
    Differences { missing: only(&recorded, &table, missing), unseen: only(&table, &recorded, unseen) }
}

/// The document, and the data from which the table is made.
struct Page {
    text: String,
    routes: BTreeSet<Route>,
    patterns: Vec<PatternName>,
}

impl Page {
    fn read(root: &Path) -> io::Result<Self> {
        let patterns = codegen::patterns(&Documents::read(root)?);
        if patterns.is_empty() {
            return Err(io::Error::other("the documents have problems: run `cargo xtask codegen`"));
        }
        let text = fs::read_to_string(root.join(PAGE))?;
        if text.find(BEGIN).is_none_or(|begin| text.find(END).is_none_or(|end| end < begin)) {
            return Err(io::Error::other(format!(
                "{PAGE} needs the lines {BEGIN} and {END} around its table of routes"
            )));
        }
        Ok(Self { text, routes: routes(root)?, patterns })
    }

    /// The current patterns of the table.
    fn uses(&self) -> Uses {
        table_of(&self.text).lines().filter_map(row).collect()
    }

    fn with_table(&self, uses: &Uses) -> String {
        let (before, rest) = self.text.split_once(BEGIN).unwrap_or((&self.text, ""));
        let (_, after) = rest.split_once(END).unwrap_or_default();
        let mut table = format!("\n{HEADER}");
        for route in &self.routes {
            let shown = route.file.strip_prefix(HANDLERS).unwrap_or(&route.file).trim_start_matches('/');
            let own = |pattern: &&PatternName| asks(uses, route, pattern);
            let links: Vec<String> = self.patterns.iter().filter(own).map(link).collect();
            let links = if links.is_empty() { "none".to_owned() } else { links.join(", ") };
            writeln!(table, "| `{}` | [`{shown}`]({}) | {links} |", route.name(), route.file)
                .expect("a String takes every write");
        }
        format!("{before}{BEGIN}{table}{END}{after}")
    }

    /// Compares the rows with `callers` of the patterns, in both directions.
    fn mismatches(&self, uses: &Uses) -> Vec<String> {
        let mut problems = Vec::new();
        let serving: BTreeSet<&str> = self.routes.iter().map(Route::function).collect();
        for pattern in &self.patterns {
            let asking = self.routes.iter().filter(|route| asks(uses, route, pattern));
            let asking: BTreeSet<&str> = asking.map(Route::function).collect();
            let callers: BTreeSet<&str> =
                pattern.callers.iter().map(String::as_str).filter(|caller| serving.contains(caller)).collect();
            for function in asking.difference(&callers) {
                problems
                    .push(format!("{PAGE}: a route of {function} uses {}, whose `callers` do not name it", pattern.id));
            }
            for function in callers.difference(&asking) {
                problems.push(format!(
                    "{PAGE}: {function} calls {}, and none of its routes has it in the table",
                    pattern.id
                ));
            }
        }
        let is_known = |id: &&String| self.patterns.iter().any(|pattern| pattern.id == **id);
        let unknown = uses.values().flatten().filter(|id| !is_known(id));
        problems.extend(unknown.map(|id| format!("{PAGE}: the pattern {id} does not exist")));
        problems
    }
}

fn asks(uses: &Uses, route: &Route, pattern: &PatternName) -> bool {
    uses.get(&route.name()).is_some_and(|ids| ids.contains(&pattern.id))
}

fn link(pattern: &PatternName) -> String {
    let PatternName { id, title, .. } = pattern;
    format!("[{id}](access-patterns.md#{})", anchor(&format!("{id} {title}")))
}

fn table_of(text: &str) -> &str {
    let after = text.split_once(BEGIN).map_or("", |(_, after)| after);
    after.split_once(END).map_or("", |(table, _)| table)
}

/// The route and the patterns of a row.
fn row(line: &str) -> Option<(String, BTreeSet<String>)> {
    let (route, rest) = line.strip_prefix("| `")?.split_once("` |")?;
    let ids = rest.split("[AP-").skip(1).filter_map(|link| link.split_once(']'));
    Some((route.to_owned(), ids.map(|(number, _)| format!("AP-{number}")).collect()))
}

/// The routes that the handlers declare.
fn routes(root: &Path) -> io::Result<BTreeSet<Route>> {
    let mut routes = BTreeSet::new();
    for file in files::under(root, HANDLERS)?.into_iter().filter(|path| files::has_extension(path, "rs")) {
        let syntax = syn::parse_file(&fs::read_to_string(root.join(&file))?)
            .map_err(|error| io::Error::other(format!("{file} is not Rust: {error}")))?;
        let mut declared = Declared(Vec::new());
        declared.visit_file(&syntax);
        routes.extend(declared.0.into_iter().map(|(method, path)| Route { path, method, file: file.clone() }));
    }
    Ok(routes)
}

/// The method and the path of each `#[utoipa::path(…)]`.
struct Declared(Vec<(String, String)>);

impl<'ast> Visit<'ast> for Declared {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let names: Vec<String> = attribute.path().segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names == ["utoipa", "path"]
            && let syn::Meta::List(list) = &attribute.meta
        {
            self.0.extend(declared(list.tokens.clone()));
        }
        visit::visit_attribute(self, attribute);
    }
}

/// `get, path = "/sessions", …`
fn declared(tokens: TokenStream) -> Option<(String, String)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let method = tokens.first()?.to_string().to_ascii_uppercase();
    let start = tokens.iter().position(|token| matches!(token, TokenTree::Ident(name) if name == "path"))?;
    let path: syn::LitStr = syn::parse2(tokens.get(start + 2)?.clone().into()).ok()?;
    Some((method, path.value()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(lines: &str) -> Uses {
        uses_of_record(lines)
    }

    #[test]
    fn a_route_is_read_from_its_attribute() {
        let code = "#[utoipa::path(get, path = \"/notes/{id}\", params(path = 1))] async fn read() {}";
        let mut found = Declared(Vec::new());
        found.visit_file(&syn::parse_file(code).expect("the code is Rust"));
        assert_eq!(found.0, [("GET".to_owned(), "/notes/{id}".to_owned())]);
    }

    #[test]
    fn lines_about_functions_are_not_routes() {
        let recorded = "auth asks AP-60\nauth does GetItem on table in USER#\nPOST /auth/login asks AP-60\n";
        assert_eq!(recorded.lines().filter_map(route_of).collect::<Vec<_>>(), [("POST /auth/login", "AP-60")]);
    }

    #[test]
    fn a_row_gives_its_route_and_its_patterns() {
        let line =
            "| `GET /notes` | [`notes/list.rs`](handlers/src/notes/list.rs) | [AP-01](a.md#b), [AP-113](a.md#c) |";
        let expected = BTreeSet::from(["AP-01".to_owned(), "AP-113".to_owned()]);
        assert_eq!(row(line), Some(("GET /notes".to_owned(), expected)));
        assert_eq!(row("| route | served by | access patterns |"), None);
    }

    #[test]
    fn differences_are_reported_in_both_directions() {
        let table = uses("GET /a asks AP-01\nGET /a asks AP-02\n");
        let recorded = uses("GET /a asks AP-01\nGET /b asks AP-01\n");
        assert_eq!(compare(&table, &table), Differences { missing: Vec::new(), unseen: Vec::new() });
        let Differences { missing, unseen } = compare(&table, &recorded);
        assert!(missing.len() == 1 && missing[0].starts_with("GET /b asks AP-01: a test used it"), "{missing:?}");
        assert!(unseen.len() == 1 && unseen[0].starts_with("GET /a asks AP-02: the table"), "{unseen:?}");
    }
}
