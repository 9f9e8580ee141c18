//! Generated files with many equal lines, for anchors that must not change unnoticed.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use review::anchor::Placement;

/// Statements of several functions. Few names make equal and similar lines.
const NAMES: [&str; 6] = ["total", "item", "price", "count", "order", "customer_name"];
const STATEMENTS: [&str; 7] = [
    "    let {a} = {b} + {n};",
    "    {a}.push({b});",
    "    if {a} > {n} {",
    "    }",
    "    return {a}.{b}({a}, {b}, {n});",
    "    // {a} of the {b}",
    "",
];

/// A file of 60 to 200 lines, with functions of up to 15.
pub(crate) fn generated(random: &mut StdRng) -> String {
    let length = random.random_range(60..=200);
    let mut lines = Vec::new();
    while lines.len() < length {
        lines.push(filled(random, "fn {a}_{b}_{n}({a}: u32, {b}: u32) {"));
        for _ in 0..random.random_range(2..15) {
            let statement = STATEMENTS.choose(random).expect("there are statements");
            lines.push(filled(random, statement));
        }
        lines.push("}".to_owned());
        lines.push(String::new());
    }
    lines.join("\n")
}

fn filled(random: &mut StdRng, line: &str) -> String {
    let (a, b) = (NAMES.choose(random).expect("there are names"), NAMES.choose(random).expect("there are names"));
    line.replace("{a}", a).replace("{b}", b).replace("{n}", &random.random_range(0..4_u8).to_string())
}

/// For each band, the anchors after the edits; and after the edits are undone, those of selections that were made
/// before them. Another generator of random numbers makes other files and edits.
pub(crate) const RECORDED: [(Record, Record); 3] = [
    (
        Record { stable: 324, first_lines: 41_117, last_lines: 47_017 },
        Record { stable: 597, first_lines: 40_816, last_lines: 46_614 },
    ),
    (
        Record { stable: 55, first_lines: 38_980, last_lines: 45_055 },
        Record { stable: 595, first_lines: 37_343, last_lines: 43_288 },
    ),
    (
        Record { stable: 24, first_lines: 47_802, last_lines: 53_153 },
        Record { stable: 594, first_lines: 40_701, last_lines: 46_667 },
    ),
];

/// The number of stable anchors, and the sums of their first and last lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) stable: u32,
    pub(crate) first_lines: u64,
    pub(crate) last_lines: u64,
}

impl Record {
    pub(crate) fn add(&mut self, placed: &Placement) {
        self.stable += u32::from(placed.is_stable);
        self.first_lines += u64::from(placed.start_line);
        self.last_lines += u64::from(placed.end_line);
    }
}
