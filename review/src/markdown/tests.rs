//! Cleaning of Markdown.

use super::*;
use proptest::prelude::*;
use pulldown_cmark::html::push_html;

fn rendered(markdown: &str, options: Options) -> String {
    let mut html = String::new();
    push_html(&mut html, Parser::new_ext(markdown, options));
    html
}

/// The active parts of a page: raw HTML, images, and every tag that harmless Markdown does not produce. Text has its
/// angle brackets escaped, so each remaining angle bracket is a tag.
fn dangers(markdown: &str) -> Vec<String> {
    const OURS: &str = "p h1 h2 h3 h4 h5 h6 ul ol li em strong code pre blockquote hr br a del table thead tbody tr th td sup div input";
    let mut found = Vec::new();
    for options in [Options::empty(), github()] {
        let raw = |event: &Event<'_>| {
            matches!(event, Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock | Tag::Image { .. }))
        };
        found.extend(Parser::new_ext(markdown, options).filter(raw).map(|event| format!("{event:?}")));
        let html = rendered(markdown, options);
        for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
            let address = tag.split_once("href=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap_or_default());
            let handler = tag.split('"').step_by(2).any(|outside| outside.contains(" on"));
            if !OURS.split(' ').any(|it| it == name)
                || handler
                || (tag.contains("href=") && !is_safe(&address.replace("&amp;", "&")))
            {
                found.push(tag.to_owned());
            }
        }
    }
    found
}

#[test]
fn ordinary_answers_are_unchanged() {
    for text in [
        "",
        "It *never* ends: `while (true)` — see [the docs](https://doc.rust-lang.org/std/) & <https://a.example>.\n",
        "# Title\n\n1. one\n2. two\n   - three\n\n> quoted\n\n| a | b |\n|---|---|\n| `x` | 1 < 2 |\n",
        "Use `<script>` and `![x](y)`:\n\n```html\n<img src=x onerror=\"alert(1)\">\n<!-- a -->\n```\n\n    <b>indented</b>\n",
        "[mail](mailto:a@b.example) [section](#x) [file](src/main.rs#L12) [ref]\n\n[ref]: http://a.example 'title'\n",
        "> ```html\n> <b>\n> <i>\n> ```\n",
        "a < b && c > d, 3<4, x<-y, &lt;i>",
        "👩\u{200D}💻 ❤\u{FE0F}",
    ] {
        assert_eq!(cleaned(text), text);
        assert_eq!(dangers(text), Vec::<String>::new());
    }
}

#[test]
fn active_parts_are_removed_and_their_text_stays() {
    for (text, clean) in [
        ("a <img src=x onerror=alert(1)> b", "a  b"),
        ("Use Vec<String> and <T>.", "Use Vec&lt;String> and &lt;T>."),
        ("see <div class=\"x\">this</div>", "see this&lt;/div>"),
        ("a <!-- hidden --> b <?php x ?> c <!DOCTYPE html> d <![CDATA[x]]>", "a  b  c  d "),
        ("<script>alert(1)</script>\n\nText", "&lt;script>alert(1)&lt;/script>\n\nText"),
        ("<iframe src=\"https://evil.example\"></iframe>\nText", "&lt;/iframe>\nText"),
        ("<div onclick=x\nfoo", "&lt;div onclick=x\nfoo"),
        ("<svg/onload=x> \\<b> \\\\<b> i<n a <b", "&lt;svg/onload=x> &lt;b> \\\\&lt;b> i&lt;n a &lt;b"),
        ("> <b>\n> quoted", "> &lt;b>\n> quoted"),
        ("a\n\n  <b>\n   <div onclick=x>\n[c](https://d.example)", "a\n\n  &lt;b>\n   \n[c](https://d.example)"),
        ("a\n\n   <div\n[c](https://d.example)", "a\n\n   &lt;div\n[c](https://d.example)"),
        ("![logo](https://evil.example/?q=secret)", IMAGE),
        (
            "![a][b] and ![b]\n\n[b]: https://evil.example/x.png",
            "(image removed) and (image removed)\n\n[b]: https://evil.example/x.png",
        ),
        ("[click **here**](javascript:alert(1))", "click **here**"),
        (
            "[x](JaVa\tScRiPt:alert(1)) [y](<java&#10;script:x>) [z](&#106;avascript:x)",
            "[x](JaVa\tScRiPt:alert(1)) y z",
        ),
        ("[x](data:text/html;base64,AA) [y](vbscript:x 'title') [](file:///etc/passwd)", "x y "),
        ("<javascript:alert(1)> <https://a.example>", "(link removed) <https://a.example>"),
        ("[x] [y][x] [x][]\n\n[x]: javascript:alert(1)\n", "[x] [y][x] [x][]\n\n\n"),
        ("[![alt](https://evil.example/i.png)](javascript:x)", IMAGE),
        ("[x](<img src=x onerror=alert(1)>)", "x"),
        ("<scr<b x=1>ipt>", "&lt;script>"),
        ("a\u{202E}b\u{E0041}`c\u{202E}d`\r\ne\rf\0", "ab`c\\u{202E}d`\ne\nf"),
        ("a | b\n---|---\n`x | <img src=x onerror=y> `\n", "a | b\n---|---\n`x |  `\n"),
        // Without footnotes, this is a block of code.
        ("a[^1]\n\n[^1]: b\n\n    <img src=x onerror=y>\n", "a[^1]\n\n[^1]: b\n\n    \n"),
    ] {
        assert_eq!(cleaned(text), clean, "{text:?}");
        assert_eq!(dangers(clean), Vec::<String>::new(), "{text:?}");
    }
}

