//! Anchors after random edits of this repository's own files: `stable` if and only if the text is equal, and the share
//! of anchors that follow their lines exactly. `CODESENSEI_EDITS=100000` sets the number of edited files,
//! `CODESENSEI_SEED` the seed of the random numbers.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use review::anchor::{Placement, re_anchor};
use review::selection::Selection;

use edits::{BANDS, Band, Case, Tally, repository, sources};
use recorded::{RECORDED, Record, generated};

mod edits;
mod recorded;

/// The number of edited files in the suite, and the seed.
const CASES: u64 = 3_000;
const SEED: u64 = 7;

/// The selection's lines of the old text, in the new one.
fn placed(case: &Case, old: &str, new: &str) -> Placement {
    let number = |line: usize| u32::try_from(line).expect("small");
    let selection = Selection { start_line: number(case.first), end_line: number(case.last), text: &case.selected };
    re_anchor(old, new, &[selection], Instant::now() + Duration::from_mins(1))[0]
}

fn number(variable: &str, unless_set: u64) -> u64 {
    let set = std::env::var(variable).ok();
    set.map_or(unless_set, |number| number.parse().unwrap_or_else(|_| panic!("{variable} is no number: {number:?}")))
}

#[test]
fn anchors_follow_their_lines_through_random_edits() {
    let files = sources(&[repository().to_owned()]);
    let (cases, seed) = (number("CODESENSEI_EDITS", CASES), number("CODESENSEI_SEED", SEED));
    println!("{cases} random edits of {} files, seed {seed}", files.len());
    let mut random = StdRng::seed_from_u64(seed);
    for band in &BANDS {
        let mut tally = Tally::default();
        for _ in 0..cases.div_ceil(3) {
            let case = Case::random(&mut random, &files, &band.edits);
            let anchor = placed(&case, &case.old, &case.new);
            let at = |line: u32| usize::try_from(line).expect("small");
            tally.add(&case, at(anchor.start_line), at(anchor.end_line), anchor.is_stable);
        }
        let edits = &band.edits;
        println!(
            "{edits:?} edits: {:.2} % exact, {:.2} % off target",
            100.0 * tally.exact(),
            100.0 * tally.off_target()
        );
        assert_eq!((tally.false_stable, tally.false_approximate), (0, 0), "{edits:?} edits");
        assert!(tally.exact() >= band.exact_at_least, "{edits:?} edits: {:.3} are exact", tally.exact());
        assert!(tally.off_target() <= band.off_target_at_most, "{edits:?} edits: {:.3} miss", tally.off_target());
    }
}

/// A new version of the algorithm may change these anchors. Compare the shares of the test above before you record
/// them.
#[test]
fn anchors_in_generated_files_are_the_recorded_ones() {
    let mut random = StdRng::seed_from_u64(SEED);
    let files: Vec<_> = (0..50).map(|_| generated(&mut random)).collect();
    let of_band = |band: &Band| {
        let (mut edited, mut undone) = (Record::default(), Record::default());
        for _ in 0..600 {
            let case = Case::random(&mut random, &files, &band.edits);
            edited.add(&placed(&case, &case.old, &case.new));
            undone.add(&placed(&case, &case.new, &case.old));
        }
        (edited, undone)
    };
    assert_eq!(BANDS.each_ref().map(of_band), RECORDED);
}
