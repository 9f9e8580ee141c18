//! The part of a file that the model sees, chosen by its cost.

use std::ops::Range;

use crate::hidden::visible;
use crate::limits::{FULL_CONTEXT_TOKENS, HISTORY_CHARS, MAX_INPUT_TOKENS, MESSAGE_CHARS};
use crate::lines::Lines;
use crate::outline::is_definition;
use crate::selection::Selection;

/// The limit of a prompt with line numbers and escapes, which the specification's estimate does not count. The models'
/// window is 200,000 tokens; some text has 1.35 times as many tokens as the estimate; and the answer needs room.
const SENT_TOKENS: usize = 140_000;
/// The number of characters on either side of the selection, if its line is too long.
const CUT_CHARS: usize = 10_000;
/// Longer definitions are truncated in an outline.
const OUTLINE_LINE_CHARS: usize = 200;
/// An outline is at most this fraction of the shown part: one in so many characters.
const OUTLINE_SHARE: usize = 4;

/// Lines shown before and after a selection when the file is too large to be shown whole: the first that fit.
const CONTEXT_LINES: [usize; 4] = [50, 25, 10, 0];

/// How much of a file the model sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextMode {
    /// The whole file.
    Full,
    /// Some of its lines.
    Local,
}

impl ContextMode {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Local => "local",
        }
    }
}

/// Even the selection alone is too long for the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the selection alone has more than {MAX_INPUT_TOKENS} tokens; select fewer lines")]
pub struct TokenLimitExceeded;

/// The part of a file that the model sees.
pub(super) struct Excerpt {
    pub(super) mode: ContextMode,
    /// The shown lines, from 1 and inclusive.
    pub(super) lines: (usize, usize),
    /// The shown bytes of the one line that is truncated.
    pub(super) part: Option<Range<usize>>,
    /// The numbers of the lines in the outline.
    pub(super) outline: Vec<usize>,
    /// Warnings for the user, one sentence each.
    pub(super) warnings: Vec<String>,
    /// The estimate for the whole prompt.
    pub(super) estimated_tokens: usize,
}

/// A file, the selection in it, and the length of the other parts of the prompt.
pub(super) struct Source<'a> {
    pub(super) language: &'a str,
    pub(super) code: &'a str,
    pub(super) lines: &'a Lines<'a>,
    pub(super) selection: Option<Selection<'a>>,
    /// The characters of the question and the conversation.
    pub(super) dialogue: usize,
}

