//! Rules of the repository that no other tool checks. Each is a function from the tree to its findings, and a test.

mod api;
mod calls;
mod dependencies;
mod documents;
mod imports;
mod language;
mod limits;
mod names;
mod rust;
mod sizes;
mod text;
mod tree;

pub use api::{exports_do_not_hide_generated_types, model_hides_its_tools};
pub use calls::{PATTERNS_FILE, no_handler_scans, only_the_model_calls_raw_patterns, uncalled_patterns};
pub use dependencies::{
    no_lambda_contains_the_local_endpoint, only_its_owner_depends_on_an_sdk, only_its_owner_uses_an_sdk,
    only_servers_depend_on_axum, review_is_pure, the_generator_stands_alone, the_offline_reviewer_is_pure,
};
pub use documents::{MAX_README_LINES, links_have_targets, readme_is_short};
pub use imports::files_have_no_import_cycle;
pub use language::{MAX_PROSE_LINE, MAX_TEST_NAME, prose_lines_are_short, test_names_are_short, words_are_plain};
pub use limits::limits_are_used;
pub use names::named_files_and_tests_exist;
pub use sizes::{MAX_FILE_LINES, MAX_FUNCTION_LINES, files_are_short, functions_are_short};
pub use text::{
    file_names_are_specific, files_open_with_their_purpose, generated_folders_are_marked, no_machine_paths, no_scan,
    no_stubs,
};
pub use tree::{GENERATED, ROOTS, Tree};

/// The violations of a rule: a line for each, with its place.
pub type Findings = Vec<String>;
