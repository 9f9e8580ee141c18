//! Emits the documentation of a pattern's function: its title, prose, request and cost.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::design::{Action, Argument, Design, Operation, Order, Paging, Pattern, ReadMode, pattern_arguments, shards};
use crate::emit::pattern::input;

pub fn documentation(design: &Design, pattern: &Pattern) -> String {
    let prose = without_doctests(&without_links(&pattern.prose));
    let paragraphs = [prose, absences(design, pattern), how(design, pattern)];
    let paragraphs = paragraphs.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    format!("{}: {}.\n\n{paragraphs}", pattern.id, pattern.title)
}

/// The effect of each parameter that can be absent. The fields of an input struct have documentation of their own.
fn absences(design: &Design, pattern: &Pattern) -> String {
    if input::is_struct(pattern) {
        return String::new();
    }
    let actions: Vec<&Action> = pattern.actions().iter().collect();
    let arguments = pattern_arguments(&design.entities, pattern);
    let effect = |argument: &Argument| {
        Some(format!("Without `{}`, {}.", argument.name, input::without(design, &actions, argument)?))
    };
    arguments.iter().filter_map(effect).collect::<Vec<_>>().join(" ")
}

/// Replaces links by their text: relative links of the document are broken in the documentation.
fn without_links(prose: &str) -> String {
    let mut out = String::with_capacity(prose.len());
    let mut copied = 0;
    // The current link: its range, and the range of its text so far.
    let mut open: Option<(std::ops::Range<usize>, Option<std::ops::Range<usize>>)> = None;
    for (event, range) in Parser::new(prose).into_offset_iter() {
        match (event, &mut open) {
            (Event::Start(Tag::Link { .. }), None) => open = Some((range, None)),
            (Event::End(TagEnd::Link), Some((link, words))) => {
                out.push_str(&prose[copied..link.start]);
                out.push_str(words.clone().map_or("", |words| &prose[words]));
                copied = link.end;
                open = None;
            }
            (_, Some((_, words))) => {
                let start = words.as_ref().map_or(range.start, |words| words.start);
                *words = Some(start..range.end);
            }
            _ => {}
        }
    }
    out + &prose[copied..]
}

/// Marks bare fenced blocks as text, because rustdoc would run them as Rust tests.
fn without_doctests(prose: &str) -> String {
    let mut lines = Vec::new();
    let mut is_open = false;
    for line in prose.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let is_bare = is_fence && line.trim() == "```";
        lines.push(if is_bare && !is_open { format!("{line}text") } else { line.to_owned() });
        is_open ^= is_fence;
    }
    lines.join("\n")
}

fn how(design: &Design, pattern: &Pattern) -> String {
    let mut words = vec![format!("`{}`", pattern.api())];
    if let Operation::Query(query) = &pattern.operation {
        let index = query.index.map(|index| format!("`{}`", design.table.indexes[index].name));
        words[0] = format!("{} on {}", words[0], index.as_deref().unwrap_or("the table"));
        if let Some(shards) = shards(design.entity(query.entities[0]), query) {
            words.push(format!("one for each of {} shards, merged", shards.count));
        }
        let order = match query.order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
            Order::Either => "in either order",
        };
        words.push(order.to_owned());
        words.push(match query.paging {
            Paging::Page(size) => format!("pages of up to {size}"),
            Paging::First(size) => match query.first_max {
                None => format!("the first {size}"),
                Some(max) => format!("the first {size}, or up to {max}"),
            },
            Paging::All => "every page".to_owned(),
            Paging::Count => "counted, not returned".to_owned(),
        });
    }
    if let Operation::Scan(scan) = &pattern.operation {
        words.push(format!("one segment of the whole table, pages of up to {}", scan.page));
    }
    if let Operation::ReadParts { mode: ReadMode::Transaction, .. } = &pattern.operation {
        words.push("at most 100 items, all as of one moment".to_owned());
    }
    let consistent = match &pattern.operation {
        Operation::Get { consistent, .. } | Operation::ReadParts { mode: ReadMode::Batch { consistent }, .. } => {
            Some(*consistent)
        }
        Operation::Query(query) => Some(query.consistent),
        Operation::Scan(scan) => Some(scan.consistent),
        _ => None,
    };
    if let Some(consistent) = consistent {
        words.push(if consistent { "strongly consistent" } else { "eventually consistent" }.to_owned());
    }
    format!("{}. {}", words.join(", "), cost(pattern))
}

fn cost(pattern: &Pattern) -> String {
    let cost = &pattern.cost;
    let plural = if (cost.requests - 1.0).abs() < f64::EPSILON { "" } else { "s" };
    let mut units = vec![format!("{} request{plural}", cost.requests)];
    for (amount, unit) in [(cost.rcu, "RCU"), (cost.wcu, "WCU")] {
        if amount > 0.0 {
            units.push(format!("{amount} {unit}"));
        }
    }
    format!("Costs {} for {}.", units.join(" and "), cost.fixture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_replaced_by_its_text() {
        assert_eq!(without_links("Before ([AP-70](#ap-70-leave-a-job)) after."), "Before (AP-70) after.");
        assert_eq!(without_links("[the `x` of *y*](a.md) and [b](c)"), "the `x` of *y* and b");
        assert_eq!(without_links("[](a)"), "");
    }

    #[test]
    fn brackets_outside_links_are_kept() {
        for text in ["a[0] and (b)", "`[a](b)`", "[x] y ](z)", "é [x]"] {
            assert_eq!(without_links(text), text);
        }
        assert_eq!(without_links("[a] before [b](c)"), "[a] before b");
    }

    #[test]
    fn a_block_in_prose_is_marked_as_text() {
        assert_eq!(without_doctests("a\n```\nPK\n```\nb"), "a\n```text\nPK\n```\nb");
        assert_eq!(without_doctests("```sql\nx\n```"), "```sql\nx\n```");
    }
}