impl Source<'_> {
    /// The whole file below 80,000 tokens; otherwise the selection with lines around it, or the head of the file.
    pub(super) fn excerpt(&self) -> Result<Excerpt, TokenLimitExceeded> {
        let all = (1, self.lines.written());
        let estimated_tokens = tokens(self.code.chars().count() + self.dialogue);
        if estimated_tokens < FULL_CONTEXT_TOKENS && self.sent(all) <= SENT_TOKENS * PER_TOKEN {
            return Ok(Excerpt::of(ContextMode::Full, all, estimated_tokens));
        }
        if let Some(selection) = self.selection {
            return self.around(&selection, MAX_INPUT_TOKENS, SENT_TOKENS).ok_or(TokenLimitExceeded);
        }
        let why = format!("The file with its {} lines is too large to be shown whole", self.lines.written());
        // Independent of the length of the conversation, so that the shown part of a version can be cached.
        Ok(self.head(FULL_CONTEXT_TOKENS * PER_TOKEN - HISTORY_CHARS - MESSAGE_CHARS, &why))
    }

    /// At most half of the file, for a model that rejects the whole file.
    pub(super) fn less(&self) -> Option<Excerpt> {
        let all = (1, self.lines.written());
        let half = Some(tokens(self.sent(all)) / 2).filter(|half| *half > 0)?;
        let why = "The whole file was too long for the model";
        let Some(selection) = self.selection else { return Some(self.head(half * PER_TOKEN, why)) };
        let mut less = self.around(&selection, MAX_INPUT_TOKENS, half)?;
        let shown = lines_named(less.lines);
        less.warnings.insert(0, format!("{why}; it saw only {shown}."));
        Some(less)
    }

    /// The selected lines with as many lines around them as fit. If one selected line does not fit, the text around the
    /// selection in this line.
    fn around(&self, selection: &Selection<'_>, estimate: usize, sent: usize) -> Option<Excerpt> {
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).clamp(1, self.lines.written());
        let (first, last) = (at(selection.start_line), at(selection.end_line).max(at(selection.start_line)));
        let beside = selection.text.chars().count() + self.dialogue;
        for margin in CONTEXT_LINES {
            let shown = (first.saturating_sub(margin).max(1), last.saturating_add(margin).min(self.lines.written()));
            let estimated_tokens = tokens(self.chars(shown) + beside);
            if estimated_tokens <= estimate && tokens(self.sent(shown)) <= sent {
                let mut excerpt = Excerpt::of(ContextMode::Local, shown, estimated_tokens);
                excerpt.warnings.extend(shrunk(margin));
                return Some(excerpt);
            }
        }
        let cut = (first == last).then(|| self.cut(first, selection.text, CUT_CHARS, beside))?;
        (cut.estimated_tokens <= sent).then_some(cut)
    }

    /// The head of the file, and an outline of the rest, within `budget` characters. `why` begins the warning.
    fn head(&self, budget: usize, why: &str) -> Excerpt {
        let outlined = |from: usize, budget: usize| -> Vec<usize> {
            let mut left = budget;
            let definitions =
                (from..=self.lines.written()).filter(|line| is_definition(self.language, self.lines.line(*line)));
            let fits = |line: &usize| {
                let spent = left.checked_sub(outline_line(self.lines, *line).len());
                left = spent.unwrap_or(0);
                spent.is_some()
            };
            definitions.take_while(fits).collect()
        };
        let share = budget / OUTLINE_SHARE;
        let mut outline = outlined(self.fitting(budget - share) + 1, share);
        let spent: usize = outline.iter().map(|line| outline_line(self.lines, *line).len()).sum();
        let head = self.fitting(budget - spent);
        outline.retain(|line| *line > head);
        let outlined: usize = outline.iter().map(|line| outline_line(self.lines, *line).len()).sum();
        let mut excerpt = if head == 0 {
            self.cut(1, "", budget.saturating_sub(spent), self.dialogue)
        } else {
            let mut excerpt =
                Excerpt::of(ContextMode::Local, (1, head), tokens(self.chars((1, head)) + self.dialogue + outlined));
            let shown = lines_named(excerpt.lines);
            excerpt.warnings.push(format!("{why}; the model saw only {shown}."));
            excerpt
        };
        if !outline.is_empty() {
            let lines = outline.len();
            excerpt
                .warnings
                .push(format!("Of the rest it saw an outline, the {lines} lines that look like definitions."));
        }
        excerpt.outline = outline;
        excerpt
    }

    /// The number of lines, from the first one, that fit into `budget` characters.
    fn fitting(&self, budget: usize) -> usize {
        let mut left = budget;
        let fits = |line: &usize| {
            let rest = left.checked_sub(sent(*line, self.lines.line(*line)));
            left = rest.unwrap_or(0);
            rest.is_some()
        };
        (1..=self.lines.written()).take_while(fits).count()
    }

    /// At most `chars` characters on either side of the selected text in this line, or after the beginning of the line.
    fn cut(&self, number: usize, selected: &str, chars: usize, beside: usize) -> Excerpt {
        let line = self.lines.line(number);
        let at = line.find(selected).unwrap_or(0);
        let selected = if line[at..].starts_with(selected) { at..at + selected.len() } else { at..at };
        let start = line[..selected.start].char_indices().rev().take(chars).last().map_or(selected.start, |(at, _)| at);
        let end = line[selected.end..].char_indices().nth(chars).map_or(line.len(), |(at, _)| selected.end + at);
        let shown = line[start..end].chars().count();
        let mut excerpt = Excerpt::of(ContextMode::Local, (number, number), tokens(shown + beside));
        let before = line[..start].chars().count();
        excerpt.warnings.push(format!(
            "Line {number} is too long to be shown whole; the model saw only its characters {} to {}.",
            before + 1,
            before + shown,
        ));
        excerpt.part = Some(start..end);
        excerpt
    }

    fn chars(&self, (first, last): (usize, usize)) -> usize {
        self.lines.text(first, last).chars().count()
    }

    /// The number of characters of these lines as they are sent.
    fn sent(&self, (first, last): (usize, usize)) -> usize {
        (first..=last).map(|line| sent(line, self.lines.line(line))).sum()
    }
}

impl Excerpt {
    fn of(mode: ContextMode, lines: (usize, usize), estimated_tokens: usize) -> Self {
        Self { mode, lines, part: None, outline: Vec::new(), warnings: Vec::new(), estimated_tokens }
    }
}

/// A line of an outline, without hidden characters.
pub(super) fn outline_line(lines: &Lines<'_>, number: usize) -> String {
    let line = visible(lines.line(number));
    let end = line.char_indices().nth(OUTLINE_LINE_CHARS).map_or(line.len(), |(at, _)| at);
    let cut = if end < line.len() { " …" } else { "" };
    format!("{number}|{}{cut}", &line[..end])
}

/// The specification's estimate: four characters are one token.
const PER_TOKEN: usize = 4;

fn tokens(chars: usize) -> usize {
    chars.div_ceil(PER_TOKEN)
}

/// The number of characters of a line with its number, its bar and its end.
fn sent(number: usize, line: &str) -> usize {
    let digits = usize::try_from(number.ilog10()).unwrap_or(0) + 1;
    visible(line).chars().count() + digits + 2
}

fn lines_named((first, last): (usize, usize)) -> String {
    if first == last { format!("line {first}") } else { format!("lines {first} to {last}") }
}

fn shrunk(margin: usize) -> Option<String> {
    match margin {
        0 => Some("The lines around the selection are too long; the model saw only the selected ones.".to_owned()),
        margin if margin < CONTEXT_LINES[0] => Some(format!(
            "The lines around the selection are long; the model saw only {margin} before and {margin} after it."
        )),
        _ => None,
    }
}
