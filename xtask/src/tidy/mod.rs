//! Rules of the repository that no other tool holds. Each is a function from the tree to what breaks it, and a test.

mod api;
mod calls;
mod dependencies;
mod documents;
mod imports;
mod rust;
mod sizes;
mod text;
mod tree;

pub use api::{exports_do_not_hide_generated_types, model_hides_its_tools};
pub use calls::{PATTERNS_FILE, no_handler_scans, only_the_model_calls_raw_patterns, uncalled_patterns};
pub use dependencies::{
    no_lambda_contains_the_stand_in, only_its_owner_depends_on_an_sdk, only_its_owner_uses_an_sdk,
    only_servers_depend_on_axum, review_is_pure, the_generator_stands_alone, the_offline_reviewer_is_pure,
};
pub use documents::{MAX_README_LINES, links_lead_somewhere, readme_is_short};
pub use imports::files_form_no_circle;
pub use sizes::{MAX_FILE_LINES, MAX_FUNCTION_LINES, files_are_short, functions_are_short};
pub use text::{
    files_open_with_their_purpose, generated_folders_are_marked, no_drawers, no_machine_paths, no_scan, no_stubs,
};
pub use tree::{GENERATED, Tree};

/// What breaks a rule: a line for a person, with the place.
pub type Findings = Vec<String>;
