//! The effect of the selection, the question and the sent lines on the answer.

use offline_reviewer::{Answer, Confidence, DISCLAIMER, Language, Request, review};

use crate::examples::{patched, whole};

const FILE: &str = "\
function total(cart, coupon) {
  let sum = 0;
  for (let i = 0; i <= cart.items.length; i++) {
    sum += cart.items[i].price;
  }
  if (coupon = 'HALF') {
    sum /= 2;
  }
  if (sum === NaN || sum === NaN) {
    throw new Error('no price');
  }
  cart.items.forEach(async (item) => {
    await save(item);
  });
  return sum;
}

module.exports = total;
";

fn javascript(text: &str) -> Request<'_> {
    whole(Language::JavaScript, text)
}

/// The explanation without its first line.
fn said(answer: &Answer) -> &str {
    answer.explanation.strip_prefix(DISCLAIMER).expect("the disclaimer").trim_start()
}

/// The rules that the answer explains, in order.
fn rules(answer: &Answer) -> Vec<&str> {
    let rules = answer.explanation.lines().filter_map(|line| line.split_once(". **`")?.1.split_once("`** on "));
    rules.map(|(rule, _)| rule).collect()
}

#[test]
fn an_answer_explains_three_findings_and_names_the_rest() {
    let answer = review(&javascript(FILE));
    assert_eq!(rules(&answer), ["off-by-one", "assignment-in-condition", "same-operand"]);
    assert!(
        said(&answer).starts_with("The rules find 5 problems in lines 1 to 18.\n\n1. **`off-by-one`** on line 3: ")
    );
    assert!(said(&answer).contains("**The patch changes line 3.**"));
    assert!(said(&answer).ends_with("\n\nAlso found: `nan-comparison` (line 9) and `async-for-each` (line 12)."));
    assert_eq!(answer.patch.as_ref().map(|patch| patch.start_line), Some(3));
    assert_eq!(answer.confidence, Confidence::High);
}

#[test]
fn a_selection_narrows_the_review() {
    let answer = review(&Request { selection: Some((6, 8)), ..javascript(FILE) });
    assert!(said(&answer).starts_with("The rules find 1 problem in lines 6 to 8."));
    let fixed = patched(FILE, answer.patch.as_ref().expect("a patch"));
    assert_eq!(fixed, FILE.replace("coupon = 'HALF'", "coupon === 'HALF'"));
    assert_eq!(answer.suggested_code, answer.patch.map(|patch| patch.replacement));
}

#[test]
fn part_of_a_file_keeps_its_line_numbers() {
    let sent: Vec<&str> = FILE.lines().skip(5).take(3).collect();
    let answer = review(&Request { lines: sent, first_line: 6, selection: Some((6, 6)), ..javascript(FILE) });
    let fixed = patched(FILE, answer.patch.as_ref().expect("a patch"));
    assert_eq!(fixed, FILE.replace("coupon = 'HALF'", "coupon === 'HALF'"));
    let outside = review(&Request { selection: Some((70, 80)), ..javascript(FILE) });
    assert_eq!(said(&outside), "None of the selected lines are among those that were sent.");
}

#[test]
fn a_finding_on_the_line_or_topic_of_the_question_comes_first() {
    let answer = review(&Request { question: "Is the comparison in line 9 right?", ..javascript(FILE) });
    assert_eq!(rules(&answer)[..2], ["same-operand", "nan-comparison"]);
    let answer = review(&Request { question: "What happens if an exception is thrown?", ..javascript(FILE) });
    assert_eq!(rules(&answer)[0], "async-for-each");
}

#[test]
fn a_request_for_an_explanation_gets_a_description() {
    for (selection, described) in [
        ((2, 8), "In the function `total`, 1 loop and 1 branch begin in lines 2 to 8.\n\n"),
        ((2, 2), "Line 2 is inside the function `total`.\n\n"),
        ((6, 6), "In the function `total`, 1 branch begins in line 6.\n\n"),
        (
            (1, 18),
            "1 loop and 2 branches begin in lines 1 to 18. The function `total` is defined here. A function can be left \
             in 2 places.\n\n",
        ),
        ((18, 18), "None of the "),
    ] {
        let answer = review(&Request {
            selection: Some(selection),
            question: "Can you explain what this does?",
            ..javascript(FILE)
        });
        assert!(said(&answer).starts_with(described), "{}", said(&answer));
    }
}

