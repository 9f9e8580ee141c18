//! Random edits of real files with a known position of the selected lines.

use std::borrow::Cow;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

/// Numbers of edits, with the least share of exact anchors after them, and the largest share of anchors that miss all
/// remaining lines.
pub(crate) struct Band {
    pub(crate) edits: RangeInclusive<usize>,
    pub(crate) exact_at_least: f64,
    pub(crate) off_target_at_most: f64,
}

/// From a small save to most of a day's work.
pub(crate) const BANDS: [Band; 3] = [
    Band { edits: 1..=3, exact_at_least: 0.95, off_target_at_most: 0.01 },
    Band { edits: 4..=12, exact_at_least: 0.80, off_target_at_most: 0.04 },
    Band { edits: 13..=40, exact_at_least: 0.60, off_target_at_most: 0.15 },
];

/// Shorter files are empty after a few edits, and longer ones are rare.
const FILE_LINES: RangeInclusive<usize> = 60..=4_000;
/// The largest number of selected lines.
const SELECTED: usize = 20;
/// The largest number of lines in one edit.
const EDITED: usize = 6;
/// Remaining lines belong together if there are at most this many lines between them.
const TOGETHER: usize = 12;

const EXTENSIONS: [&str; 16] =
    ["rs", "c", "h", "cpp", "cs", "go", "java", "js", "ts", "py", "php", "rb", "kt", "swift", "sql", "sh"];

/// The folder of this repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is a folder of the workspace")
}

/// The source files below the folders, each once, ordered by name.
pub(crate) fn sources(folders: &[PathBuf]) -> Vec<String> {
    let mut files = Vec::new();
    for folder in folders {
        collect(folder, &mut files);
    }
    files.sort();
    files.dedup();
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    texts.filter(|text| FILE_LINES.contains(&text.lines().count())).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && !name.to_string_lossy().starts_with('.') {
            collect(&path, files);
        } else if path.extension().and_then(|ending| ending.to_str()).is_some_and(|e| EXTENSIONS.contains(&e)) {
            files.push(path);
        }
    }
}

/// A line, and its number in the old text. A copy has none.
#[derive(Clone)]
struct Line<'s> {
    was: Option<usize>,
    text: Cow<'s, str>,
}

/// A selection, an edited text, and the true position of the selected lines in it.
pub(crate) struct Case {
    pub(crate) old: String,
    pub(crate) new: String,
    /// The selected lines, from 1 and inclusive.
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) selected: String,
    /// The first and the last remaining significant line of the selection, from 1; `None` if all were deleted.
    pub(crate) truth: Option<(usize, usize)>,
}

impl Case {
    /// Selects up to 20 lines of a file, at least one of them significant, and edits the file.
    pub(crate) fn random(random: &mut StdRng, files: &[String], edits: &RangeInclusive<usize>) -> Self {
        let (old, first, last) = loop {
            let lines: Vec<_> = files.choose(random).expect("there are files").lines().collect();
            let length = random.random_range(1..=SELECTED);
            let first = random.random_range(0..=lines.len() - length);
            if lines[first..first + length].iter().any(|line| is_significant(line)) {
                break (lines, first, first + length - 1);
            }
        };
        let mut edited = Edited {
            lines: old
                .iter()
                .enumerate()
                .map(|(at, text)| Line { was: Some(at), text: Cow::Borrowed(*text) })
                .collect(),
            old: &old,
            first,
            last,
        };
        for _ in 0..random.random_range(edits.clone()) {
            edited.edit(random);
        }
        Self {
            truth: edited.truth(),
            new: edited.lines.iter().map(|line| &*line.text).collect::<Vec<_>>().join("\n"),
            selected: old[first..=last].join("\n"),
            old: old.join("\n"),
            first: first + 1,
            last: last + 1,
        }
    }

    /// Whether these lines of the new text, from 1 and inclusive, are exactly the remaining lines, apart from
    /// insignificant ones, and whether they miss all of them. `None` if no line remains.
    fn judge(&self, first: usize, last: usize) -> Option<(bool, bool)> {
        let truth = self.truth?;
        let lines: Vec<_> = self.new.lines().collect();
        let says = |line: &usize| lines.get(line - 1).is_some_and(|line| is_significant(line));
        let first_remaining = (first..=last).find(says).unwrap_or(last);
        let last_remaining = (first_remaining..=last).rev().find(says).unwrap_or(first_remaining);
        Some(((first_remaining, last_remaining) == truth, last_remaining < truth.0 || truth.1 < first_remaining))
    }

