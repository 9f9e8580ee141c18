//! Anchors after random edits of this repository's own files.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use review::anchor::re_anchor;
use review::selection::Selection;

use edits::{BANDS, Case, Tally, repository, sources};

mod edits;

/// The number of cases in each band. The bench of the same name runs a hundred thousand.
const CASES: usize = 1_000;

#[test]
fn anchors_follow_their_lines_through_random_edits() {
    let files = sources(&[repository().to_owned()]);
    let mut random = StdRng::seed_from_u64(7);
    for band in &BANDS {
        let mut tally = Tally::default();
        for _ in 0..CASES {
            let case = Case::random(&mut random, &files, &band.edits);
            let number = |line: usize| u32::try_from(line).expect("small");
            let selection =
                Selection { start_line: number(case.first), end_line: number(case.last), text: &case.selected };
            let in_time = Instant::now() + Duration::from_mins(1);
            let anchor = re_anchor(&case.old, &case.new, &[selection], in_time)[0];
            let at = |line: u32| usize::try_from(line).expect("small");
            tally.add(&case, at(anchor.start_line), at(anchor.end_line), anchor.is_stable);
        }
        let edits = &band.edits;
        assert_eq!((tally.false_stable, tally.false_approximate), (0, 0), "{edits:?} edits");
        assert!(tally.exact() >= band.exact_at_least, "{edits:?} edits: {:.3} are exact", tally.exact());
        assert!(tally.off_target() <= band.off_target_at_most, "{edits:?} edits: {:.3} miss", tally.off_target());
    }
}
