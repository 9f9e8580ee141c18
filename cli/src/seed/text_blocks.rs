//! Finds and replaces blocks of whole lines in a text.

use review::lines::Lines;

/// The first and the last line of the block, from 1, if the text contains it exactly once.
pub(super) fn find_block(text: &str, block: &str) -> Option<(u32, u32)> {
    let (all, block_lines): (Vec<&str>, Vec<&str>) = (Lines::of(text).iter().collect(), block.split('\n').collect());
    let mut found = all.windows(block_lines.len()).zip(1_u32..).filter(|(lines, _)| *lines == block_lines);
    let (_, first) = found.next()?;
    let last = first + u32::try_from(block_lines.len()).ok()? - 1;
    found.next().is_none().then_some((first, last))
}

/// The text with the block replaced, if the text contains it exactly once.
pub(super) fn replace_block(text: &str, block: &str, by: &str) -> Option<String> {
    let (first, last) = find_block(text, block)?;
    let span = Lines::of(text).span(usize::try_from(first).ok()?, usize::try_from(last).ok()?);
    Some([&text[..span.start], by, &text[span.end..]].concat())
}

/// The number of lines, as a person counts them.
pub(super) fn line_count(text: &str) -> u32 {
    u32::try_from(Lines::of(text).written()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_by_whole_lines_and_only_if_it_is_unique() {
        let text = "a\n  b\nc\n  b\nd\n";
        assert_eq!(find_block(text, "c\n  b"), Some((3, 4)));
        assert_eq!(find_block(text, "  b"), None);
        assert_eq!(find_block(text, "b\nc"), None);
        assert_eq!(replace_block(text, "c\n  b", "x").as_deref(), Some("a\n  b\nx\nd\n"));
    }
}
