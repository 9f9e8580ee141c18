//! The checks. Each has a name, reads the whole design and adds to one list of problems.

mod announced;
mod arguments;
pub mod attributes;
mod counters;
mod history;
mod keys;
mod locked;
mod locked_fields;
mod names;
mod notices;
pub mod outputs;
mod partitions;
mod queries;
mod reach;
mod roots;
mod transactions;
mod words;
mod writes;

pub use notices::notices;

use crate::design::Design;
use crate::problem::Problems;

type Check = fn(&Design, &mut Problems);

/// Checks of the existing parts. They also work on an incomplete design.
const CHECKS: &[Check] = &[
    words::names_are_words,
    words::everything_is_documented,
    names::names_are_unique,
    attributes::attributes_are_told_apart,
    attributes::the_ttl_attribute_is_an_expiry,
    attributes::projections_show_fields,
    keys::keys_decode_in_one_way,
    keys::keys_are_as_locked,
    locked::the_table_is_as_locked,
    locked::entities_are_as_locked,
    locked::indexes_are_as_locked,
    locked::patterns_are_as_locked,
    locked_fields::fields_are_as_locked,
    announced::announced_values_are_not_written,
    history::histories_reach_the_version,
    history::histories_fit_the_fields,
    history::writes_fit_older_items,
    history::rows_fit_older_items,
    history::older_versions_are_written_whole,
    queries::sort_conditions_fit_the_sort_key,
    queries::prefixes_end_at_a_delimiter,
    queries::queries_read_one_partition,
    queries::index_queries_read_what_is_projected,
    reach::every_pattern_has_a_caller,
    reach::maintenance_is_for_tools,
    reach::expired_items_are_hidden,
    writes::index_keys_are_rewritten_whole,
    writes::keys_are_not_updated,
    writes::fields_are_changed_once,
    counters::counters_have_a_floor,
    writes::an_upsert_writes_a_whole_item,
    writes::writes_say_what_absence_means,
    roots::new_items_need_the_root,
    transactions::shaped_actions_name_one_error,
    transactions::shaped_actions_take_a_row,
    transactions::callers_of_actions_call_the_pattern,
    transactions::actions_touch_different_items,
    transactions::parts_read_different_items,
    transactions::transactions_fit_one_request,
    arguments::members_are_unique,
    arguments::arguments_have_one_type,
    arguments::errors_are_explained,
    partitions::partitions_are_not_hot,
    outputs::inputs_are_kept,
];

/// Checks that report a missing part. They run only on a complete design, otherwise they would report the parts with
/// problems.
const CHECKS_OF_ALL: &[Check] = &[
    reach::every_index_serves_a_pattern,
    reach::every_entity_is_reachable,
    locked::removed_entities_are_told,
    queries::keys_come_from_queries,
];

/// Runs the checks. `complete` is whether the design contains every part of the documents.
pub fn run(design: &Design, complete: bool, problems: &mut Problems) {
    let of_all = CHECKS_OF_ALL.iter().filter(|_| complete);
    for check in CHECKS.iter().chain(of_all) {
        check(design, problems);
    }
}
