//! Key templates: segments separated by `#`. Each segment is a literal or a field.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Literal(String),
    Field { name: String, width: Option<usize> },
}

impl Template {
    /// Parses `USER#{user_id}`. The error is a message and its byte offset.
    pub fn parse(text: &str) -> Result<Template, (usize, String)> {
        let mut offset = 0;
        let mut segments = Vec::new();
        for part in text.split('#') {
            segments.push(Segment::parse(part).map_err(|message| (offset, message))?);
            offset += part.len() + 1;
        }
        Ok(Template { segments })
    }

    /// The names of its fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(Segment::field)
    }

    /// Whether both templates can produce the same key. Two different literals never match. A field matches every
    /// literal: its value is escaped, so it contains no `#`, but it may equal any literal and may be empty.
    pub fn overlaps(&self, other: &Template) -> bool {
        self.segments.len() == other.segments.len() && self.may_share_beginning(&other.segments)
    }

    /// Whether a key of the longer template can begin with all segments of the shorter one.
    pub fn may_share_beginning(&self, beginning: &[Segment]) -> bool {
        self.segments.iter().zip(beginning).all(|pair| match pair {
            (Segment::Literal(a), Segment::Literal(b)) => a == b,
            _ => true,
        })
    }
}

impl Segment {
    /// The field's name, if the segment is a field.
    pub fn field(&self) -> Option<&str> {
        match self {
            Segment::Field { name, .. } => Some(name),
            Segment::Literal(_) => None,
        }
    }

    fn parse(part: &str) -> Result<Segment, String> {
        if part.is_empty() {
            return Err("the segment is empty; write a literal or one `{field}` between two `#`".to_owned());
        }
        let inner = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let Some(inner) = inner.filter(|inner| !inner.contains(['{', '}'])) else {
            if part.contains(['{', '}']) {
                return Err(format!(
                    "`{part}` mixes a literal and a field, and a segment is one of them{}",
                    separated(part)
                ));
            }
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            return match part.chars().find(|c| !fits(*c)) {
                None => Ok(Segment::Literal(part.to_owned())),
                Some(c) => {
                    Err(format!("`{c}` is not allowed in a literal; use ASCII letters, digits, `_`, `-` and `.`"))
                }
            };
        };
        let (name, width) = match inner.split_once(':') {
            None => (inner, None),
            Some((name, width)) => (name, Some(digits(width)?)),
        };
        Ok(Segment::Field { name: name.to_owned(), width })
    }
}

/// A hint for a missing `#`: `; write "THR#{id}"` for `THR{id}`; empty if adding a `#` is not enough.
fn separated(part: &str) -> String {
    let mut text = String::new();
    for c in part.chars() {
        if c == '{' && !text.is_empty() && !text.ends_with('#') {
            text.push('#');
        }
        text.push(c);
        if c == '}' {
            text.push('#');
        }
    }
    let text = text.trim_end_matches('#');
    if text != part && Template::parse(text).is_ok() { format!("; write \"{text}\"") } else { String::new() }
}

