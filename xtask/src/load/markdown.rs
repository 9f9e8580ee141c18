//! Access patterns as Markdown: headings that start with an id, prose, and one fenced block each.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::problem::Problems;
use crate::source::At;

/// A pattern as the page has it, before its block is read.
#[derive(Debug)]
pub struct Section {
    pub id: String,
    pub title: String,
    pub prose: String,
    pub block: String,
    pub heading: At,
    /// The first byte of the block's content.
    pub at: At,
}

/// Splits the page at its second-level headings and takes those that start with an id.
pub fn sections(text: &str, at: At, problems: &mut Problems) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (heading, body) in headings(text) {
        let title = text[heading.clone()].trim().trim_start_matches('#').trim();
        let Some((id, title)) = title.split_once(' ').filter(|(id, _)| is_id(id)) else {
            continue;
        };
        let here = at.plus(heading.start);
        if let Some(first) = sections.iter().find(|section| section.id == id) {
            problems.push(
                "pattern-ids-are-unique",
                here,
                format!("{id} is taken by \"{}\"; ids are never reused", first.title),
            );
        }
        match section(text, at, id, title.trim(), here, body, problems) {
            Some(section) => sections.push(section),
            None => problems.push(
                "pattern-has-a-block",
                here,
                format!("{id} has no block; open one with ```toml pattern={id}"),
            ),
        }
    }
    sections
}

fn is_id(word: &str) -> bool {
    word.strip_prefix("AP-")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Every second-level heading, and the bytes from its end to the next heading of its level or above.
fn headings(text: &str) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let all: Vec<_> = Parser::new(text)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::Heading { level, .. }) if level <= HeadingLevel::H2 => {
                Some((level, range))
            }
            _ => None,
        })
        .collect();
    let ends = all
        .iter()
        .skip(1)
        .map(|(_, range)| range.start)
        .chain([text.len()]);
    let with_end = all.iter().zip(ends);
    with_end
        .filter(|((level, _), _)| *level == HeadingLevel::H2)
        .map(|((_, h), end)| (h.clone(), h.end..end))
        .collect()
}

fn section(
    text: &str,
    at: At,
    id: &str,
    title: &str,
    heading: At,
    body: std::ops::Range<usize>,
    problems: &mut Problems,
) -> Option<Section> {
    let mut found: Option<Section> = None;
    let mut inside = None;
    for (event, range) in Parser::new(&text[body.clone()]).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                if let Some(pattern) = info.strip_prefix("toml pattern=") {
                    let here = at.plus(body.start + range.start);
                    if pattern != id {
                        problems.push(
                            "pattern-block-names-its-heading",
                            here,
                            format!("this block is under {id}, but says {pattern}"),
                        );
                    }
                    if found.is_some() {
                        problems.push(
                            "pattern-has-a-block",
                            here,
                            format!("{id} has a second block"),
                        );
                        continue;
                    }
                    inside = Some(body.start + range.start);
                }
            }
            Event::Text(block) => {
                if let Some(start) = inside.take() {
                    let prose = text[body.start..start].trim().to_owned();
                    if prose.is_empty() {
                        problems.push("pattern-has-prose", heading, format!("{id} says nothing before its block: who asks, and why is the key so?"));
                    }
                    let at = at.plus(body.start + range.start);
                    let (id, title, block) = (id.to_owned(), title.to_owned(), block.to_string());
                    found = Some(Section {
                        id,
                        title,
                        prose,
                        block,
                        heading,
                        at,
                    });
                }
            }
            Event::End(TagEnd::CodeBlock) => inside = None,
            _ => {}
        }
    }
    found
}
