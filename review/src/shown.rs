//! What is shown of an explanation while it is written: always a beginning of the text that is kept of it.

use crate::hidden;
use crate::limits::SHOWN_BYTES;
use crate::markdown::{cleaned, escaped};

/// An explanation that is being written, and what was shown of it.
///
/// Whole words are shown, cleaned like the text that is kept. A block with a character that can be markup is held back until
/// the block ends. Something further down can still change what stands above, the definition of a link for instance. Then
/// the text that is kept follows what was shown: [`kept`](Self::kept).
#[derive(Default)]
pub struct Shown {
    /// With line feeds.
    written: String,
    /// Whether what was written last ends with a carriage return, which a line feed may follow.
    is_returned: bool,
    /// The bytes of `written` that `text` was made of.
    taken: usize,
    text: String,
}

impl Shown {
    /// Takes the next piece, and returns what more can be shown.
    pub fn more(&mut self, piece: &str) -> Option<String> {
        self.write(piece);
        let end = self.certain();
        if end <= self.taken || self.text.len() >= SHOWN_BYTES {
            return None;
        }
        let clean = cleaned(&self.written[..end]);
        let more = clean.strip_prefix(&*self.text).filter(|more| !more.is_empty())?.to_owned();
        (self.taken, self.text) = (end, clean);
        Some(more)
    }

    /// The explanation as it is kept, which begins with what was shown: the clean explanation itself, where that is so.
    #[must_use]
    pub fn kept(&self, explanation: String) -> String {
        if explanation.starts_with(&self.text) {
            return explanation;
        }
        extended(&self.text, &self.written[self.taken..])
    }

    /// What of the kept text was not shown yet. Afterwards it is shown.
    pub fn rest(&mut self, kept: &str) -> Option<String> {
        let rest = kept.strip_prefix(&*self.text).filter(|rest| !rest.is_empty())?.to_owned();
        self.text += &rest;
        Some(rest)
    }

    /// What was shown.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many characters were written.
    #[must_use]
    pub fn written_chars(&self) -> usize {
        self.written.chars().count()
    }

    fn write(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let was_returned = std::mem::replace(&mut self.is_returned, piece.ends_with('\r'));
        let piece = if was_returned { piece.strip_prefix('\n').unwrap_or(piece) } else { piece };
        self.written += &piece.replace("\r\n", "\n").replace('\r', "\n");
    }

    /// The end of what nothing in its own block can change any more.
    fn certain(&self) -> usize {
        let block = self.written.rfind("\n\n").map_or(0, |at| at + 2);
        let open = &self.written[block..];
        let is_plain = !open.contains(['<', '[', '&']) && hidden::hidden(open).next().is_none();
        if is_plain { block + open.rfind(' ').map_or(0, |at| at + 1) } else { block }
    }
}

