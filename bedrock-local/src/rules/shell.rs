//! Shell scripts: errors that go unnoticed, and commands that do not do what they seem to.

use crate::language::Language::Shell;
use crate::source::{Line, Source};

use super::{Confidence, Find, Fix, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-set-e",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "Without `set -e` the script goes on after a command has failed, and without `-u` a misspelt variable is \
              empty. Both make a small error into a large one.",
        find: Find::File(missing_set_e),
    },
    Rule {
        id: "unchecked-cd",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "If this `cd` fails, everything after it runs in the wrong directory.",
        find: Find::File(unchecked_cd),
    },
    Rule {
        id: "piped-into-shell",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "This runs whatever the server sends, unseen, and half of it if the connection breaks. Download it, check its \
              checksum, then run it.",
        find: Find::Line(piped_into_shell),
    },
    Rule {
        id: "world-writable",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "Mode 777 lets every user of the machine change these files, and so what the next one runs. Give the owner the \
              right to write, and others only what they need.",
        find: Find::Line(world_writable),
    },
    Rule {
        id: "read-without-r",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "Without `-r` the backslashes in the input disappear.",
        find: Find::Line(read_without_r),
    },
    Rule {
        id: "listed-by-ls",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The output of `ls` is split at spaces, so a name with a space becomes two. A pattern such as `*` gives whole \
              names.",
        find: Find::Line(listed_by_ls),
    },
    Rule {
        id: "double-equals-in-test",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`[` knows `=`; `==` is an addition of some shells and an error in others.",
        find: Find::Line(double_equals),
    },
    Rule {
        id: "needless-cat",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Performance,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "The next command can read the file itself, without a process that only copies it.",
        find: Find::Line(needless_cat),
    },
    Rule {
        id: "which-command",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`which` is not installed everywhere and reports failure in different ways. `command -v` is part of the shell.",
        find: Find::Line(which_command),
    },
];

fn missing_set_e(source: &Source<'_>) -> Vec<Hit> {
    let Some(first) = source.lines.first().filter(|line| line.number == 1) else {
        return Vec::new();
    };
    let interpreter = first.text.trim_end();
    let bash = interpreter.ends_with("bash");
    let shell = interpreter.starts_with("#!") && (bash || interpreter.ends_with("/sh") || interpreter.ends_with(" sh"));
    if !shell || !source.whole || sets_e(source) {
        return Vec::new();
    }
    let options = if bash { "set -euo pipefail" } else { "set -eu" };
    let lines = vec![first.text.to_owned(), options.to_owned()];
    vec![Hit::at(0).fix(Fix::lines(0, 0, lines))]
}

fn sets_e(source: &Source<'_>) -> bool {
    source.lines.iter().any(|line| {
        let flags = line.tokens.iter().skip(1);
        line.first() == "set"
            && flags
                .into_iter()
                .any(|token| token.text == "errexit" || token.text.starts_with('-') && token.text.contains('e'))
    })
}

fn unchecked_cd(source: &Source<'_>) -> Vec<Hit> {
    if sets_e(source) {
        return Vec::new();
    }
    let lines = source.lines.iter().enumerate();
    let changes = lines.filter_map(|(index, line)| unchecked_cd_on(source, index, line));
    changes.collect()
}

fn unchecked_cd_on(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let plain = line.first() == "cd" && line.tokens.len() > 1;
    let joined = ["||", "&&", "|", ";"].iter().any(|sign| line.has(sign));
    let inside_subshell = source.depths[index] == 0 && line.has(")");
    let literal = matches!(line.token(1), "/" | "-" | "~" | "..") && line.tokens.len() == 2;
    if !plain || joined || inside_subshell || literal {
        return None;
    }
    // The comment stays behind the command.
    let last = line.tokens.last()?;
    let (command, rest) = line.text.split_at(last.end());
    let in_function = source.function_around(index).is_some();
    let way_out = if in_function { "return" } else { "exit" };
    let guarded = format!("{command} || {way_out} 1{rest}");
    Some(Hit::at(index).becomes(guarded))
}

fn piped_into_shell(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let download = line.has_word(&["curl", "wget"]);
    let shells = ["| sh", "| bash", "| sudo bash", "| sudo sh", "| zsh"];
    let runs = shells.iter().any(|shell| line.has(shell));
    (download && runs).then(|| Hit::at(index))
}

fn world_writable(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let modes = ["777", "0777", "a+rwx", "-R 777"];
    let at = line.find("chmod").next()?;
    let open = line.tokens[at..].iter().any(|token| modes.contains(&token.text));
    open.then(|| Hit::at(index))
}

fn read_without_r(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("read <word>").find(|at| {
        let before = at.checked_sub(1).map_or("", |before| line.token(before));
        matches!(before, "" | "while" | "|" | ";" | "do" | "=")
    })?;
    let flags = line.tokens[at + 1..].iter().take_while(|token| token.text.starts_with('-'));
    let raw = flags.into_iter().any(|token| token.text.contains('r'));
    (!raw).then(|| Hit::at(index).becomes(line.replaced(at..at + 1, "read -r")))
}

fn listed_by_ls(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("in $( ls").next().filter(|_| line.first() == "for")?;
    let hit = Hit::at(index);
    let everything = line.token(at + 3) == ")";
    Some(if everything { hit.becomes(line.replaced(at + 1..at + 4, "*")) } else { hit })
}

fn double_equals(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let open = line.find("[").next()?;
    let at = line.find("==").find(|at| *at > open)?;
    let closed = line.find("]").any(|close| close > at);
    let double = line.has("[[");
    (closed && !double).then(|| Hit::at(index).becomes(line.replaced(at..at + 1, "=")))
}

fn needless_cat(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let pipe = line.find("|").next()?;
    let one_file = line.first() == "cat" && pipe == 2 && !line.token(1).starts_with('-');
    one_file.then(|| Hit::at(index))
}

fn which_command(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("which <word>").find(|at| {
        let before = at.checked_sub(1).map_or("", |before| line.token(before));
        matches!(before, "" | "if" | "!" | "$(" | "&&" | ";" | "elif") && !line.token(at + 1).starts_with('-')
    })?;
    Some(Hit::at(index).becomes(line.replaced(at..at + 1, "command -v")))
}
