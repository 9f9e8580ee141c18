//! The corpus: the output of good designs and the problems of bad ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use codegen::corpus::{self, Case};
use codegen::{Documents, LOCK, compile, files};
use quote::ToTokens as _;
use syn::visit::{self, Visit};

fn cases() -> Vec<Case> {
    corpus::cases(&corpus::folder()).expect("the corpus can be read")
}

fn good_designs() -> Vec<Case> {
    let mut cases = cases();
    cases.retain(|case| case.name.starts_with("good/"));
    cases
}

#[test]
fn every_design_has_the_expected_output() {
    let differences: Vec<String> =
        cases().iter().flat_map(|case| case.differences().expect("the case can be read")).collect();
    assert!(
        differences.is_empty(),
        "{}\nIf the new output is correct, run `cargo xtask corpus --bless` and review the difference.",
        differences.concat()
    );
}

#[test]
fn only_bad_designs_have_problems() {
    for case in cases() {
        let expected = case.expected().expect("the case can be read");
        assert!(!expected.is_empty(), "{} expects nothing: run `cargo xtask corpus --bless`", case.name);
        assert_eq!(case.name.starts_with("bad/"), expected.contains_key("stderr.txt"), "{}", case.name);
    }
}

#[test]
fn a_new_lock_accepts_its_design_and_stays_unchanged() {
    let mut seen = 0;
    for case in cases() {
        let outcome = case.outcome();
        let Some(lock) = outcome.get(&format!("expected/{LOCK}")) else { continue };
        let mut documents = case.documents.clone();
        documents.insert(LOCK, lock.clone());
        let again = compile(&documents).unwrap_or_else(|problems| panic!("{}: {problems:?}", case.name));
        let again = again.iter().find(|file| file.path == LOCK).expect("an existing lock is part of the output");
        assert_eq!(&again.text, lock, "{}", case.name);
        seen += 1;
    }
    assert!(seen > 10, "there are designs with a lock");
}

#[test]
fn every_check_refuses_a_bad_design() {
    let stderr: String =
        cases().iter().filter_map(|case| case.expected().expect("the case can be read").remove("stderr.txt")).collect();
    let unseen: Vec<String> =
        check_names().into_iter().filter(|name| !stderr.contains(&format!(" [{name}]\n"))).collect();
    assert!(unseen.is_empty(), "no design in codegen/testdata/bad is refused by {unseen:?}: add one for each");
}

/// The names of all checks: the first argument of `push` and `problem`, or a `const CHECK`.
fn check_names() -> BTreeSet<String> {
    #[derive(Default)]
    struct Names(BTreeSet<String>);

    fn text(expression: &syn::Expr) -> Option<String> {
        match expression {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        }
    }

    impl<'ast> Visit<'ast> for Names {
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            if (call.method == "push" || call.method == "problem") && call.args.len() == 3 {
                self.0.extend(text(&call.args[0]));
            }
            visit::visit_expr_method_call(self, call);
        }

        fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
            if item.ident == "CHECK" {
                self.0.extend(text(&item.expr));
            }
        }

        fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
            if item.ident != "tests" {
                visit::visit_item_mod(self, item);
            }
        }
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = Names::default();
    for folder in ["src/check", "src/load"] {
        for path in files::under(root, folder).expect("codegen has its sources") {
            let text = fs::read_to_string(root.join(path)).expect("a source can be read");
            names.visit_file(&syn::parse_file(&text).expect("a source is Rust"));
        }
    }
    assert!(
        names.0.contains("toml") && names.0.contains("entity-exists"),
        "the search must find these two checks: {:?}",
        names.0
    );
    names.0
}

