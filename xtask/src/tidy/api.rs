//! The public API of `model`: it names no type of its libraries, and exports every generated type.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use crate::tidy::Findings;
use crate::tidy::rust::syntax;
use crate::tidy::tree::{File, Tree};

/// The crates whose types `model` hides.
const TOOLS: [&str; 4] = ["aws_sdk_dynamodb", "modyne", "serde_dynamo", "aws_config"];
/// Their types under names of this repository.
const INNER: [&str; 2] = ["Item", "Primary"];

/// No public signature, field, alias or export of `model` names a type of the SDK or of modyne.
#[must_use]
pub fn model_hides_its_tools(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with("model/src/") && file.is_rust()) {
        match syntax(file) {
            Ok(syntax) => {
                let mut hidden: BTreeSet<String> = TOOLS.iter().chain(&INNER).map(|name| (*name).to_owned()).collect();
                imports_from_tools(&syntax, &mut hidden);
                Public { file, hidden, findings: &mut findings }.visit_file(&syntax);
            }
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

/// Adds the names that the file imports for types of these crates.
fn imports_from_tools(file: &syn::File, names: &mut BTreeSet<String>) {
    for item in &file.items {
        if let syn::Item::Use(import) = item
            && let syn::UseTree::Path(path) = &import.tree
            && TOOLS.contains(&path.ident.to_string().as_str())
        {
            leaves(&path.tree, &mut |_, name| {
                // `_` is a trait without a name.
                if name != "_" {
                    names.insert(name);
                }
            });
        }
    }
}

/// Each name at the end of an import tree, with the name under which it is imported.
fn leaves(tree: &syn::UseTree, visit: &mut impl FnMut(String, String)) {
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, visit),
        syn::UseTree::Name(name) => visit(name.ident.to_string(), name.ident.to_string()),
        syn::UseTree::Rename(name) => visit(name.ident.to_string(), name.rename.to_string()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, visit)),
        syn::UseTree::Glob(_) => {}
    }
}

/// Visits `pub` items. An implementation of a trait has the signatures of the trait, so it is skipped.
struct Public<'f> {
    file: &'f File,
    hidden: BTreeSet<String>,
    findings: &'f mut Findings,
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

