//! The checks: each named, each over the whole design, all in one list.

mod keys;
mod names;
mod reach;
mod writes;

use crate::design::Design;
use crate::problem::Problems;

type Check = fn(&Design, &mut Problems);

/// Every check, in the order a reader would ask them.
const CHECKS: &[Check] = &[
    keys::keys_decode_in_one_way,
    keys::sort_conditions_fit_the_sort_key,
    keys::queries_read_one_partition,
    keys::keys_are_as_locked,
    reach::every_index_serves_a_pattern,
    reach::every_entity_is_reachable,
    reach::every_pattern_has_a_caller,
    reach::index_queries_read_what_is_projected,
    reach::expired_items_are_hidden,
    writes::index_keys_are_rewritten_whole,
    writes::keys_are_not_updated,
    writes::an_upsert_writes_a_whole_item,
    writes::writes_say_what_absence_means,
    writes::shaped_actions_name_one_error,
    writes::actions_touch_different_items,
    names::names_are_unique,
    names::members_are_unique,
    names::arguments_have_one_type,
    names::errors_are_explained,
];

pub fn run(design: &Design, problems: &mut Problems) {
    for check in CHECKS {
        check(design, problems);
    }
}
