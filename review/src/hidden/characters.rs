//! The only definition of a hidden character, for code, prompts, messages, names, addresses and file names.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic, JoiningType,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// They select the form of the character before them, as an emoji or as text.
const FORM_SELECTORS: [char; 2] = ['\u{FE0E}', '\u{FE0F}'];
/// It draws a box around a digit.
const KEYCAP: char = '\u{20E3}';
/// The Braille pattern without a dot: a symbol that looks like a space.
const BLANK_BRAILLE: char = '\u{2800}';
const ZWNJ: char = '\u{200C}';
const ZWJ: char = '\u{200D}';
/// The hidden characters of a text, each with its position.
///
/// Hidden are: the characters that Unicode calls default-ignorable (zero-width characters, bidirectional controls,
/// tags, variation selectors); control characters except tabs, form feeds and line ends; and characters that only some
/// programs treat as a line end. Not hidden are characters that writing needs: joiners where UAX #31 allows them in
/// identifiers, and the parts of an emoji.
pub fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    let mut rest = text.char_indices().peekable();
    // Whether the present run of carriage returns is part of a line end. Found once for each run, which can be long.
    let mut ends_a_line = None;
    std::iter::from_fn(move || {
        loop {
            let (at, c) = rest.next()?;
            let was = before.replace(c);
            if c != '\r' {
                ends_a_line = None;
            } else if *ends_a_line.get_or_insert_with(|| text[at..].trim_start_matches('\r').starts_with('\n')) {
                continue;
            }
            if !is_plain(c) && is_hidden(was, c, rest.peek().map(|(_, after)| *after)) {
                // It shows nothing, so the next character has no character before it that it could belong to.
                before = None;
                return Some((at, c));
            }
        }
    })
}

/// Whether a text of one line, such as a name, has an invisible character: a hidden one, a tab or a line end.
#[must_use]
pub fn has_hidden(text: &str) -> bool {
    text.contains(char::is_control) || hidden(text).next().is_some()
}

/// Whether a text looks empty: it consists of white space and hidden characters.
#[must_use]
pub fn shows_nothing(text: &str) -> bool {
    let mut unseen = hidden(text).map(|(at, _)| at).peekable();
    text.char_indices().all(|(at, c)| unseen.next_if_eq(&at).is_some() || c.is_whitespace() || c == BLANK_BRAILLE)
}

/// Most characters of most code, for which no look-up is necessary.
const fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\n' | '\t' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{2FF}')
}

fn is_hidden(before: Option<char>, c: char, after: Option<char>) -> bool {
    let is_pictograph =
        |c: Option<char>| c.is_some_and(|c| CodePointSetData::new::<ExtendedPictographic>().contains(c));
    match c {
        '\n' | '\t' | '\u{C}' => false,
        '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}' => true,
        c if c.is_control() => true,
        c if !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) => false,
        c if FORM_SELECTORS.contains(&c) => {
            let is_keycap = after == Some(KEYCAP) && before.is_some_and(|c| matches!(c, '0'..='9' | '#' | '*'));
            !is_pictograph(before) && !is_keycap
        }
        ZWJ if is_pictograph(after) => {
            let ends_an_emoji = |c| c == FORM_SELECTORS[1] || CodePointSetData::new::<EmojiModifier>().contains(c);
            !is_pictograph(before) && !before.is_some_and(ends_an_emoji)
        }
        ZWJ | ZWNJ => !joins(before, c, after),
        _ => true,
    }
}

/// Whether a joiner has an effect at this place, by the rules A1, A2 and B of UAX #31, 2.3: between letters that join,
/// or after a virama.
fn joins(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    let class = CodePointMapData::<CanonicalCombiningClass>::new().get(before);
    if class == CanonicalCombiningClass::Virama {
        return true;
    }
    let joining = |c| CodePointMapData::<JoiningType>::new().get(c);
    let joins_on = [JoiningType::DualJoining, JoiningType::LeftJoining].contains(&joining(before));
    let joins_back = [JoiningType::DualJoining, JoiningType::RightJoining].contains(&joining(after));
    joiner == ZWNJ && joins_on && joins_back
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_in_names_are_found() {
        for name in [
            "a\u{2060}b",
            "a\u{AD}b",
            "\u{202E}ada",
            "ada\u{200B}",
            "a\u{FEFF}",
            "a\tb",
            "a\nb",
            "a\0",
            "a\u{2028}b",
            "a\u{E0041}",
            "a\u{3164}",
            "a\u{200D}b",
        ] {
            assert!(has_hidden(name), "{name:?}");
        }
        for name in [
            "Ada Lovelace",
            "Zoë",
            "漢字",
            "می\u{200C}خواهم",
            "क्\u{200D}ष",
            "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}",
            "\u{2764}\u{FE0F}",
        ] {
            assert!(!has_hidden(name), "{name:?}");
        }
    }

    #[test]
    fn white_space_and_hidden_characters_show_nothing() {
        for text in [
            "",
            " \n\t",
            "\u{2060}",
            "\u{AD}\u{202E} \u{200B}\n",
            "\0",
            "\u{FEFF}",
            "\u{3164}",
            "\u{2800} ",
            "\u{200D}\u{200D}",
        ] {
            assert!(shows_nothing(text), "{text:?}");
        }
        for text in ["a", "\u{202E}a", "-", "\u{1F469}\u{200D}\u{1F4BB}"] {
            assert!(!shows_nothing(text), "{text:?}");
        }
    }
}