#[test]
fn a_question_that_forbids_changes_gets_no_patch() {
    let answer = review(&Request { question: "Explain this without changing it.", ..javascript(FILE) });
    assert!(answer.patch.is_none() && answer.suggested_code.is_none());
    assert_eq!(rules(&answer).len(), 3);
}

#[test]
fn an_answer_without_findings_is_one_sentence() {
    let file = "package tiny\n\nfunc One() int {\n\treturn 1\n}\n";
    let answer = review(&whole(Language::Go, file));
    let count = offline_reviewer::rules(Language::Go).len();
    assert_eq!(
        said(&answer),
        format!("None of the {count} rules for Go matches lines 1 to 5; the rules know only common mistakes.")
    );
    assert_eq!(answer.confidence, Confidence::Low);
    assert!(answer.patch.is_none());
}

#[test]
fn a_language_without_rules_is_named() {
    for (language, sentence) in [
        ("Kotlin", "This reviewer has no rules for Kotlin."),
        ("", "This reviewer has no rules for this kind of file."),
        ("**<b>x`", "This reviewer has no rules for bx."),
    ] {
        let request = Request { language, lines: vec!["val a = 1"], first_line: 1, ..Request::default() };
        assert_eq!(said(&review(&request)), sentence);
    }
}

#[test]
fn code_that_does_not_parse_has_no_findings() {
    let file = "run(; }\n} else ) {\nif (mode = 1) { stop(); }\n";
    let answer = review(&Request { selection: Some((1, 2)), ..javascript(file) });
    assert_eq!(said(&answer), "The rules for JavaScript find nothing in what the parser can read of lines 1 to 2.");
}

#[test]
fn the_finding_of_a_key_does_not_repeat_the_key() {
    // Concatenated, so that no scanner of repositories reports it as a key.
    let key = ["AKIA", "Q7T2M9ZL4XW8R3VB"].concat();
    let file = format!("function open(mode) {{\n  if (mode = 1) {{ connect('{key}'); }}\n}}\n");
    let answer = review(&javascript(&file));
    assert_eq!(rules(&answer), ["assignment-in-condition", "hard-coded-secret"]);
    assert!(answer.patch.is_none(), "the patch would quote the key");
    assert!(!answer.explanation.contains(&key));
    let kotlin = review(&Request { language: "Kotlin", ..javascript(&file) });
    assert_eq!(rules(&kotlin), ["hard-coded-secret"]);
}

#[test]
fn a_patch_that_seems_to_repeat_a_neighbouring_line_is_withheld() {
    let file = "if (a === 1) start();\nif (a = 1) start();\nstop();\n";
    let answer = review(&javascript(file));
    assert_eq!(rules(&answer), ["assignment-in-condition"]);
    assert!(answer.patch.is_none());
}

#[test]
fn line_ends_and_the_byte_order_mark_are_unchanged() {
    let file = "\u{feff}assert (a == 1,\r\n  'größer')\r\nb = 2\r\n";
    let answer = review(&whole(Language::Python, file));
    let patch = answer.patch.expect("a patch");
    assert_eq!((patch.start_line, patch.end_line), (1, 2));
    assert_eq!(patched(file, &patch), "\u{feff}assert a == 1, 'größer'\r\nb = 2\r\n");
}

#[test]
fn text_before_the_finding_may_have_any_characters() {
    let file = "s = \"größer 🦀\"; t = 1 if \"é\" == None else 2\n";
    let answer = review(&whole(Language::Python, file));
    let fixed = patched(file, answer.patch.as_ref().expect("a patch"));
    assert_eq!(fixed, file.replace("== None", "is None"));
}
