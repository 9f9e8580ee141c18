//! Where whole lines stand in a file.

use review::lines::Lines;

/// The first and the last line of this block of whole lines, from 1, when it is in the text exactly once.
pub(super) fn lines_of(text: &str, block: &str) -> Option<(u32, u32)> {
    let (all, wanted): (Vec<&str>, Vec<&str>) = (Lines::of(text).iter().collect(), block.split('\n').collect());
    let mut found = all.windows(wanted.len()).zip(1_u32..).filter(|(lines, _)| *lines == wanted);
    let (_, first) = found.next()?;
    let last = first + u32::try_from(wanted.len()).ok()? - 1;
    found.next().is_none().then_some((first, last))
}

/// The text with this block of whole lines replaced, when it is there exactly once.
pub(super) fn replaced(text: &str, block: &str, by: &str) -> Option<String> {
    let (first, last) = lines_of(text, block)?;
    let span = Lines::of(text).span(usize::try_from(first).ok()?, usize::try_from(last).ok()?);
    Some([&text[..span.start], by, &text[span.end..]].concat())
}

/// How many lines a person would say there are.
pub(super) fn line_count(text: &str) -> u32 {
    u32::try_from(Lines::of(text).written()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_by_whole_lines_and_only_when_it_is_there_once() {
        let text = "a\n  b\nc\n  b\nd\n";
        assert_eq!(lines_of(text, "c\n  b"), Some((3, 4)));
        assert_eq!(lines_of(text, "  b"), None);
        assert_eq!(lines_of(text, "b\nc"), None);
        assert_eq!(replaced(text, "c\n  b", "x").as_deref(), Some("a\n  b\nx\nd\n"));
    }
}