    /// Whether the selected text begins in the first of these lines and ends in the last. For a selection of white
    /// space: whether the lines are blank.
    fn is_selected(&self, first: usize, last: usize) -> bool {
        let lines: Vec<&str> = self.new.split('\n').skip(first - 1).take(last + 1 - first).collect();
        if self.selected.trim().is_empty() {
            return lines.iter().all(|line| line.trim().is_empty());
        }
        let (Some(begin), Some(end)) = (lines.first(), lines.last()) else { return false };
        let there = lines.join("\n");
        let found = format!("{there}\n");
        found
            .match_indices(&self.selected)
            .any(|(at, selected)| at <= begin.len() && at + selected.len() >= there.len() - end.len())
    }
}

/// The results of a method.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) cases: u32,
    /// Some lines of the selection remain.
    left: u32,
    exact: u32,
    off_target: u32,
    /// The method wrongly claimed that the lines have the selected text.
    pub(crate) false_stable: u32,
    /// The method wrongly claimed that the lines do not have the selected text.
    pub(crate) false_approximate: u32,
}

impl Tally {
    /// Adds a method's result for a case: the lines, from 1 and inclusive, and whether they have the selected text.
    pub(crate) fn add(&mut self, case: &Case, first: usize, last: usize, stable: bool) {
        let is_selected = case.is_selected(first, last);
        self.cases += 1;
        self.false_stable += u32::from(stable && !is_selected);
        self.false_approximate += u32::from(!stable && is_selected);
        if let Some((exact, off_target)) = case.judge(first, last) {
            self.left += 1;
            self.exact += u32::from(exact);
            self.off_target += u32::from(off_target);
        }
    }

    /// The share of exact anchors among those with remaining lines.
    pub(crate) fn exact(&self) -> f64 {
        f64::from(self.exact) / f64::from(self.left)
    }

    /// The share of anchors that miss all remaining lines.
    pub(crate) fn off_target(&self) -> f64 {
        f64::from(self.off_target) / f64::from(self.left)
    }
}

struct Edited<'s> {
    old: &'s [&'s str],
    lines: Vec<Line<'s>>,
    first: usize,
    last: usize,
}

impl Edited<'_> {
    /// One edit of up to six lines. Every other edit is near the selection, like the edits after a review.
    fn edit(&mut self, random: &mut StdRng) {
        if self.lines.len() < 10 {
            return;
        }
        let at = self.place(random);
        let width = random.random_range(1..=EDITED).min(self.lines.len() - at);
        match random.random_range(0..10) {
            0..=2 => {
                let from = random.random_range(0..self.old.len());
                let copied = self.old.iter().cycle().skip(from).take(width);
                let copied: Vec<_> = copied.map(|text| Line { was: None, text: Cow::Borrowed(*text) }).collect();
                self.lines.splice(at..at, copied);
            }
            3 => {
                let number = random.random::<u16>();
                let written = (0..width).map(|n| format!("    let v{number}_{n} = compute_{number}({n});"));
                let written: Vec<_> = written.map(|text| Line { was: None, text: Cow::Owned(text) }).collect();
                self.lines.splice(at..at, written);
            }
            4..=5 => drop(self.lines.drain(at..at + width)),
            6..=7 => self
                .rewrite(at, width, |line| is_significant(line).then(|| line.replacen(['e', 's'], "X1", 1) + " // x")),
            8 => self.rewrite(at, width, |line| (!line.trim().is_empty()).then(|| format!("    {line}"))),
            _ => {
                let moved: Vec<_> = self.lines.drain(at..at + width).collect();
                let to = random.random_range(0..=self.lines.len());
                self.lines.splice(to..to, moved);
            }
        }
    }

    fn place(&self, random: &mut StdRng) -> usize {
        let count = self.lines.len();
        if random.random_bool(0.5) {
            let selection = self.lines.iter().position(|line| line.was.is_some_and(|was| was >= self.first));
            let near = selection.unwrap_or(count / 2) + random.random_range(0..self.last - self.first + 9);
            near.saturating_sub(4).min(count - 1)
        } else {
            random.random_range(0..count)
        }
    }

    fn rewrite(&mut self, at: usize, width: usize, change: impl Fn(&str) -> Option<String>) {
        for line in &mut self.lines[at..at + width] {
            if let Some(text) = change(&line.text) {
                line.text = Cow::Owned(text);
            }
        }
    }

    /// The longest range of remaining selected lines. A few lines that moved far away do not belong to it.
    fn truth(&self) -> Option<(usize, usize)> {
        let told = |line: &Line<'_>| {
            line.was.is_some_and(|was| (self.first..=self.last).contains(&was) && is_significant(self.old[was]))
        };
        let left: Vec<_> = self.lines.iter().enumerate().filter(|(_, line)| told(line)).map(|(at, _)| at + 1).collect();
        let stretches = left.chunk_by(|line, next| next - line <= TOGETHER);
        let longest = stretches.rev().max_by_key(|stretch| stretch.len())?;
        Some((longest[0], longest[longest.len() - 1]))
    }
}

fn is_significant(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphanumeric()).count() >= 3
}
