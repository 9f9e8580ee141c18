//! The part of an explanation that is sent while the model writes it. It is always a prefix of the stored text.

use crate::hidden;
use crate::limits::SHOWN_BYTES;
use crate::markdown::{cleaned, escaped};

/// An explanation that the model is writing, and the part of it that was sent.
///
/// Whole words are sent, cleaned like the stored text. A block with a character that can begin markup is held back
/// until the block is complete. Later text can still change the cleaning of earlier text; the definition of a link is
/// an example. Then the stored text follows the sent one: see [`kept`](Self::kept).
#[derive(Default)]
pub struct Shown {
    /// The text so far, with line feeds.
    written: String,
    /// Whether the last piece ended with a carriage return, which a line feed may follow.
    is_returned: bool,
    /// The number of bytes of `written` from which `text` was made.
    taken: usize,
    text: String,
}

impl Shown {
    /// Adds the next piece. Returns the text that can be sent now.
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

    /// The text to store, which begins with the sent text. This is the clean explanation itself if it does.
    #[must_use]
    pub fn kept(&self, explanation: String) -> String {
        if explanation.starts_with(&self.text) {
            return explanation;
        }
        extended(&self.text, &self.written[self.taken..])
    }

    /// The part of the stored text that was not sent yet. It counts as sent afterwards.
    pub fn rest(&mut self, kept: &str) -> Option<String> {
        let rest = kept.strip_prefix(&*self.text).filter(|rest| !rest.is_empty())?.to_owned();
        self.text += &rest;
        Some(rest)
    }

    /// The text that was sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of characters that the model wrote.
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

    /// The end of the text that later text in the same block cannot change.
    fn certain(&self) -> usize {
        let block = self.written.rfind("\n\n").map_or(0, |at| at + 2);
        let open = &self.written[block..];
        let is_plain = !open.contains(['<', '[', '&']) && hidden::hidden(open).next().is_none();
        if is_plain { block + open.rfind(' ').map_or(0, |at| at + 1) } else { block }
    }
}

/// A clean text that begins with the clean text `shown` and continues with `rest`. This is both as one text if cleaning
/// does not change the beginning. Otherwise, the rest is cleaned by itself; or its markup is escaped; or, if even that
/// changes the text, the rest is left out.
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

    /// The text sent for these pieces, including the rest, and the stored text.
    fn shown(pieces: &[&str]) -> (String, String) {
        let mut shown = Shown::default();
        let mut sent: String = pieces.iter().filter_map(|piece| shown.more(piece)).collect();
        let kept = shown.kept(cleaned(&pieces.concat()));
        sent.extend(shown.rest(&kept));
        assert_eq!(shown.rest(&kept), None, "the rest is sent once");
        (sent, kept)
    }

    #[test]
    fn whole_words_and_complete_blocks_are_sent() {
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
        let sent: Vec<_> = pieces.iter().filter_map(|piece| shown.more(piece)).collect();
        assert_eq!(sent[..2], ["It is ", "`None`. "], "{sent:?}");
        let all = sent.concat();
        assert!(!all.contains("onerror") && all.contains("Ask with `is`."), "{sent:?}");
        assert_eq!(shown.rest(&cleaned(&pieces.concat())).as_deref(), Some("now."));
    }

    #[test]
    fn a_very_long_explanation_is_sent_at_its_end() {
        let mut shown = Shown::default();
        let piece = "word ".repeat(1_000);
        let pieces = SHOWN_BYTES / piece.len() + 3;
        let sent: Vec<_> = (0..pieces).map_while(|_| shown.more(&piece)).collect();
        assert_eq!(sent.len(), SHOWN_BYTES.div_ceil(piece.len()), "no piece after the limit");
        assert_eq!(shown.text(), sent.concat());
        assert_eq!(shown.written_chars(), (sent.len() + 1) * piece.len());
    }

    #[test]
    fn the_end_of_an_explanation_is_sent() {
        for text in ["takes 72 lines.", "word", "a\r", "<b>", "one [two", "a\n\nb", "x \u{202E}"] {
            let (sent, kept) = shown(&[text]);
            assert_eq!((&*sent, &*kept), (&*cleaned(text), &*cleaned(text)), "{text:?}");
        }
        assert_eq!(shown(&["nothing", ""]).0, "nothing");
        assert_eq!(shown(&[]).0, "");
    }

    #[test]
    fn later_text_does_not_change_the_sent_text() {
        for (pieces, expected) in [
            (
                ["See ![it][1] now.\n\nThen ", "go.\n\n[1]: https://evil.example/x.png\n"],
                "See ![it][1] now.\n\nThen go.\n\n&#91;1]: https://evil.example/x.png\n",
            ),
            (["<!-- no\n\nend ", "here --> after"], "&lt;!-- no\n\nend here --> after"),
        ] {
            let (sent, kept) = shown(&pieces);
            assert_eq!((&*sent, &*kept), (expected, expected));
        }
    }

    #[test]
    fn a_piece_may_end_between_a_carriage_return_and_its_line_feed() {
        assert_eq!(shown(&["a b\r", "\nc d\r", "e f\r\n", "\n\r", ""]).0, "a b\nc d\ne f\n\n\n");
        assert_eq!(shown(&["a b\r", "", "\n", "\n- c"]).0, "a b\n\n- c", "one carriage return, one line feed");
    }

    const MARKUP: &str = "(word |[ab ]|é|\u{1f469}\u{200D}\u{1f4bb}|\n|\n\n|\r\n|\r|`|``|```\n|<b>|<img src=x onerror=y>|<!--|-->|<pre>|\
                          \\[a\\]|\\[1\\]: |https://e.example|javascript:x|!\\[|\\]\\(|\\)|<|&|&lt;|\\\\|\\||---|\n- |\n    |> |\u{202E}|\u{200D}){0,30}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn the_sent_text_is_the_stored_text_and_clean(
            text in MARKUP, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let mut cuts: Vec<_> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            let (sent, kept) = shown(&pieces);
            prop_assert_eq!(&sent, &kept);
            prop_assert_eq!(cleaned(&kept), &*kept, "it is clean");
            if !text.contains(['[', '<']) {
                prop_assert_eq!(kept, cleaned(&text), "nothing could change the sent text");
            }
        }

        #[test]
        fn a_truncated_text_still_begins_with_the_sent_text(text in MARKUP, cut: prop::sample::Index, end: prop::sample::Index) {
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
