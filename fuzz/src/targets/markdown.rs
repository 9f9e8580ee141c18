//! Markdown of a model: after cleaning it has nothing active and nothing hidden, in both dialects.

use pulldown_cmark::{Event, Options, Parser, Tag};
use review::hidden;
use review::markdown::{cleaned, escaped};

use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "markdown",
    holds: "cleaned Markdown has, in CommonMark and in GitHub's dialect, no HTML, no images, no hidden characters, and \
            links with allowed schemes only; cleaning it again changes nothing; escaped Markdown has no links at all",
    max_bytes: 4_096,
    short_run: 1_000,
    words: &[
        "<",
        ">",
        "<script>",
        "</script>",
        "<svg/onload=x>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?",
        "![",
        "](",
        ")",
        "[",
        "]",
        "[a]: ",
        "javascript:",
        "data:text/html,",
        "https://a.example",
        "mailto:a@b.c",
        "`",
        "```",
        "~~~",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "    ",
        "|",
        "\n|-|-|\n",
        "*",
        "_",
        "~~",
        "\\",
        "&lt;",
        "&#x6a;",
        "&colon;",
        "[^1]",
        "[^1]: ",
        "<a@b.c>",
        "\u{202e}",
        "\u{fe0f}",
        "\u{200d}",
        "\u{1f469}",
        "\u{1f3fd}",
        "\u{94d}",
        "\r",
        "\u{200b}",
        "<details>",
        "Vec<String>",
    ],
    seeds,
    run: |input| check(input, cleaned),
    planted: |input| check(input, |text| cleaned(&text.replace("](", "] (")).replace("] (", "](")),
};

fn seeds() -> Vec<Vec<u8>> {
    [
        "It **never** ends:\n\n```rust\nloop {} // <b>\n```\n\n- use `break`\n- see [the book](https://doc.example/book)\n",
        "<details><summary>x</summary>\n\n![a](https://a.example/i.png) [b](javascript:alert(1))\n\n</details>\n",
        "| a | `b|c` |\n|-|-|\n| <script>x</script> | [d][1] |\n\n[1]: data:text/html,x \"t\"\n",
        "a Vec<String> and <svg/onload=x>, \\<b>, <https://a.example>, <javascript:x>, &lt;i>\n\n<!-- c\n-->\n<?php ?>\n",
        "> 1. ~~~html\n>    <p>\u{202e}\n>    ~~~\n>\n> `\u{200b}` [^1] https://www.example\n\n[^1]: ![x][y]\n\n[y]: <x y>\n",
        "[a]: javascript:x\n[![b][a]](vbscript:y)\n***\n<div\n  onclick=x>\ntext\n</div>\n[c](<java\nscript:x>)",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn check(input: &[u8], clean: fn(&str) -> String) {
    let text = String::from_utf8_lossy(input);
    let cleaned = clean(&text);
    assert_eq!(clean(&cleaned), cleaned, "cleaning it again changes nothing");
    is_harmless(&cleaned);
    let escaped = escaped(&text);
    is_harmless(&escaped);
    assert!(!escaped.contains(['<', '[']));
}

/// Nothing in this Markdown is active or hidden.
fn is_harmless(text: &str) {
    assert_eq!(hidden::hidden(text).next(), None, "no hidden characters");
    for options in [Options::empty(), Options::all().difference(Options::ENABLE_SMART_PUNCTUATION)] {
        let dialect = options
            & (Options::ENABLE_TABLES
                | Options::ENABLE_FOOTNOTES
                | Options::ENABLE_STRIKETHROUGH
                | Options::ENABLE_TASKLISTS
                | Options::ENABLE_GFM);
        for event in Parser::new_ext(text, dialect) {
            match event {
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => panic!("there is HTML"),
                Event::Start(Tag::Image { .. }) => panic!("there is an image"),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(is_allowed(&dest_url), "there is a link to {dest_url:?}");
                }
                _ => {}
            }
        }
    }
}

/// Whether a browser would follow this address to a page or to mail. Browsers ignore outer controls and spaces, and
/// line breaks and tabs everywhere.
fn is_allowed(address: &str) -> bool {
    let seen: String = address.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let seen = seen.trim_matches(|c: char| c <= ' ').to_ascii_lowercase();
    let Some((scheme, _)) = seen.split_once(':') else { return true };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    !is_scheme || ["http", "https", "mailto"].contains(&scheme)
}
