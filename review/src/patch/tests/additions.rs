//! Numbers, fences and neighbouring lines that models write around the lines of a patch.

use super::*;

#[test]
fn fences_and_numbers_around_the_original_are_removed_from_both_texts() {
    for (what, original, replacement, expected) in [
        ("a fence around both", "```rust\nb\n```", "```rust\nx\n```", "a\nx\nc\n"),
        ("a fence around the original", "```\nb\n```\n", "x\n", "a\nx\nc\n"),
        ("a fence and numbers", "```\n2|b\n```", "```\n2|x\n```", "a\nx\nc\n"),
        ("a number before nothing", "2|b", "2|", "a\n\nc\n"),
        ("white space at the end", "b  ", "x", "a\nx\nc\n"),
        ("a blank line in a fence", "```\nb\n```", "```\nx\n\n```", "a\nx\n\nc\n"),
    ] {
        assert_eq!(applied("a\nb\nc\n", (2, 2), original, replacement).as_deref(), Ok(expected), "{what}");
    }
}

#[test]
fn the_replacement_of_an_exact_original_is_applied_as_written() {
    for (what, replacement, doubt) in [
        ("a fence", "```sh\nx\n```", Some(Doubt::Fence)),
        ("a fence around the same line", "```\nb\n```", Some(Doubt::Fence)),
        ("a text with a fence", "so:\n```sh\nx\n```", None),
        ("numbers", " 2|x\n 3|y", Some(Doubt::Numbers)),
        ("numbers on some lines", "2|x\ny", None),
        ("the line above", "aaa\nx", Some(Doubt::Repetition)),
        ("the line below", "x\nccc", Some(Doubt::Repetition)),
        ("the lines around", "aaa\nx\nccc", Some(Doubt::Repetition)),
        ("nothing but the line above", "aaa", None),
        ("nothing but the line below", "ccc", None),
        ("another bracket", "x {", Some(Doubt::Brackets)),
    ] {
        let text = "aaa\nb\nccc\n";
        let checked = patch((2, 2), "b", replacement).check(text, ALL).expect(what);
        assert_eq!((checked.status, checked.doubt), (PatchStatus::Verified, doubt), "{what}");
        assert_eq!(checked.patch.apply(text), Ok(format!("aaa\n{replacement}\nccc\n")), "{what}");
    }
    let fenced = "# Use\n\n```sh\nold\n```\n";
    let patched = applied(fenced, (3, 5), "```sh\nold\n```", "```sh\nnew\n```");
    assert_eq!(patched.as_deref(), Ok("# Use\n\n```sh\nnew\n```\n"), "a fence in the file");
}

#[test]
fn a_replacement_that_only_looks_like_its_surroundings_is_not_doubted() {
    let doubt = |text, original, replacement| {
        patch((2, 2), original, replacement).check(text, ALL).map(|checked| checked.doubt)
    };
    for (what, text, replacement) in [
        ("the lines below and nothing else", "a\nb\nccc\nddd\neee\nfff\n", "ccc\nddd\neee"),
        ("a line that is like the one above", "b\nb\nccc\n", "b\nx"),
        ("a line that is like the one below", "aaa\nb\nb\n", "x\nb"),
        ("a line without text above", "---\nb\nccc\n", "---\nx"),
        ("a line without text below", "aaa\nb\n---\n", "x\n---"),
    ] {
        assert_eq!(doubt(text, "b", replacement), Ok(None), "{what}");
    }
}

#[test]
fn text_that_only_looks_like_a_number_or_a_fence_is_kept() {
    for original in ["|b", "x|b", " |b", "```a`b\nb\n```", "```\nb```"] {
        let found = applied("a\nb\nc\n", (2, 2), original, "x");
        assert_eq!(found, Err(Withheld::OriginalDiffers), "{original:?}");
    }
}
