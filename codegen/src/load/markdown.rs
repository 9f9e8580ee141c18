//! Parses access-patterns.md: headings that start with an id, prose, and one fenced block for each.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag};

use crate::problem::Problems;
use crate::source::At;

/// One pattern of the page: its heading, its prose and the text of its block.
#[derive(Debug)]
pub struct Section {
    pub id: String,
    pub title: String,
    pub prose: String,
    /// The position of the prose.
    pub prose_at: At,
    pub block: String,
    /// The position of the block's content.
    pub at: At,
}

/// The patterns of a page.
#[derive(Debug)]
pub struct Sections {
    pub found: Vec<Section>,
    /// Whether every heading with an id and every block belongs to a section.
    pub complete: bool,
}

/// A heading of the first or second level.
#[derive(Debug)]
struct Heading {
    is_second: bool,
    range: Range<usize>,
}

/// A fenced block with `pattern=` in its info string.
#[derive(Debug)]
struct Block {
    /// The value of `pattern=`.
    id: String,
    range: Range<usize>,
}

/// Splits the page at its second-level headings and returns the sections whose heading starts with an id.
pub fn sections(text: &str, at: At, problems: &mut Problems) -> Sections {
    let (headings, blocks) = outline(text);
    let mut sections: Vec<Section> = Vec::new();
    let mut complete = true;
    let mut unclaimed: Vec<&Block> = blocks.iter().collect();
    for (i, heading) in headings.iter().enumerate().filter(|(_, heading)| heading.is_second) {
        let words = title(&text[heading.range.clone()]);
        let (id, title) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        if !is_id(id) {
            continue;
        }
        let here = at.plus(heading.range.start);
        if title.is_empty() {
            problems.push("pattern-has-a-title", here, format!("{id} has no title; write it after the id"));
        }
        if let Some(first) = sections.iter().find(|section| section.id == id) {
            problems.push(
                "pattern-ids-are-unique",
                here,
                format!("{id} is already the id of \"{}\"; choose another", first.title),
            );
        }
        let end = headings.get(i + 1).map_or(text.len(), |next| next.range.start);
        let own: Vec<&Block> =
            blocks.iter().filter(|block| (heading.range.end..end).contains(&block.range.start)).collect();
        unclaimed.retain(|block| !own.iter().any(|own| own.range == block.range));
        let page = Page { text, at, id };
        let block = page.only_block(&own, here, problems);
        let Some((block, content)) = block.and_then(|block| Some((block, page.content(block, problems)?))) else {
            complete = false;
            continue;
        };
        complete &= own.len() == 1;
        let before = &text[heading.range.end..block.range.start];
        let prose = before.trim();
        let prose_at = at.plus(heading.range.end + before.len() - before.trim_start().len());
        if prose.is_empty() {
            let message = format!("{id} has no text before its block; describe its callers and the reason for its key");
            problems.push("pattern-has-prose", here, message);
        }
        sections.push(Section {
            id: id.to_owned(),
            title: title.trim().to_owned(),
            prose: prose.to_owned(),
            prose_at,
            block: text[content.clone()].to_owned(),
            at: at.plus(content.start),
        });
    }
    complete &= unclaimed.is_empty();
    for Block { id, range } in unclaimed {
        let message = format!("no heading above this block starts with its id; add one like \"## {id} …\"");
        problems.push("pattern-block-names-its-heading", at.plus(range.start), message);
    }
    Sections { found: sections, complete }
}