/// The clean text that begins with `shown`, which is clean, and goes on with `rest`: the two as one text if cleaning leaves the
/// beginning alone, else with the rest cleaned by itself, or without any markup, or, should even that be something else in
/// this place, without the rest.
#[must_use]
pub fn extended(shown: &str, rest: &str) -> String {
    let whole = cleaned(&[shown, rest].concat());
    if whole.starts_with(shown) {
        return whole;
    }
    let mut tails = [cleaned, escaped].into_iter().map(|clean| [shown, &*clean(rest)].concat());
    tails.find(|text| cleaned(text) == *text).unwrap_or_else(|| shown.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All that is shown of these pieces, with the rest, and the text that is kept.
    fn shown(pieces: &[&str]) -> (String, String) {
        let mut shown = Shown::default();
        let mut told: String = pieces.iter().filter_map(|piece| shown.more(piece)).collect();
        let kept = shown.kept(cleaned(&pieces.concat()));
        told.extend(shown.rest(&kept));
        assert_eq!(shown.rest(&kept), None, "the rest is shown once");
        (told, kept)
    }

    #[test]
    fn words_are_shown_when_they_are_whole_and_blocks_with_markup_when_they_are_clean() {
        let mut shown = Shown::default();
        let pieces = [
            "It is ",
            "`No",
            "ne`. So",
            " it is.",
            "\n\n<img src=x on",
            "error=alert(1)> Ask with `is`.\n",
            "\nDone",
            " now.",
        ];
        let told: Vec<_> = pieces.iter().filter_map(|piece| shown.more(piece)).collect();
        assert_eq!(told[..2], ["It is ", "`None`. "], "{told:?}");
        let all = told.concat();
        assert!(!all.contains("onerror") && all.contains("Ask with `is`."), "{told:?}");
        assert_eq!(shown.rest(&cleaned(&pieces.concat())).as_deref(), Some("now."));
    }

    #[test]
    fn the_end_of_an_explanation_is_shown() {
        for text in ["takes 72 lines.", "word", "a\r", "<b>", "one [two", "a\n\nb", "x \u{202E}"] {
            let (told, kept) = shown(&[text]);
            assert_eq!((&*told, &*kept), (&*cleaned(text), &*cleaned(text)), "{text:?}");
        }
        assert_eq!(shown(&["nothing", ""]).0, "nothing");
        assert_eq!(shown(&[]).0, "");
    }

    #[test]
    fn what_further_text_would_change_stays_as_it_was_shown_and_stays_clean() {
        for (pieces, expected) in [
            (
                ["See ![it][1] now.\n\nThen ", "go.\n\n[1]: https://evil.example/x.png\n"],
                "See ![it][1] now.\n\nThen go.\n\n&#91;1]: https://evil.example/x.png\n",
            ),
            (["<!-- no\n\nend ", "here --> after"], "&lt;!-- no\n\nend here --> after"),
        ] {
            let (told, kept) = shown(&pieces);
            assert_eq!((&*told, &*kept), (expected, expected));
        }
    }

    #[test]
    fn carriage_returns_may_be_cut_off_from_their_line_feeds() {
        assert_eq!(shown(&["a b\r", "\nc d\r", "e f\r\n", "\n\r", ""]).0, "a b\nc d\ne f\n\n\n");
        assert_eq!(shown(&["a b\r", "", "\n", "\n- c"]).0, "a b\n\n- c", "one carriage return, one line feed");
    }

    const MARKUP: &str = "(word |[ab ]|é|\u{1f469}\u{200D}\u{1f4bb}|\n|\n\n|\r\n|\r|`|``|```\n|<b>|<img src=x onerror=y>|<!--|-->|<pre>|\
                          \\[a\\]|\\[1\\]: |https://e.example|javascript:x|!\\[|\\]\\(|\\)|<|&|&lt;|\\\\|\\||---|\n- |\n    |> |\u{202E}|\u{200D}){0,30}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn what_is_shown_is_what_is_kept_and_clean(
            text in MARKUP, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let mut cuts: Vec<_> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            let (told, kept) = shown(&pieces);
            prop_assert_eq!(&told, &kept);
            prop_assert_eq!(cleaned(&kept), &*kept, "it is clean");
            if !text.contains(['[', '<']) {
                prop_assert_eq!(kept, cleaned(&text), "nothing could change what was shown");
            }
        }

        #[test]
        fn a_text_that_is_cut_still_begins_with_what_was_shown(text in MARKUP, cut: prop::sample::Index, end: prop::sample::Index) {
            let mut shown = Shown::default();
            let cut = text.floor_char_boundary(cut.index(text.len() + 1));
            let _ = shown.more(&text[..cut]);
            let kept = shown.kept(cleaned(&text));
            let rest = &kept[shown.text().len()..];
            let short = extended(shown.text(), &rest[..rest.floor_char_boundary(end.index(rest.len() + 1))]);
            prop_assert!(short.starts_with(shown.text()));
            prop_assert_eq!(cleaned(&short), &*short, "it is clean");
        }
    }
}