/// Parses a width such as `04`, which has the form of a Rust format width.
fn digits(width: &str) -> Result<usize, String> {
    let number = width.strip_prefix('0').filter(|rest| !rest.starts_with('+')).and_then(|rest| rest.parse().ok());
    match number {
        // A `count` has at most ten digits.
        Some(digits @ 1..=10) => Ok(digits),
        _ => Err(format!("`{width}` is not a number of digits from 01 to 010; write `{{seq:04}}`")),
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.segments.iter().enumerate() {
            if i > 0 {
                f.write_str("#")?;
            }
            match segment {
                Segment::Literal(text) => f.write_str(text)?,
                Segment::Field { name, width: None } => write!(f, "{{{name}}}")?,
                Segment::Field { name, width: Some(width) } => write!(f, "{{{name}:0{width}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap_or_else(|(offset, message)| panic!("{text}, byte {offset}: {message}"))
    }

    fn refused(text: &str) -> (usize, String) {
        Template::parse(text).expect_err("it should be refused")
    }

    #[test]
    fn display_returns_the_text_of_a_template() {
        for text in ["PROFILE", "USER#{user_id}", "MSG#{thread}#{seq:03}", "{due}#{kind}", "A#{n:010}", "v1.2-x_y"] {
            assert_eq!(template(text).to_string(), text);
        }
    }

    #[test]
    fn invalid_templates_are_refused_with_their_offset() {
        assert_eq!(
            refused("USER##x"),
            (5, "the segment is empty; write a literal or one `{field}` between two `#`".into())
        );
        assert_eq!(refused("").0, 0);
        assert_eq!(refused("A#").0, 2);
        assert!(refused("A#x{b}").1.contains("mixes"));
        assert!(refused("A#{b").1.contains("mixes"));
        assert!(refused("THR{id}").1.ends_with("; write \"THR#{id}\""));
        assert!(refused("A#{b}C{d:04}").1.ends_with("; write \"{b}#C#{d:04}\""));
        assert!(refused("A B").1.contains("` ` is not allowed in a literal"));
        assert!(refused("É").1.contains("`É` is not allowed in a literal"));
        for width in ["4", "0", "00", "011", "0x", "+4", "0+4", ""] {
            assert!(refused(&format!("{{n:{width}}}")).1.contains("digits"), "{width}");
        }
    }

    #[test]
    fn templates_overlap_unless_their_length_or_a_literal_differs() {
        let overlap = |a: &str, b: &str| {
            let (a, b) = (template(a), template(b));
            assert_eq!(a.overlaps(&b), b.overlaps(&a));
            a.overlaps(&b)
        };
        assert!(overlap("USER#{a}", "USER#{b}"));
        assert!(overlap("{a}", "CLAIM"));
        assert!(overlap("A#{x}", "{y}#B"));
        assert!(overlap("{a}#{b}", "USER#{c}"));
        assert!(!overlap("USER#{a}", "EMAIL#{b}"));
        assert!(!overlap("{a}", "{a}#{b}"));
        assert!(!overlap("A#{x}#C", "A#{y}#D"));
        // A longer literal is another literal: only whole segments are compared.
        assert!(!overlap("ORDER#{a}", "ORDERITEM#{a}"));
    }

    /// The function `key::escaped` of `table-runtime`, which this crate must not depend on.
    fn escaped(text: &str) -> String {
        let special = |byte: u8| matches!(byte, b'#' | b'%' | b'/') || byte.is_ascii_control() || !byte.is_ascii();
        let one = |byte: u8| {
            if special(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() }
        };
        text.bytes().map(one).collect()
    }

    /// The key of a template when its fields, in order, have these values.
    fn key(template: &Template, values: &[String]) -> String {
        let mut values = values.iter();
        let parts = template.segments.iter().map(|segment| match segment {
            Segment::Literal(text) => text.clone(),
            Segment::Field { .. } => escaped(values.next().map_or("", String::as_str)),
        });
        parts.collect::<Vec<_>>().join("#")
    }

    /// A small set of literals and values with special characters, so that collisions are likely.
    fn segments() -> impl Strategy<Value = Vec<Segment>> {
        let literal =
            prop::sample::select(vec!["A", "B", "AB", "23"]).prop_map(|text| Segment::Literal(text.to_owned()));
        let field = Just(Segment::Field { name: "x".to_owned(), width: None });
        prop::collection::vec(prop_oneof![literal, field], 1..4)
    }

    fn values() -> impl Strategy<Value = Vec<String>> {
        let likely = prop::sample::select(vec!["", "A", "B", "AB", "#", "A#B", "%23", "A%23B", "23", "#A"]);
        prop::collection::vec(prop_oneof![4 => likely.prop_map(str::to_owned), 1 => any::<String>()], 4)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn templates_without_overlap_never_produce_the_same_key(
            (a, b) in (segments(), segments()),
            (x, y) in (values(), values()),
        ) {
            let (a, b) = (Template { segments: a }, Template { segments: b });
            if !a.overlaps(&b) {
                prop_assert_ne!(key(&a, &x), key(&b, &y));
            }
        }

        #[test]
        fn overlapping_templates_produce_the_same_key_for_some_values((a, b) in (segments(), segments())) {
            let (a, b) = (Template { segments: a }, Template { segments: b });
            if a.overlaps(&b) {
                let meeting = |own: &Template, other: &Template| {
                    let pairs = own.segments.iter().zip(&other.segments).filter(|(own, _)| own.field().is_some());
                    let value = |(_, other): (&Segment, &Segment)| match other {
                        Segment::Literal(text) => text.clone(),
                        Segment::Field { .. } => "same".to_owned(),
                    };
                    pairs.map(value).collect::<Vec<_>>()
                };
                prop_assert_eq!(key(&a, &meeting(&a, &b)), key(&b, &meeting(&b, &a)));
            }
        }

        #[test]
        fn a_template_produces_equal_keys_only_for_equal_fields(a in segments(), x in values(), y in values()) {
            let a = Template { segments: a };
            let fields = a.fields().count();
            prop_assert_eq!(x[..fields] == y[..fields], key(&a, &x) == key(&a, &y));
        }

        #[test]
        fn parsing_never_panics_and_display_returns_the_parsed_text(text in "[A-Z#{}:0-9a-z é]{0,16}") {
            if let Ok(template) = Template::parse(&text) {
                prop_assert_eq!(template.to_string(), text);
            }
        }
    }
}
