//! Reads an incomplete answer: one that was cut off, or one that the model is still writing.

use jiter::Jiter;

/// How often a text is shortened to find its readable part. An invalid pair of escapes has twelve characters.
const MAX_CUTS: usize = 16;

/// The explanation in JSON that may end anywhere. It ends before an incomplete escape at the end, and before an invalid
/// escape or character. More JSON only extends the result. Empty if there is no explanation yet, or if the JSON cannot
/// become an answer.
#[must_use]
pub fn explanation(json: &str) -> String {
    let mut end = json.len();
    for _ in 0..MAX_CUTS {
        match until_invalid(&json[..end]) {
            Ok(text) => return text,
            // Each time at least a character shorter: the position can be behind the invalid escape.
            Err(at) => end = json.floor_char_boundary(at.min(end.saturating_sub(1))),
        }
    }
    String::new()
}

/// The explanation, or the position at which its text is invalid.
fn until_invalid(json: &str) -> Result<String, usize> {
    let mut reader = Jiter::new(json.as_bytes()).with_allow_partial_strings();
    let mut key = reader.next_object().map(|key| key.map(|key| key == "explanation"));
    while let Ok(Some(is_explanation)) = key {
        if is_explanation {
            return match reader.next_str() {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => Err(error.index),
            };
        }
        if reader.next_skip().is_err() {
            break;
        }
        key = reader.next_key().map(|key| key.map(|key| key == "explanation"));
    }
    Ok(String::new())
}

/// The explanation of an answer that the model is writing.
#[derive(Default)]
pub struct PartialAnswer {
    json: String,
    /// The number of bytes of the explanation that were returned.
    returned: usize,
}

impl PartialAnswer {
    /// Adds the next fragment of JSON. Returns the text that it adds to the explanation.
    pub fn push(&mut self, fragment: &str) -> Option<String> {
        self.json.push_str(fragment);
        let text = explanation(&self.json);
        let new = text.get(self.returned..).filter(|new| !new.is_empty())?.to_owned();
        self.returned = text.len();
        Some(new)
    }

    /// All fragments so far.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The explanation so far.
    #[must_use]
    pub fn explanation(&self) -> String {
        explanation(&self.json)
    }

    /// Whether a part of the explanation was returned.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.returned > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_explanation_is_read_from_incomplete_json() {
        for (json, found) in [
            ("", ""),
            ("{", ""),
            ("{\"explanation\"", ""),
            ("{\"explanation\": ", ""),
            ("{\"explanation\": \"", ""),
            ("{\"explanation\": \"It ne", "It ne"),
            ("{\"explanation\": \"a\\", "a"),
            ("{\"explanation\": \"a\\n\\u00e", "a\n"),
            ("{\"explanation\": \"a\\ud83e", "a"),
            ("{\"explanation\": \"a\\ud83e\\udd80 b", "a\u{1f980} b"),
            ("{\"confidence\": \"high\", \"patch\": {\"explanation\": \"no\"}, \"explanation\": \"yes\"}", "yes"),
            ("{\"patch\": {\"explanation\": \"no", ""),
            ("{\"explanation\": 7", ""),
            ("[\"explanation\", \"no\"]", ""),
            ("It never ends.", ""),
        ] {
            assert_eq!(explanation(json), found, "{json}");
        }
    }

    #[test]
    fn the_explanation_ends_before_an_invalid_escape_or_character() {
        for (json, found) in [
            ("{\"explanation\": \"a\\n\u{e9}\\] b\", \"patch\": null}", "a\n\u{e9}"),
            ("{\"explanation\": \"a\nb\"}", "a"),
            ("{\"explanation\": \"a\\ud83e b", "a"),
            ("{\"explanation\": \"a\\ud83e\\n", "a"),
            ("{\"explanation\": \"a\\ud83e\\u0041", "a"),
            ("{\"explanation\": \"a\\udd80\\ud83e", "a"),
            ("{\"explanation\": \"a\\u00\u{e9}\u{e9}", "a"),
            ("{\"explanation\": \"\\x", ""),
            ("{\"explanation\": nu", ""),
        ] {
            assert_eq!(explanation(json), found, "{json}");
            let (mut answer, mut pieces) = (PartialAnswer::default(), String::new());
            json.chars().for_each(|c| pieces.extend(answer.push(&c.to_string())));
            assert_eq!((answer.explanation(), pieces), (found.to_owned(), found.to_owned()), "by pieces: {json}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_explanation(text: String, other: String, ascii: bool, cuts in prop::collection::vec(0usize..200, 0..9)) {
            let mut json = json!({ "confidence": other, "explanation": text, "patch": { "original": other } }).to_string();
            if ascii {
                json = json.chars().flat_map(|c| {
                    let escaped = |unit: &u16| format!("\\u{unit:04x}");
                    let units: Vec<String> = c.encode_utf16(&mut [0; 2]).iter().map(escaped).collect();
                    if c.is_ascii() { c.to_string() } else { units.concat() }.chars().collect::<Vec<_>>()
                }).collect();
            }
            let mut answer = PartialAnswer::default();
            let mut returned = String::new();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| json.floor_char_boundary(cut)).collect();
            cuts.extend([0, json.len()]);
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                returned.extend(answer.push(&json[pair[0]..pair[1]]));
                prop_assert!(text.starts_with(&returned), "{:?} is not a prefix of {:?}", returned, text);
            }
            prop_assert_eq!(returned, text);
        }

        #[test]
        fn no_input_causes_a_panic(text in "[0-9a-z\"{}\\[\\]\\\\:,. é-]{0,40}") {
            let _ = explanation(&text);
            let _ = explanation(&format!("{{\"explanation\":\"{text}"));
        }
    }
}
