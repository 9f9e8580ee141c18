//! Tests that compile a woven program and run it, once for each mutant.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::super::list::Mutant;
use super::{Id, Woven, weave};

const MODULE: &str = include_str!("../mutation.txt");

const PROGRAM: &str = r#"mod mutation;
#[derive(Clone, Default)]
struct Size { wide: u32, high: u32 }
fn area(size: &Size) -> u32 {
    size.wide * size.high + 1
}
fn word(number: u32) -> &'static str {
    match number {
        0 => "none",
        n if n > 9 => "many",
        _ => "some",
    }
}
fn main() {
    let high = 3;
    let size = Size { wide: 2, high, ..Size::default() };
    let mut sum = area(&size);
    sum += 10;
    let is_odd = !sum.is_multiple_of(2) && sum > 2;
    println!("é {sum} {is_odd} {} {}", word(0), word(10));
}
"#;

/// A mutant of the program, at the first place of this text.
fn mutant(genre: &str, at: &str, replacement: &str) -> Mutant {
    mutant_in(PROGRAM, genre, at, replacement)
}

fn mutant_in(source: &str, genre: &str, at: &str, replacement: &str) -> Mutant {
    let offset = source.find(at).expect("the program has the text");
    let before = &source[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    let start: Value = json!({ "line": line, "column": column });
    let listed = json!({
        "package": "program", "file": "main.rs", "name": format!("{genre} {at}"), "genre": genre,
        "replacement": replacement, "span": { "start": start },
    });
    serde_json::from_value(listed).expect("a mutant as cargo-mutants lists it")
}

fn numbered(mutants: &[Mutant]) -> Vec<(Id, &Mutant)> {
    mutants.iter().enumerate().map(|(index, mutant)| (index + 1, mutant)).collect()
}

/// What the woven program prints with each mutant, the first without one.
fn printed(woven: &Woven, mutants: usize) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("main.rs"), &woven.text).expect("written");
    fs::write(folder.path().join("mutation.rs"), MODULE).expect("written");
    let mut rustc = Command::new("rustc");
    let built = rustc.args(["--edition", "2024", "main.rs"]).current_dir(folder.path()).output().expect("rustc runs");
    assert!(built.status.success(), "{}\n{}", String::from_utf8_lossy(&built.stderr), woven.text);
    let run = |id: usize| {
        let run = Command::new(folder.path().join("main")).env("MUTANT", id.to_string()).output().expect("it runs");
        String::from_utf8_lossy(&run.stdout).trim_end().to_owned()
    };
    (0..=mutants).map(run).collect()
}

#[test]
fn each_mutant_changes_what_the_program_prints_and_none_leaves_it() {
    let mutants = [
        mutant("FnValue", "size.wide *", "0"),
        mutant("FnValue", "size.wide *", "1"),
        mutant("BinaryOperator", "* size.high", "+"),
        mutant("BinaryOperator", "+ 1", "-"),
        mutant("MatchArm", "0 => ", ""),
        mutant("MatchArmGuard", "n > 9", "true"),
        mutant("MatchArmGuard", "n > 9", "false"),
        mutant("BinaryOperator", "> 9", "<"),
        mutant("StructField", "wide: 2", ""),
        mutant("StructField", "high, ..", ""),
        mutant("BinaryOperator", "+= 10", "-="),
        mutant("UnaryOperator", "!sum", ""),
        mutant("BinaryOperator", "> 2;", "<"),
    ];
    let woven = weave(PROGRAM, &numbered(&mutants)).expect("the program parses");
    assert!(woven.unplaced.is_empty(), "{:?}", woven.unplaced);
    let expected = [
        "é 17 true none many",
        "é 10 false none many",
        "é 11 true none many",
        "é 16 false none many",
        "é 15 true none many",
        "é 17 true some many",
        "é 17 true none many",
        "é 17 true none some",
        "é 17 true none some",
        "é 11 true none many",
        "é 11 true none many",
        "", // 7 - 10 overflows, and the program panics.
        "é 17 false none many",
        "é 17 false none many",
    ];
    assert_eq!(printed(&woven, mutants.len()), expected);
}

#[test]
fn every_part_of_the_woven_text_belongs_to_its_mutant() {
    let mutants = [mutant("BinaryOperator", "+ 1", "-"), mutant("BinaryOperator", "* size.high", "+")];
    let woven = weave(PROGRAM, &numbered(&mutants)).expect("the program parses");
    for id in 1..=mutants.len() {
        let parts: Vec<_> = woven.parts.iter().filter(|(_, of)| *of == id).collect();
        assert!(!parts.is_empty());
        for (part, _) in parts {
            assert!(woven.text[part.clone()].contains(&format!("is_on({id})")), "{}", &woven.text[part.clone()]);
        }
    }
}

#[test]
fn a_mutant_at_another_place_is_reported() {
    let mutants = [mutant("BinaryOperator", "sum.is_multiple_of", "+")];
    let woven = weave(PROGRAM, &numbered(&mutants)).expect("the program parses");
    assert_eq!((woven.unplaced, woven.text.as_str()), (vec![1], PROGRAM));
}

#[test]
fn operands_in_a_chain_of_let_stay_as_they_are() {
    let text = "fn f(x: Option<u32>) -> bool { if let Some(y) = x && y > 1 { true } else { false } }\n";
    let mutants = [mutant_in(text, "BinaryOperator", "> 1", "<")];
    let woven = weave(text, &numbered(&mutants)).expect("the text parses");
    assert_eq!(
        woven.text,
        "fn f(x: Option<u32>) -> bool { if let Some(y) = x && (if crate::mutation::is_on(1) { y < 1 } \
         else { y > 1 }) { true } else { false } }\n"
    );
}