#[test]
fn line_endings_do_not_change_the_output() {
    for case in good_designs() {
        let mut documents = Documents::default();
        for (path, text) in case.documents.iter() {
            documents.insert(path, text.replace('\n', "\r\n"));
        }
        let plain = compile(&case.documents).expect("the design is good");
        let windows = compile(&documents).expect("line endings are no problem");
        for (plain, windows) in plain.iter().zip(&windows) {
            assert_eq!(plain.path, windows.path);
            // Documents that are partly hand-written keep their line endings.
            let expected = if files::has_extension(&plain.path, "md") || plain.path.starts_with("infra/") {
                plain.text.replace('\n', "\r\n")
            } else {
                plain.text.clone()
            };
            assert!(windows.text == expected, "{}: {} depends on line endings", case.name, plain.path);
        }
    }
}

/// The emitted Rust files of every good design, by path, with the name of the design as the first segment.
fn emitted_rust() -> BTreeMap<String, (String, syn::File)> {
    let mut emitted = BTreeMap::new();
    for case in good_designs() {
        for file in compile(&case.documents).expect("the design is good") {
            if files::has_extension(&file.path, "rs") {
                let path = format!("{}/{}", case.name, file.path);
                let parsed = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
                emitted.insert(path, (file.text, parsed));
            }
        }
    }
    emitted
}

#[test]
fn emitted_rust_uses_every_import_and_imports_it_once() {
    for (path, (text, file)) in emitted_rust() {
        let mut names = BTreeSet::new();
        for item in &file.items {
            if let syn::Item::Use(import) = item
                && matches!(import.vis, syn::Visibility::Inherited)
            {
                imported(&import.tree, &mut |name| {
                    assert!(names.insert(name.clone()), "{path} imports `{name}` twice");
                    // A trait is used through its methods.
                    let used = if name == "KeyPart" { ".key_part()" } else { &name };
                    assert!(text.matches(used).count() > 1 || used != name, "{path} does not use `{name}`");
                });
            }
        }
    }
}

fn imported(tree: &syn::UseTree, visit: &mut impl FnMut(String)) {
    match tree {
        syn::UseTree::Path(path) => imported(&path.tree, visit),
        syn::UseTree::Name(name) => visit(name.ident.to_string()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, visit)),
        syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => {}
    }
}

#[test]
fn emitted_rust_has_no_match_arms_with_equal_bodies() {
    struct Arms<'p>(&'p str);

    impl<'ast> Visit<'ast> for Arms<'_> {
        fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
            for (i, arm) in expression.arms.iter().enumerate() {
                let text = |arm: &syn::Arm| arm.body.to_token_stream().to_string();
                let same = expression.arms[..i].iter().any(|before| text(before) == text(arm));
                assert!(!same, "{}: two arms of a `match` do the same", self.0);
            }
            visit::visit_expr_match(self, expression);
        }
    }

    for (path, (_, file)) in emitted_rust() {
        Arms(&path).visit_file(&file);
    }
}

#[test]
fn emitted_numbers_have_a_suffix_only_if_necessary() {
    struct Numbers<'p>(&'p str);

    impl<'ast> Visit<'ast> for Numbers<'_> {
        fn visit_lit_int(&mut self, number: &'ast syn::LitInt) {
            let fits = number.base10_parse::<i64>().is_ok_and(|number| i32::try_from(number).is_ok());
            assert!(number.suffix().is_empty() || !fits, "{}: {number}", self.0);
        }

        fn visit_lit_float(&mut self, number: &'ast syn::LitFloat) {
            assert!(number.suffix().is_empty(), "{}: {number}", self.0);
        }
    }

    for (path, (_, file)) in emitted_rust() {
        Numbers(&path).visit_file(&file);
    }
}

#[test]
fn every_emitted_module_has_an_emitted_file() {
    let emitted = emitted_rust();
    for (path, (_, file)) in &emitted {
        let folder = path.strip_suffix("/mod.rs");
        let modules = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) => Some(module.ident.to_string().trim_start_matches("r#").to_owned()),
            _ => None,
        });
        for module in modules {
            let folder = folder.unwrap_or_else(|| panic!("{path} declares a module"));
            let is_there = [format!("{folder}/{module}.rs"), format!("{folder}/{module}/mod.rs")];
            assert!(is_there.iter().any(|path| emitted.contains_key(path)), "{path}: there is no {module}");
        }
    }
}
