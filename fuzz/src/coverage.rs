//! One target under libFuzzer, which searches for inputs that reach new code: see `scripts/fuzz-coverage`.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// The name of the target is in a variable, because libFuzzer reads the arguments.
static TARGET: LazyLock<fuzz::Target> = LazyLock::new(|| {
    let name = std::env::var("CODESENSEI_FUZZ_TARGET").unwrap_or_default();
    let found = fuzz::TARGETS.iter().find(|target| target.name == name);
    *found.unwrap_or_else(|| panic!("CODESENSEI_FUZZ_TARGET must name a target, for instance `patch`"))
});

fuzz_target!(|input: &[u8]| (TARGET.run)(input));
