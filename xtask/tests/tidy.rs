//! The rules of the repository, applied to itself.

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
fn every_rust_file_opens_with_its_purpose() {
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
fn every_file_name_is_specific() {
    keeps(tidy::file_names_are_specific);
}

#[test]
fn there_are_no_stubs_and_no_ignored_tests() {
    keeps(tidy::no_stubs);
}

#[test]
fn every_limit_is_used() {
    keeps(tidy::limits_are_used);
}

#[test]
fn only_maintenance_scans() {
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
fn every_link_between_documents_has_a_target() {
    keeps(tidy::links_have_targets);
}

#[test]
fn every_file_and_test_that_a_document_names_exists() {
    keeps(tidy::named_files_and_tests_exist);
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
fn model_names_no_type_of_its_storage_libraries() {
    keeps(tidy::model_hides_its_tools);
}

#[test]
fn model_exports_every_generated_type() {
    keeps(tidy::exports_do_not_hide_generated_types);
}

/// The list of uncalled patterns changes only with `cargo xtask bless`.
#[test]
fn every_pattern_is_called_or_listed_as_uncalled() {
    let documents = Documents::read(&repository()).expect("the documents can be read");
    let uncalled = tidy::uncalled_patterns(&tree(), &codegen::patterns(&documents));
    let listed = fs::read_to_string(repository().join(PATTERNS_FILE)).unwrap_or_default();
    let listed: Vec<&str> = listed.lines().collect();
    let mut findings = Vec::new();
    for pattern in uncalled.iter().filter(|pattern| !listed.contains(&pattern.as_str())) {
        findings.push(format!("{pattern} has no call in model or handlers: call it, or remove it from the documents"));
    }
    for pattern in listed.iter().filter(|pattern| !uncalled.iter().any(|uncalled| uncalled == *pattern)) {
        findings.push(format!("{pattern} is called or does not exist any more: remove it from the list"));
    }
    assert!(
        findings.is_empty(),
        "\n{}\nTo accept the change, run `cargo xtask bless`, which renews {PATTERNS_FILE}.",
        findings.join("\n")
    );
}

#[test]
fn no_lambda_contains_the_local_endpoint() {
    keeps(tidy::no_lambda_contains_the_local_endpoint);
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
fn files_have_no_import_cycle() {
    keeps(tidy::files_have_no_import_cycle);
}

#[test]
fn hand_written_text_names_its_actors() {
    keeps(tidy::words_are_plain);
}

#[test]
fn test_names_are_short() {
    keeps(tidy::test_names_are_short);
}

#[test]
fn lines_of_prose_are_short() {
    keeps(tidy::prose_lines_are_short);
}