#[test]
fn deeply_nested_markup_is_escaped() {
    let nested = format!("{}javascript:x{}", "[a](".repeat(300), ")".repeat(300));
    let tags = format!("{}b x=1{}", "<a".repeat(50), ">".repeat(50));
    let definitions = "[a]: javascript:x\n".repeat(100);
    for text in [nested, tags, definitions + "\n[a]", "<b>".repeat(2_000), "![".repeat(2_000), "`<".repeat(2_000)] {
        let clean = cleaned(&text);
        assert_eq!(dangers(&clean), Vec::<String>::new());
        assert_eq!(cleaned(&clean), clean);
    }
}

/// Tokens of a Markdown parser, in any order.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<img src=x onerror=alert(1)>",
        "<script>",
        "</script>",
        "<svg/onload=x>",
        "<b>",
        "<a href=\"javascript:x\">",
        "<!--",
        "-->",
        "<",
        ">",
        "![",
        "[",
        "]",
        "(",
        ")",
        "](",
        "javascript:x",
        "java",
        "script:",
        "data:text/html,x",
        "https://a.example",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "    ",
        "`",
        "``",
        "```\n",
        "~~~\n",
        "|",
        "|---|\n",
        "\\",
        "&lt;",
        "&#106;",
        "[^1]",
        "[a]: javascript:x\n",
        "[a]",
        "\u{200B}",
        "\u{202E}",
        "\u{E0041}",
        "\0",
        "\t",
        "\r",
        "a",
        " ",
        "*",
        "_",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "<div\n",
        "#",
        ":",
        "❤",
        "\u{FE0F}",
        "\u{200D}",
        "$",
        "~~",
        "<x@y.z>",
        "<style>",
        "<textarea>",
        "</",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn cleaned_text_has_no_active_parts_and_is_stable(text in hostile()) {
        let clean = cleaned(&text);
        prop_assert_eq!(dangers(&clean), Vec::<String>::new(), "{}", clean);
        prop_assert_eq!(hidden::hidden(&clean).next(), None);
        prop_assert_eq!(cleaned(&clean), clean);
    }

    #[test]
    fn no_input_causes_a_panic(text: String) {
        let clean = cleaned(&text);
        prop_assert_eq!(dangers(&clean), Vec::<String>::new());
        prop_assert_eq!(cleaned(&clean), clean);
    }

    #[test]
    fn code_blocks_keep_their_text(code in "[a-z<>/!\\[\\]()=\"' \\n]{0,60}") {
        let text = format!("Look:\n\n````html\n{code}\n````\n\nand <img src=x onerror=y>\n");
        prop_assert_eq!(cleaned(&text), format!("Look:\n\n````html\n{code}\n````\n\nand \n"));
    }
}
