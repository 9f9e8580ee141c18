//! Tests of the parser of conditions.

use proptest::prelude::*;

use super::*;
use crate::design::{Limit, Unit};
use crate::source::Sources;

fn parse(text: &str) -> Parsed<Expression> {
    let at = Sources::default().add("limits.toml", "");
    let limit =
        Limit { name: "slots".to_owned(), value: 500, unit: Unit::Count, doc: String::new(), package: None, at };
    super::parse(text, &Limits { all: vec![limit], ..Limits::default() })
}

fn compare(field: &str, comparison: Comparison, operand: Operand) -> Expression {
    Expression::Compare { field: field.to_owned(), comparison, operand }
}

fn argument(name: &str) -> Operand {
    Operand::Argument(name.to_owned())
}

fn refused(text: &str) -> String {
    match parse(text) {
        Ok(expression) => format!("{expression:?}"),
        Err((offset, message)) => format!("{offset}: {}", message.unwrap_or_default()),
    }
}

#[test]
fn and_binds_closer_than_or() {
    let hits = Expression::Missing("hits".to_owned());
    let started = compare("started_at", Comparison::Greater, argument("window"));
    let under = compare("hits", Comparison::Less, Operand::Literal(Literal::Number(-7)));
    assert_eq!(
        parse("hits missing or started_at > :window and hits < -7"),
        Ok(Expression::Or(vec![hits.clone(), Expression::And(vec![started.clone(), under.clone()])]))
    );
    assert_eq!(
        parse("(hits missing or started_at > :window) and hits<-7"),
        Ok(Expression::And(vec![Expression::Or(vec![hits, started]), under]))
    );
}

#[test]
fn every_comparison_is_parsed_with_and_without_spaces() {
    for sign in ["=", "<>", "<", "<=", ">", ">="] {
        let spaced = parse(&format!("a {sign} 'x y'"));
        let Ok(Expression::Compare { comparison, operand, .. }) = &spaced else { panic!("{sign}: {spaced:?}") };
        assert_eq!(comparison.sign(), sign);
        assert_eq!(*operand, Operand::Literal(Literal::Text("x y".to_owned())));
        assert_eq!(parse(&format!("a{sign}'x y'")), spaced);
    }
}

#[test]
fn functions_and_lists_are_parsed_as_tests_of_their_field() {
    let text = |text: &str| Operand::Literal(Literal::Text(text.to_owned()));
    let tags = || "tags".to_owned();
    assert_eq!(parse("contains(tags, 'x')"), Ok(Expression::Contains { field: tags(), operand: text("x") }));
    let small =
        Expression::Size { field: tags(), comparison: Comparison::Less, operand: Operand::Literal(Literal::Number(9)) };
    assert_eq!(parse("size(tags)<9"), Ok(small.clone()));
    let of_two = Expression::In { field: "state".to_owned(), operands: vec![text("a"), argument("b")] };
    assert_eq!(parse("state in ('a', :b)"), Ok(of_two.clone()));
    assert_eq!(parse("state in('a',:b) and size (tags) < 9"), Ok(Expression::And(vec![of_two, small])));
    assert_eq!(
        parse("contains(tags, :t?)"),
        Ok(Expression::Contains { field: tags(), operand: Operand::OptionalArgument("t".to_owned()) })
    );
    // A field may have the name of a function.
    assert_eq!(parse("size missing"), Ok(Expression::Missing("size".to_owned())));
    assert_eq!(refused("has(tags, 'x')"), "0: unknown function `has`; the functions are `contains` and `size`");
    assert_eq!(refused("contains(tags)"), "13: unexpected `)`; write `,`");
    assert_eq!(refused("contains(tags, 'x'"), "18: the condition is incomplete; add `)`");
    assert_eq!(refused("size(tags)"), "10: the condition is incomplete; add a comparison");
    assert_eq!(refused("size(tags) in (1)"), "11: unknown comparison `in`; use =, <>, <, <=, >, >=");
    assert_eq!(refused("state in 'a'"), "9: unexpected `'a'`; write `(`");
    assert_eq!(refused("state in ()"), "10: `)` is not a value; write `:argument`, `@limit`, a number or a 'text'");
}

