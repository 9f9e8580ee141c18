//! Cleans a model's Markdown: removes everything that could be active when it is rendered.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use url::Url;

use crate::hidden;

/// The maximum number of passes, because removing a part can reveal another one. Ordinary texts need far fewer.
const PASSES: usize = 16;
/// The allowed schemes of links. Relative links are allowed too.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
const IMAGE: &str = "(image removed)";
const LINK: &str = "(link removed)";

/// The text without raw HTML, images, links with other schemes than `http`, `https` and `mailto`, and hidden
/// characters.
///
/// Code keeps its text, so an answer can show HTML in a code block; hidden characters in it become visible. A tag
/// without attributes, such as the `<String>` of a careless `Vec<String>`, becomes text, and so does text that only
/// looks like a tag; other HTML is removed. The text of a removed link stays. Cleaning a clean text changes nothing.
///
/// The text must be clean for both `CommonMark` and GitHub's dialect, because they disagree about code in tables.
#[must_use]
pub fn cleaned(markdown: &str) -> String {
    let mut text = markdown.replace("\r\n", "\n").replace('\r', "\n");
    for _ in 0..PASSES {
        let edits = [hidden_characters(&text), unsafe_parts(&text, Options::empty()), unsafe_parts(&text, github())];
        let Some(edits) = edits.into_iter().find(|edits| !edits.is_empty()) else { return text };
        text = applied(&text, edits);
    }
    escaped(&text)
}

/// The text without hidden characters and without the characters that HTML, images and links need. This also changes
/// code.
#[must_use]
pub fn escaped(markdown: &str) -> String {
    hidden::visible(markdown).replace('<', "&lt;").replace('[', "&#91;")
}

/// A range of a text, and its replacement.
type Edit = (Range<usize>, Cow<'static, str>);

fn github() -> Options {
    let extensions = [
        Options::ENABLE_TABLES,
        Options::ENABLE_FOOTNOTES,
        Options::ENABLE_STRIKETHROUGH,
        Options::ENABLE_TASKLISTS,
        Options::ENABLE_GFM,
    ];
    extensions.into_iter().collect()
}

fn hidden_characters(text: &str) -> Vec<Edit> {
    let found: Vec<_> = hidden::hidden(text).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let code: Vec<_> = Parser::new(text)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| range)
        .collect();
    let is_code = |at: usize| {
        let next = code.partition_point(|range| range.end <= at);
        code.get(next).is_some_and(|range| range.contains(&at))
    };
    let shown = |at, c| if is_code(at) { Cow::Owned(hidden::escape(c)) } else { Cow::Borrowed("") };
    found.into_iter().map(|(at, c)| (at..at + c.len_utf8(), shown(at, c))).collect()
}

fn unsafe_parts(text: &str, options: Options) -> Vec<Edit> {
    let mut events = Parser::new_ext(text, options).into_offset_iter();
    let definitions = events.reference_definitions().iter();
    let mut edits: Vec<Edit> =
        definitions.filter(|(_, link)| !is_safe(&link.dest)).map(|(_, link)| (link.span.clone(), "".into())).collect();
    while let Some((event, range)) = events.next() {
        match event {
            Event::InlineHtml(_) => edits.push(inert(text, range)),
            Event::Start(Tag::CodeBlock(_)) => {
                events.by_ref().take_while(|(event, _)| !matches!(event, Event::End(TagEnd::CodeBlock))).for_each(drop);
            }
            Event::Text(_) => edits.extend(almost_tags(text, range)),
            Event::Start(Tag::HtmlBlock) => edits.extend(html_block(text, range)),
            Event::Start(Tag::Image { .. }) => edits.push((range, IMAGE.into())),
            Event::Start(Tag::Link { link_type: LinkType::Autolink, dest_url, .. }) if !is_safe(&dest_url) => {
                edits.push((range, LINK.into()));
            }
            // A reference is not a link any more after its definition was removed.
            Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, .. }) if !is_safe(&dest_url) => {
                let label = events
                    .by_ref()
                    .take_while(|(event, _)| !matches!(event, Event::End(TagEnd::Link)))
                    .map(|(_, range)| range)
                    .reduce(|all, range| all.start.min(range.start)..all.end.max(range.end))
                    .unwrap_or(range.end..range.end);
                edits.push((range.start..label.start, "".into()));
                edits.push((label.end..range.end, "".into()));
            }
            _ => {}
        }
    }
    edits
}

/// One tag or comment. A bare tag becomes text, because it carries information; everything else is removed.
fn inert(text: &str, range: Range<usize>) -> Edit {
    let tag = text[range.clone()].trim_start_matches(['<', '/']).trim_end_matches(['>', '/', ' ']);
    let is_bare = tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_bare { (range.start..range.start + 1, "&lt;".into()) } else { (range, "".into()) }
}

/// Text for `CommonMark` that a browser would read as a tag: `<svg/onload=x>`. Not every renderer is as strict.
fn almost_tags(text: &str, range: Range<usize>) -> impl Iterator<Item = Edit> {
    let opens = |at: &usize| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
    let found = text[range.clone()].match_indices('<').map(move |(at, _)| range.start + at).filter(opens);
    // A backslash before it would escape the entity instead.
    found.map(|at| (at - usize::from(text[..at].ends_with('\\'))..at + 1, "&lt;".into()))
}

/// The tags of a block are handled like those of a paragraph, so that its text stays. The beginning of the block is
/// always replaced.
fn html_block(text: &str, range: Range<usize>) -> Vec<Edit> {
    let first = range.start;
    if !text[range.clone()].starts_with('<') {
        return vec![(range, "".into())];
    }
    let paragraph = format!("x{}", &text[first..range.end]);
    let tags = Parser::new(&paragraph).into_offset_iter().filter(|(event, _)| matches!(event, Event::InlineHtml(_)));
    let mut edits: Vec<Edit> = tags
        .map(|(_, tag)| inert(&paragraph, tag))
        .map(|(tag, replacement)| (tag.start + first - 1..tag.end + first - 1, replacement))
        .collect();
    // The edit of a tag at the same place comes first, and then this one has no effect.
    edits.push((first..first + 1, "&lt;".into()));
    edits
}

/// Whether a link to this address is allowed. The address is parsed as a browser does, which ignores line breaks and
/// tabs. An address with a space is possible only between angle brackets, which some renderers read as a tag.
fn is_safe(address: &str) -> bool {
    let Ok(base) = Url::parse("https://relative.invalid/") else { return false };
    !address.contains(char::is_whitespace)
        && Url::options().base_url(Some(&base)).parse(address).is_ok_and(|url| SCHEMES.contains(&url.scheme()))
}

fn applied(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let (mut out, mut seen) = (String::with_capacity(text.len()), 0);
    for (range, replacement) in edits {
        // An edit inside another one is done in the next pass.
        if range.start >= seen {
            out.push_str(&text[seen..range.start]);
            out.push_str(&replacement);
            seen = range.end;
        }
    }
    out.push_str(&text[seen..]);
    out
}

#[cfg(test)]
mod tests;
