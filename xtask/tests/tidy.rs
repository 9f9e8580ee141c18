//! The repository keeps its own rules.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::Documents;
use xtask::tidy::{self, Findings, PATTERNS_FILE, Tree};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_owned()
}

fn tree() -> Tree {
    Tree::read(&repository()).expect("the repository can be read")
}

fn keeps(rule: fn(&Tree) -> Findings) {
    let findings = rule(&tree());
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn every_file_of_rust_opens_with_what_it_is_for() {
    keeps(tidy::files_open_with_their_purpose);
}

#[test]
fn files_are_short() {
    keeps(tidy::files_are_short);
}

#[test]
fn functions_are_short() {
    keeps(tidy::functions_are_short);
}

#[test]
fn no_file_is_a_drawer() {
    keeps(tidy::no_drawers);
}

#[test]
fn nothing_is_a_stub_and_no_test_is_ignored() {
    keeps(tidy::no_stubs);
}

#[test]
fn there_is_no_scan_but_that_of_maintenance() {
    keeps(tidy::no_scan);
}

#[test]
fn no_handler_names_a_pattern_that_scans() {
    let patterns = codegen::patterns(&Documents::read(&repository()).expect("the documents can be read"));
    assert!(patterns.iter().any(|pattern| pattern.scan), "the documents have a scan");
    let findings = tidy::no_handler_scans(&tree(), &patterns);
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn only_the_model_calls_raw_patterns() {
    keeps(tidy::only_the_model_calls_raw_patterns);
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    keeps(tidy::no_machine_paths);
}

#[test]
fn generated_folders_are_marked() {
    keeps(tidy::generated_folders_are_marked);
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    keeps(tidy::links_lead_somewhere);
}

#[test]
fn the_readme_is_short() {
    keeps(tidy::readme_is_short);
}

#[test]
fn only_its_owner_depends_on_an_sdk() {
    keeps(tidy::only_its_owner_depends_on_an_sdk);
}

#[test]
fn only_its_owner_uses_an_sdk() {
    keeps(tidy::only_its_owner_uses_an_sdk);
}

#[test]
fn the_offline_reviewer_is_pure() {
    keeps(tidy::the_offline_reviewer_is_pure);
}

#[test]
fn the_generator_stands_alone() {
    keeps(tidy::the_generator_stands_alone);
}

#[test]
fn model_shows_no_type_of_its_tools() {
    keeps(tidy::model_hides_its_tools);
}

#[test]
fn model_exports_every_generated_type() {
    keeps(tidy::exports_do_not_hide_generated_types);
}

/// The list of patterns without a call can only change on purpose.
#[test]
fn every_pattern_is_called_or_known_not_to_be() {
    let documents = Documents::read(&repository()).expect("the documents can be read");
    let uncalled = tidy::uncalled_patterns(&tree(), &codegen::patterns(&documents));
    let listed = fs::read_to_string(repository().join(PATTERNS_FILE)).unwrap_or_default();
    let listed: Vec<&str> = listed.lines().collect();
    let mut findings = Vec::new();
    for pattern in uncalled.iter().filter(|pattern| !listed.contains(&pattern.as_str())) {
        findings.push(format!(
            "{pattern} is called nowhere in model or handlers: call it, or take it out of the documents"
        ));
    }
    for pattern in listed.iter().filter(|pattern| !uncalled.iter().any(|uncalled| uncalled == *pattern)) {
        findings.push(format!("{pattern} is called now, or gone: it leaves the list"));
    }
    assert!(
        findings.is_empty(),
        "\n{}\nIf that is meant, run `cargo xtask bless`, which renews {PATTERNS_FILE}.",
        findings.join("\n")
    );
}

#[test]
fn no_lambda_contains_the_stand_in_for_the_model() {
    keeps(tidy::no_lambda_contains_the_stand_in);
}

#[test]
fn review_depends_on_no_io() {
    keeps(tidy::review_is_pure);
}

#[test]
fn only_handlers_and_the_programs_around_them_depend_on_axum() {
    keeps(tidy::only_servers_depend_on_axum);
}

#[test]
fn files_form_no_circle() {
    keeps(tidy::files_form_no_circle);
}