fn is_id(word: &str) -> bool {
    let number = word.strip_prefix("AP-");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text of a heading without its Markdown markers.
fn title(heading: &str) -> &str {
    let line = heading.lines().next().unwrap_or_default().trim().trim_start_matches('#').trim();
    let without = line.trim_end_matches('#');
    // A closing `##` follows a space; a `#` right after the last word is part of the word.
    if without.ends_with(' ') { without.trim_end() } else { line }
}

/// All headings and pattern blocks of the page.
fn outline(text: &str) -> (Vec<Heading>, Vec<Block>) {
    let (mut headings, mut blocks) = (Vec::new(), Vec::new());
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if level <= HeadingLevel::H2 => {
                headings.push(Heading { is_second: level == HeadingLevel::H2, range });
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace();
                let pattern =
                    words.next().filter(|word| *word == "toml").and_then(|_| words.next()?.strip_prefix("pattern="));
                if let Some(id) = pattern {
                    blocks.push(Block { id: id.to_owned(), range });
                }
            }
            _ => {}
        }
    }
    (headings, blocks)
}

/// The page, while the section of one pattern is parsed.
struct Page<'p> {
    text: &'p str,
    at: At,
    id: &'p str,
}

impl Page<'_> {
    /// The first block under the pattern's heading. Further blocks are reported.
    fn only_block<'b>(&self, own: &[&'b Block], heading: At, problems: &mut Problems) -> Option<&'b Block> {
        let id = self.id;
        for block in own.iter().filter(|block| block.id != id) {
            let message = format!("this block is under {id}, but has the id {}", block.id);
            problems.push("pattern-block-names-its-heading", self.at.plus(block.range.start), message);
        }
        if let Some(second) = own.get(1) {
            problems.push(
                "pattern-has-a-block",
                self.at.plus(second.range.start),
                format!("{id} has a second block; remove one"),
            );
        }
        if own.is_empty() {
            let message = format!("{id} has no block; open one with ```toml pattern={id}");
            problems.push("pattern-has-a-block", heading, message);
        }
        own.first().copied()
    }

    /// The byte range between the fences. Its bytes are consecutive in the page, so offsets in it are offsets in the
    /// page.
    fn content(&self, block: &Block, problems: &mut Problems) -> Option<Range<usize>> {
        let Range { start, end } = block.range;
        let fence = &self.text[start..end];
        if !self.text[..start].is_empty() && !self.text[..start].ends_with('\n') {
            let message = "the block is indented, or inside a list or a quote; begin its fence at the margin";
            problems.push("pattern-has-a-block", self.at.plus(start), message);
            return None;
        }
        let first = start + fence.find('\n').map_or(fence.len(), |newline| newline + 1);
        let mark: String = fence.chars().take_while(|c| matches!(c, '`' | '~')).collect();
        let last = fence.trim_end().rfind('\n').map_or(start, |newline| start + newline + 1);
        if last < first || !self.text[last..end].trim().starts_with(&mark) {
            let message = format!("the block is not closed; end it with a line of {mark}");
            problems.push("pattern-has-a-block", self.at.plus(start), message);
            return None;
        }
        Some(first..last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read(text: &str) -> (Vec<Section>, Vec<String>, Sources) {
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        let at = sources.add("page.md", text);
        let sections = sections(text, at, &mut problems).found;
        let lines = problems.lines(&sources);
        (sections, lines, sources)
    }

    fn problems(text: &str) -> Vec<String> {
        read(text).1
    }

    const PAGE: &str = "# Page\n\n## AP-01 Ask one thing\n\nWho asks.\n\n```toml pattern=AP-01\n# a comment\nname = \"x\"\n\nrcu = 1\n```\n\n## AP-02 Ask C#\n\nWhy.\n\n~~~toml pattern=AP-02\n~~~\n\nAfter.\n";

    #[test]
    fn a_section_has_a_heading_prose_and_a_block() {
        let (sections, problems, sources) = read(PAGE);
        assert_eq!(problems, [""; 0]);
        let [first, second] = sections.as_slice() else { panic!("{sections:?}") };
        assert_eq!(
            (first.id.as_str(), first.title.as_str(), first.prose.as_str()),
            ("AP-01", "Ask one thing", "Who asks.")
        );
        // A `#` inside a block starts a TOML comment and not a heading.
        assert_eq!(first.block, "# a comment\nname = \"x\"\n\nrcu = 1\n");
        assert_eq!(sources.locate(first.at).to_string(), "page.md:8:1");
        assert_eq!((second.title.as_str(), second.block.as_str()), ("Ask C#", ""));
    }

    #[test]
    fn windows_line_endings_change_neither_words_nor_lines() {
        let text = PAGE.replace('\n', "\r\n");
        let (sections, problems, sources) = read(&text);
        assert_eq!(problems, [""; 0]);
        assert_eq!(sections[0].block, "# a comment\r\nname = \"x\"\r\n\r\nrcu = 1\r\n");
        assert_eq!(sections[0].prose, "Who asks.");
        assert_eq!(sources.locate(sections[0].at).to_string(), "page.md:8:1");
        assert_eq!(sections[1].block, "");
    }

    #[test]
    fn prose_keeps_its_paragraphs_and_lower_headings() {
        let prose = "One.\n\n### Why\n\n- a list\n\n```text\nPK  SK\n```";
        let (sections, problems, _) = read(&format!("## AP-01 T\n\n{prose}\n\n```toml pattern=AP-01\n```\n"));
        assert_eq!(problems, [""; 0]);
        assert_eq!(sections[0].prose, prose);
    }

    #[test]
    fn every_form_of_heading_is_parsed() {
        assert_eq!(title("## AP-01 Ask ##\n"), "AP-01 Ask");
        assert_eq!(title("##   AP-01 Ask C#\n"), "AP-01 Ask C#");
        assert_eq!(title("AP-01 Ask\n---------\n"), "AP-01 Ask");
        assert_eq!(title("##"), "");
    }

    #[test]
    fn other_headings_and_blocks_are_ignored() {
        let text = "## Index\n\n```toml\nx = 1\n```\n\n## AP-1x Not an id\n\n<!-- ## AP-03 Hidden -->\n";
        let (sections, problems, _) = read(text);
        assert!(sections.is_empty() && problems.is_empty(), "{sections:?} {problems:?}");
    }

    #[test]
    fn a_block_outside_of_all_sections_is_reported() {
        let lost = problems("## AP01 Typo\n\nWhy.\n\n```toml pattern=AP-01\n```\n");
        assert_eq!(lost.len(), 1);
        assert!(lost[0].starts_with("page.md:5:1: error: no heading above this block"), "{lost:?}");
        let lost = problems("### AP-01 Too deep\n\n```toml  pattern=AP-01\n```\n");
        assert!(lost[0].contains("add one like \"## AP-01 …\""), "{lost:?}");
    }

    #[test]
    fn an_unclosed_or_nested_block_is_reported() {
        let open = problems("## AP-01 T\n\nWhy.\n\n```toml pattern=AP-01\nname = \"x\"\n");
        assert!(open[0].contains("not closed; end it with a line of ```"), "{open:?}");
        let open = problems("## AP-01 T\n\nWhy.\n\n```toml pattern=AP-01");
        assert!(open[0].contains("not closed"), "{open:?}");
        let listed = problems("## AP-01 T\n\nWhy.\n\n- x\n\n  ```toml pattern=AP-01\n  a = 1\n  ```\n");
        assert!(listed[0].contains("inside a list or a quote"), "{listed:?}");
        let quoted = problems("## AP-01 T\n\nWhy.\n\n> ```toml pattern=AP-01\n> a = 1\n> ```\n");
        assert!(quoted[0].contains("inside a list or a quote"), "{quoted:?}");
    }

    #[test]
    fn missing_parts_of_a_section_are_reported_at_its_heading() {
        assert!(problems("## AP-01\n\nWhy.\n\n```toml pattern=AP-01\n```\n")[0].contains("AP-01 has no title"));
        assert!(problems("## AP-01 T\n\nWhy.\n")[0].contains("AP-01 has no block"));
        assert!(problems("## AP-01 T\n\n```toml pattern=AP-01\n```\n")[0].contains("has no text before its block"));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in "(## AP-0[12] ?|```toml pattern=AP-01|~~~|[a-z]|> |- |    |\r?\n|\n\n){0,24}") {
            read(&text);
        }
    }
}
