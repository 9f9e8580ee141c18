//! Rules for documents: every link leads to an existing file or heading, and the README is short.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::tidy::Findings;
use crate::tidy::tree::{File, Tree};
use codegen::anchor;
use codegen::files::has_extension;

/// The README must have fewer lines than this, because it is read from top to bottom.
pub const MAX_README_LINES: usize = 150;

/// The licences of other projects, which the build of the page collects.
const FOREIGN: &str = "web/dist/";

/// Every relative link, picture and anchor of a Markdown file exists.
#[must_use]
pub fn links_have_targets(tree: &Tree) -> Findings {
    let is_document =
        |file: &&File| has_extension(&file.path, "md") && !file.is_testdata() && !file.path.starts_with(FOREIGN);
    let pages: BTreeMap<&str, Page> =
        tree.files.iter().filter(is_document).map(|file| (file.path.as_str(), Page::of(&file.text))).collect();
    let mut findings = Vec::new();
    for (path, page) in &pages {
        for Link { to, line } in page.links.iter().filter(|link| is_relative(&link.to)) {
            let (file, fragment) = to.split_once('#').map_or((to.as_str(), None), |(file, id)| (file, Some(id)));
            let target = if file.is_empty() { Some((*path).to_owned()) } else { resolved(path, file) };
            let Some(target) = target.filter(|target| exists(tree, target)) else {
                findings.push(format!("{path}:{line}: no file exists for the link {to}"));
                continue;
            };
            let headings = pages.get(target.as_str()).map(|page| &page.anchors);
            if let (Some(fragment), Some(headings)) = (fragment, headings)
                && !headings.contains(fragment)
            {
                findings.push(format!("{path}:{line}: {target} has no heading for the link {to}"));
            }
        }
    }
    findings
}

/// The README has less than [`MAX_README_LINES`] lines.
#[must_use]
pub fn readme_is_short(tree: &Tree) -> Findings {
    let lines = tree.text("README.md").unwrap_or_default().lines().count();
    let is_long = lines >= MAX_README_LINES;
    let finding = || format!("README.md has {lines} lines: keep it under {MAX_README_LINES}, details go to docs/");
    is_long.then(finding).into_iter().collect()
}

struct Link {
    to: String,
    line: usize,
}

/// The links of a Markdown file, and the anchors of its headings.
#[derive(Default)]
struct Page {
    links: Vec<Link>,
    anchors: BTreeSet<String>,
}

impl Page {
    fn of(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(Link { to: dest_url.into_string(), line });
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.add_anchor(&heading.take().unwrap_or_default()),
                Event::Text(words) | Event::Code(words) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&words);
                    }
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    page.links.extend(addresses(&html).into_iter().map(|to| Link { to, line }));
                }
                _ => {}
            }
        }
        page
    }

    /// A repeated heading gets a number, as on GitHub.
    fn add_anchor(&mut self, heading: &str) {
        let first = anchor(heading);
        let numbered = (1..).map(|number| format!("{first}-{number}"));
        let free = std::iter::once(first.clone()).chain(numbered).find(|anchor| !self.anchors.contains(anchor));
        self.anchors.extend(free);
    }
}

/// The addresses in HTML: the values of `src`, `srcset` and `href`.
fn addresses(html: &str) -> Vec<String> {
    let of = |attribute: &str| {
        let opening = format!("{attribute}=\"");
        let values = html.split(&opening).skip(1);
        values.filter_map(|rest| rest.split_once('"')).map(|(value, _)| value.to_owned()).collect::<Vec<_>>()
    };
    [of(" src"), of(" srcset"), of(" href")].concat()
}

fn is_relative(to: &str) -> bool {
    !to.contains("://") && !to.starts_with("mailto:")
}

/// The path of a link's target from the root; `None` outside of the repository.
fn resolved(page: &str, to: &str) -> Option<String> {
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                folders.pop()?;
            }
            part => folders.push(part),
        }
    }
    Some(folders.join("/"))
}

fn exists(tree: &Tree, path: &str) -> bool {
    let in_tree = tree
        .files
        .iter()
        .any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    // Pictures are not text, so the tree does not contain them.
    in_tree || tree.root.as_ref().is_some_and(|root| root.join(path).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(page: &str) -> Findings {
        let other = "# Other\n\n## A `part` of it\n\n## Again\n\n## Again\n";
        links_have_targets(&Tree::of(&[("docs/page.md", page), ("docs/other.md", other), ("a/b.rs", "//! x\n")]))
    }

    #[test]
    fn links_to_files_folders_and_headings_are_accepted() {
        let page = "# Page\n\n[a](other.md) [b](../a/b.rs#L1) [c](../a) [d](#page) [e](other.md#a-part-of-it)\n\
            [f](other.md#again-1) [g](https://example.com/x#y) `[h](nowhere)`\n\n| | |\n|--|--|\n| [i](../a/b.rs) | |\n";
        assert_eq!(findings(page), [""; 0]);
    }

    #[test]
    fn broken_links_are_reported_with_their_lines() {
        let page = "# Page\n\n[a](nowhere.md)\n\n[b](other.md#nothing)\n\n<img alt=\"x\" src=\"gone.png\">\n\n\
            [c](#missing) [d](../../outside)\n";
        let found = findings(page);
        let lines: Vec<&str> = found.iter().filter_map(|finding| finding.split(": ").next()).collect();
        assert_eq!(lines, ["docs/page.md:3", "docs/page.md:5", "docs/page.md:7", "docs/page.md:9", "docs/page.md:9"]);
    }

    #[test]
    fn a_readme_of_150_lines_is_too_long() {
        let readme = |lines: usize| Tree::of(&[("README.md", &"x\n".repeat(lines))]);
        assert_eq!(readme_is_short(&readme(149)), [""; 0]);
        assert_eq!(readme_is_short(&readme(150)).len(), 1);
    }
}