#[test]
fn syntax_errors_are_reported_with_their_offset() {
    assert_eq!(refused(""), "0: the condition is incomplete; add a field");
    assert_eq!(refused("a"), "1: the condition is incomplete; add a comparison");
    assert_eq!(refused("a ="), "3: the condition is incomplete; add a value");
    assert_eq!(refused("a = b"), "4: `b` is not a value; write `:argument`, `@limit`, a number or a 'text'");
    assert_eq!(refused("a = :?"), "4: `:?` is not a value; write `:argument`, `@limit`, a number or a 'text'");
    assert_eq!(refused("a = 'x'?"), "7: unexpected `?` in a condition");
    assert_eq!(refused("a = :"), "4: `:` is not a value; write `:argument`, `@limit`, a number or a 'text'");
    assert_eq!(refused("a == 1"), "2: unknown comparison `==`; write `=`");
    assert_eq!(refused("a = 1 && b = 2"), "6: unknown operator `&&`; write `and`");
    assert_eq!(refused("a = 1 || b = 2"), "6: unknown operator `||`; write `or`");
    assert_eq!(refused("a 'x"), "2: a text literal has no closing `'`");
    assert_eq!(refused("a = 1 b = 2"), "6: unexpected `b` after a condition; join conditions with `and` or `or`");
    assert_eq!(refused("(a = 1"), "6: the condition is incomplete; add `)`");
    assert_eq!(refused("a != 1"), "2: unknown comparison `!=`; write `<>`");
    assert_eq!(refused("a ! 1"), "2: unexpected `!` in a condition");
    assert_eq!(refused(") = 1"), "0: unexpected `)`; write a field");
}

#[test]
fn a_limit_may_have_a_sum_or_a_difference() {
    let compared = |number| Ok(compare("a", Comparison::Less, Operand::Literal(Literal::Number(number))));
    assert_eq!(parse("a < @slots"), compared(500));
    assert_eq!(parse("a < @slots - 2"), compared(498));
    assert_eq!(parse("a<@slots+1"), compared(501));
    assert_eq!(refused("a < @slot"), "4: unknown limit `@slot`; did you mean \"slots\"?");
    assert_eq!(refused("a < @slots - b"), "13: unexpected `b`; write a number");
    assert_eq!(refused("a < @slots -"), "12: the condition is incomplete; add a number");
    assert_eq!(refused("a < 500 - 2"), "8: unexpected `-` after a condition; join conditions with `and` or `or`");
}

#[test]
fn nesting_of_parentheses_is_limited() {
    let nested = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
    assert!(parse(&nested(100_000)).is_err());
    // Adjacent groups do not count as nested.
    assert!(parse(&vec!["(a = 1)"; 50].join(" and ")).is_ok());
}

#[test]
fn conditions_are_evaluated_for_an_absent_item() {
    let holds = |text: &str| parse(text).expect("a condition").holds_without_item();
    assert!(holds("a missing or a < 3"));
    assert!(holds("a <> 'x'"));
    assert!(!holds("a < 3"));
    assert!(!holds("a missing and b = 1"));
    assert!(!holds("a present"));
}

/// Sequences of valid tokens, which are closer to a condition than random characters.
fn almost_valid_condition() -> impl Strategy<Value = String> {
    let words = [
        "a", "hits", ":x", ":", "@slots", "@", "+", "7", "-", "'t'", "'", "=", "<", ">", "<>", "(", ")", "é", "and",
        "or",
    ];
    let rest = ["in", "size", "contains", ",", "?", "missing", "present", " ", "  "];
    let piece = prop::sample::select([words.as_slice(), rest.as_slice()].concat());
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.join(""))
}

proptest! {
    #[test]
    fn parsing_never_panics_and_error_offsets_are_in_the_text(text in any::<String>()) {
        if let Err((offset, _)) = parse(&text) {
            prop_assert!(text.is_char_boundary(offset));
        }
    }

    #[test]
    fn parsing_never_panics_on_almost_valid_conditions(text in almost_valid_condition()) {
        if let Err((offset, _)) = parse(&text) {
            prop_assert!(text.is_char_boundary(offset));
        }
    }
}
