//! Finds a block of lines in a text.

/// The first positions of the block, from 0, at most `limit`; they may overlap. Linear time (Knuth, Morris and Pratt).
/// An empty block has no position.
pub(crate) fn occurrences<T: PartialEq>(block: &[T], lines: &[T], limit: usize) -> Vec<usize> {
    let (mut found, mut matched) = (Vec::new(), 0);
    if block.is_empty() {
        return found;
    }
    let fallback = fallbacks(block);
    for (at, line) in lines.iter().enumerate() {
        while matched > 0 && *line != block[matched] {
            matched = fallback[matched - 1];
        }
        matched += usize::from(*line == block[matched]);
        if matched == block.len() {
            if found.len() == limit {
                break;
            }
            found.push(at + 1 - block.len());
            matched = fallback[matched - 1];
        }
    }
    found
}

/// For each prefix of the block, the length of its longest proper suffix that is also a prefix of the block.
fn fallbacks<T: PartialEq>(block: &[T]) -> Vec<usize> {
    let (mut fallback, mut matched) = (vec![0; block.len()], 0);
    for at in 1..block.len() {
        while matched > 0 && block[at] != block[matched] {
            matched = fallback[matched - 1];
        }
        matched += usize::from(block[at] == block[matched]);
        fallback[at] = matched;
    }
    fallback
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_block_is_found_where_a_plain_search_finds_it(
            block in prop::collection::vec(0u32..2, 1..5), lines in prop::collection::vec(0u32..2, 0..30), limit in 0usize..9,
        ) {
            let windows = lines.windows(block.len()).enumerate();
            let found: Vec<_> = windows.filter(|(_, window)| *window == block).map(|(at, _)| at).take(limit).collect();
            prop_assert_eq!(occurrences(&block, &lines, limit), found);
        }
    }
}