impl Public<'_> {
    fn shows(&mut self, what: &str, look: impl FnOnce(&mut Types<'_>)) {
        let mut types = Types { hidden: &self.hidden, found: Vec::new() };
        look(&mut types);
        for (name, line) in types.found {
            let place = self.file.at(line);
            self.findings.push(format!(
                "{place}: {what} names `{name}`, a type of the storage libraries: use a type of `model`"
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Public<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if is_public(&item.vis) {
            self.shows(&format!("`fn {}`", item.sig.ident), |types| types.visit_signature(&item.sig));
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if is_public(&item.vis) {
            self.shows(&format!("`fn {}`", item.sig.ident), |types| types.visit_signature(&item.sig));
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if is_public(&item.vis) {
            self.shows(&format!("`struct {}`", item.ident), |types| {
                types.visit_generics(&item.generics);
                for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                    types.visit_type(&field.ty);
                }
            });
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if is_public(&item.vis) {
            self.shows(&format!("`enum {}`", item.ident), |types| {
                item.variants.iter().flat_map(|variant| &variant.fields).for_each(|field| types.visit_type(&field.ty));
            });
        }
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        if is_public(&item.vis) {
            self.shows(&format!("`trait {}`", item.ident), |types| {
                for member in &item.items {
                    if let syn::TraitItem::Fn(function) = member {
                        types.visit_signature(&function.sig);
                    }
                }
            });
        }
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        if is_public(&item.vis) {
            self.shows(&format!("`type {}`", item.ident), |types| types.visit_type(&item.ty));
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if is_public(&item.vis) {
            self.shows(&format!("`const {}`", item.ident), |types| types.visit_type(&item.ty));
        }
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        if is_public(&item.vis) {
            self.shows(&format!("`static {}`", item.ident), |types| types.visit_type(&item.ty));
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if is_public(&item.vis) {
            self.shows("an export", |types| types.visit_use_tree(&item.tree));
        }
    }
}

/// Finds hidden names in types.
struct Types<'h> {
    hidden: &'h BTreeSet<String>,
    found: Vec<(String, usize)>,
}

impl Types<'_> {
    fn look(&mut self, ident: &syn::Ident) {
        let name = ident.to_string();
        if self.hidden.contains(&name) {
            self.found.push((name, ident.span().start().line));
        }
    }
}

impl<'ast> Visit<'ast> for Types<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        // A path of several segments is checked by its first segment, which may be a crate, and its last, which is the
        // type.
        let (first, last) = (path.segments.first(), path.segments.last());
        first.into_iter().chain(last.filter(|_| path.segments.len() > 1)).for_each(|segment| self.look(&segment.ident));
        visit::visit_path(self, path);
    }

    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        self.look(&path.ident);
        visit::visit_use_path(self, path);
    }

    fn visit_use_name(&mut self, name: &'ast syn::UseName) {
        self.look(&name.ident);
    }

    fn visit_use_rename(&mut self, name: &'ast syn::UseRename) {
        self.look(&name.ident);
    }
}

/// `model` exports generated types with a `*`, and hand-written types by name. A name takes precedence over a `*`, so
/// it would hide the generated type of the same name.
#[must_use]
pub fn exports_do_not_hide_generated_types(tree: &Tree) -> Findings {
    const LIB: &str = "model/src/lib.rs";
    let mut generated = BTreeSet::new();
    for file in tree.files.iter().filter(|file| file.is_generated() && file.is_rust()) {
        let items = syntax(file).map(|file| file.items).unwrap_or_default();
        generated.extend(items.into_iter().filter_map(|item| match item {
            syn::Item::Struct(item) => Some(item.ident.to_string()),
            syn::Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        }));
    }
    let Some(lib) = tree.files.iter().find(|file| file.path == LIB) else { return Vec::new() };
    let mut findings = Vec::new();
    for item in syntax(lib).map(|file| file.items).unwrap_or_default() {
        if let syn::Item::Use(import) = item
            && is_public(&import.vis)
            && !matches!(&import.tree, syn::UseTree::Path(path) if path.ident == "generated")
        {
            leaves(&import.tree, &mut |_, name| {
                if generated.contains(&name) {
                    findings.push(format!("{LIB}: the export of `{name}` hides the generated type of that name"));
                }
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(code: &str) -> Vec<String> {
        model_hides_its_tools(&Tree::of(&[("model/src/a.rs", &format!("//! x\n{code}"))]))
    }

    #[test]
    fn public_items_that_name_a_hidden_type_are_found() {
        for (code, name) in [
            ("pub fn a() -> aws_sdk_dynamodb::Client { x }", "aws_sdk_dynamodb"),
            ("impl A { pub async fn a(&self, x: Option<Vec<&Primary>>) {} }", "Primary"),
            ("use modyne::model::Query as Ask;\npub fn a(x: impl Fn(Ask)) {}", "Ask"),
            (
                "use aws_sdk_dynamodb::{types::{AttributeValue, Select}, Client};\npub type Map = HashMap<String, AttributeValue>;",
                "AttributeValue",
            ),
            ("pub struct A { pub item: crate::store::item::Item }", "Item"),
            ("pub struct A(pub Item);", "Item"),
            ("pub enum A { B { x: Box<Item> } }", "Item"),
            ("pub trait A { fn a(&self) -> Item; }", "Item"),
            ("pub const A: Option<Primary> = None;", "Primary"),
            ("pub use modyne::keys::Primary;", "modyne"),
            ("pub fn a<T>() where T: From<Item> {}", "Item"),
        ] {
            let findings = findings(code);
            assert!(
                findings.iter().any(|finding| finding.contains(&format!("names `{name}`"))),
                "{code}: {findings:?}"
            );
        }
    }

    #[test]
    fn private_items_may_name_hidden_types() {
        for code in [
            "pub(crate) fn a() -> aws_sdk_dynamodb::Client { x }",
            "fn a(x: Item) {}",
            "pub struct A { item: Item, pub(crate) key: Primary }",
            "impl modyne::Entity for A { fn primary_key(key: K) -> Primary { x } }",
            "pub fn a() -> u32 { let x: Item = y; 1 }",
            "pub(crate) use modyne::keys::Primary;",
            "pub fn a() -> impl Iterator<Item = u32> { x }",
            "use modyne::Entity as _;\npub fn a(x: ItemKey) {}",
        ] {
            assert_eq!(findings(code), [""; 0], "{code}");
        }
    }

    #[test]
    fn an_export_that_hides_a_generated_type_is_found() {
        let tree = |lib: &str| {
            let generated = ("model/src/generated/entity/meter.rs", "//! x\npub struct Meter;\n");
            Tree::of(&[generated, ("model/src/lib.rs", lib)])
        };
        let hiding = tree("//! x\npub use generated::{entity::*};\npub use store::{Page, Meter};\n");
        assert_eq!(exports_do_not_hide_generated_types(&hiding).len(), 1);
        let plain = tree("//! x\npub use generated::entity::Meter;\npub use store::Page;\n");
        assert_eq!(exports_do_not_hide_generated_types(&plain), [""; 0]);
    }
}
