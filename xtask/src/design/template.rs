//! Key templates: segments joined by `#`, each wholly literal or wholly one field.

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
    /// Reads `USER#{user_id}`. The error is a sentence and the byte it is about.
    pub fn parse(text: &str) -> Result<Template, (usize, String)> {
        let mut offset = 0;
        let mut segments = Vec::new();
        for part in text.split('#') {
            segments.push(Segment::parse(part).map_err(|message| (offset, message))?);
            offset += part.len() + 1;
        }
        Ok(Template { segments })
    }

    /// The fields it names, in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Field { name, .. } => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// Whether some values of their fields give both templates one text. Literal segments differ when they differ;
    /// a field, being escaped, is never empty and never holds a `#`, but may hold any literal.
    pub fn overlaps(&self, other: &Template) -> bool {
        self.segments.len() == other.segments.len()
            && self
                .segments
                .iter()
                .zip(&other.segments)
                .all(|pair| match pair {
                    (Segment::Literal(a), Segment::Literal(b)) => a == b,
                    _ => true,
                })
    }
}

impl Segment {
    fn parse(part: &str) -> Result<Segment, String> {
        if part.is_empty() {
            return Err(
                "an empty segment: write a literal or one `{field}` between two `#`".to_owned(),
            );
        }
        let Some(inner) = part
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            if part.contains(['{', '}']) {
                return Err(format!(
                    "`{part}` mixes a literal and a field: a segment is wholly one or the other"
                ));
            }
            return Ok(Segment::Literal(part.to_owned()));
        };
        let (name, width) = match inner.split_once(':') {
            None => (inner, None),
            Some((name, width)) => {
                let digits = width
                    .parse()
                    .map_err(|_| format!("`{width}` is no number of digits; write `{{seq:04}}`"))?;
                (name, Some(digits))
            }
        };
        Ok(Segment::Field {
            name: name.to_owned(),
            width,
        })
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
                Segment::Field {
                    name,
                    width: Some(width),
                } => write!(f, "{{{name}:0{width}}}")?,
            }
        }
        Ok(())
    }
}
