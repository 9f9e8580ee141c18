//! Secrets in the code, input that becomes a command, and protections that are switched off.

use crate::language::Language::{CSharp, Go, Java, JavaScript, Kotlin, Php, Python, Ruby, Shell, TypeScript};
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

/// The rule whose lines are never quoted.
pub(crate) const HARD_CODED_SECRET: &str = "hard-coded-secret";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: HARD_CODED_SECRET,
        languages: Languages::Any,
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "This line holds what looks like a password, key or token. Everyone who can read the code has it, and it \
              stays in the history after it is deleted: revoke it, and read the new one from the environment or a \
              secret store. The reviewer does not repeat it here.",
        find: Find::Line(hard_coded_secret),
    },
    Rule {
        id: "query-from-strings",
        languages: Languages::Code,
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "An SQL statement is put together from pieces of text. Whoever controls a piece can change the statement \
              (SQL injection); pass the values as parameters of a prepared statement instead.",
        find: Find::Line(query_from_strings),
    },
    Rule {
        id: "command-from-strings",
        languages: Languages::Only(&[JavaScript, TypeScript, Python, Java, Kotlin, Php, Ruby]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::Medium,
        why: "A shell command is put together from pieces of text. A `;` or `$( )` in one of them runs another command; \
              pass the program and its arguments as a list, without a shell.",
        find: Find::Line(command_from_strings),
    },
    Rule {
        id: "certificate-check-off",
        languages: Languages::Only(&[JavaScript, TypeScript, Python, Go]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "This switches the check of the server's certificate off, so anyone on the network path can pose as the \
              server and read or change everything. Leave the check on and trust the right authority.",
        find: Find::Line(certificate_check_off),
    },
    Rule {
        id: "eval-used",
        languages: Languages::Only(&[JavaScript, TypeScript, Python, Php, Ruby, Shell]),
        topic: Topic::Security,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`eval` runs text as code. If any part of the text comes from outside, so does the code; parse the data, or \
              look the operation up in a table.",
        find: Find::Line(eval_used),
    },
    Rule {
        id: "weak-hash",
        languages: Languages::Only(&[JavaScript, TypeScript, Python, Java, Kotlin, Go, Php, Ruby, CSharp]),
        topic: Topic::Security,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "MD5 and SHA-1 no longer resist forgery, and are far too fast for passwords. Use SHA-256 for checksums that \
              matter, and bcrypt or Argon2 for passwords.",
        find: Find::Line(weak_hash),
    },
    Rule {
        id: "guessable-secret",
        languages: Languages::Only(&[JavaScript, TypeScript, Python, Php]),
        topic: Topic::Security,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "A secret is drawn from an ordinary random generator, whose future can be computed from its past. Use the \
              cryptographic one of the language.",
        find: Find::Line(guessable_secret),
    },
];

/// How surely a name stands for something secret. A token may also be a piece of text in a parser.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    Sure,
    Perhaps,
}

/// Whether a name, cut at case changes and underscores, ends in a word for something secret.
fn names_secret(name: &str) -> Option<Secret> {
    let mut plain = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            plain.push('_');
        }
        after_lower = c.is_lowercase() || c.is_ascii_digit();
        plain.extend(c.to_lowercase());
    }
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    if plain == "token" || plain.ends_with("_token") {
        return Some(Secret::Perhaps);
    }
    let words = [
        "password",
        "passwd",
        "pwd",
        "secret",
        "api_key",
        "apikey",
        "private_key",
        "access_key",
        "secret_key",
        "auth_key",
        "encryption_key",
        "signing_key",
        "client_secret",
    ];
    let ends = |secret: &str| plain == secret || plain.ends_with(&format!("_{secret}"));
    words.iter().any(|secret| ends(secret)).then_some(Secret::Sure)
}

fn hard_coded_secret(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let known_form = line.tokens.iter().any(|token| {
        token.kind == Kind::Text && {
            let text = token.text.trim_matches(['"', '\'', '`']);
            text.contains("-----BEGIN ") && text.contains("PRIVATE KEY")
                || is_prefixed_key(text, "AKIA", 16)
                || is_prefixed_key(text, "ghp_", 30)
                || is_prefixed_key(text, "sk_live_", 16)
                || is_prefixed_key(text, "xoxb-", 20)
        }
    });
    let assigned = (1..line.tokens.len()).any(|at| is_secret_assignment(line, at));
    (known_form || assigned).then(|| Hit::at(index))
}

fn is_prefixed_key(text: &str, prefix: &str, length: usize) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() >= length && rest.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)))
}

/// Whether the text at `at` is assigned to a name for a secret.
fn is_secret_assignment(line: &Line<'_>, at: usize) -> bool {
    let sign = matches!(line.token(at), "=" | ":=" | ":" | "=>" | "==" | "===");
    if !sign || !line.is_text(at + 1) || line.touches_previous(at + 2) && line.is_word(at + 2) {
        return false;
    }
    let text = line.token(at + 1);
    let value = text
        .trim_start_matches(|c: char| c.is_ascii_alphabetic() && text.contains(['"', '\'']))
        .trim_matches(['"', '\'', '`']);
    let dynamic = value.starts_with('$') || value.contains("${") || value.contains("$(");
    let random = value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit());
    let filled =
        value.len() >= 6 && !value.starts_with(['#', '/']) && !value.contains([' ', '<', '{', '%']) && !dynamic;
    let placeholder = ["example", "changeme", "placeholder", "your", "xxxx", "****"]
        .iter()
        .any(|word| value.to_lowercase().contains(word));
    let named = line.tokens[..at].iter().rev().take(4).find_map(|token| {
        let name = token.text.trim_matches(['"', '\'']);
        let names = matches!(token.kind, Kind::Word | Kind::Text);
        names.then(|| names_secret(name)).flatten()
    });
    let likely = named == Some(Secret::Sure) || named == Some(Secret::Perhaps) && random;
    filled && !placeholder && names_secret(value).is_none() && likely
}

fn query_from_strings(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.tokens.iter().enumerate().any(|(at, token)| {
        if token.kind != Kind::Text || !is_statement(token.text) {
            return false;
        }
        let text = token.text;
        let next = line.token(at + 1);
        match source.language {
            JavaScript | TypeScript => next == "+" || text.ends_with("${"),
            Python => {
                let formatted = text.starts_with(['f', 'F']) && text.contains('{');
                let percent = next == "%" && line.token(at + 2) != ",";
                formatted || next == "+" || percent || line.is_at(at + 1, ". format (")
            }
            Php => {
                let embedded = text.starts_with('"') && text.contains('$');
                next == "." || embedded
            }
            Ruby => text.starts_with('"') && text.contains("#{"),
            Kotlin => next == "+" || text.contains('$'),
            CSharp => next == "+" || text.starts_with('$') && text.contains('{'),
            Go => next == "+" || line.has("fmt . Sprintf (") && text.contains('%'),
            Shell => false,
            _ => next == "+",
        }
    });
    found.then(|| Hit::at(index))
}

fn is_statement(text: &str) -> bool {
    let body = text
        .trim_start_matches(['$', '@', 'f', 'F', 'r'])
        .trim_start_matches(['"', '\'', '`'])
        .trim_start()
        .to_uppercase();
    let has = |word: &str| body.contains(word);
    body.starts_with("SELECT ") && has(" FROM ")
        || body.starts_with("INSERT INTO ")
        || body.starts_with("UPDATE ") && has(" SET ")
        || body.starts_with("DELETE FROM ")
}

fn command_from_strings(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let calls: &[&str] = match source.language {
        JavaScript | TypeScript => &["exec (", "execSync ("],
        Python => &[
            "os . system (",
            "os . popen (",
            "subprocess . run (",
            "subprocess . call (",
            "subprocess . check_output (",
            "subprocess . Popen (",
        ],
        Php => &["exec (", "shell_exec (", "system (", "passthru ("],
        Ruby => &["system ("],
        _ => &["exec ("],
    };
    let call = calls.iter().find_map(|call| Some((call, line.find(call).next()?)))?;
    let open = call.1 + call.0.split(' ').count() - 1;
    let method = open > 1 && line.token(open - 2) == "." && call.0.split(' ').count() == 2;
    if method && matches!(source.language, JavaScript | TypeScript | Php) {
        let owner = line.token(open.checked_sub(3)?);
        if !matches!(owner, "child_process" | "cp") {
            return None;
        }
    }
    let argument = line.arguments(open)?.into_iter().next()?;
    let text = line.token(argument.start);
    let joined = match source.language {
        Python => {
            let shell = line.has("shell = True") || call.0.starts_with("os");
            let built = text.starts_with(['f', 'F']) && text.contains('{')
                || matches!(line.token(argument.start + 1), "+" | "%");
            shell && built
        }
        Php => text.contains('$') && text.len() > 1 && line.is_text(argument.start),
        Ruby => text.contains("#{"),
        Kotlin => text.contains('$') || line.token(argument.start + 1) == "+",
        Java => line.token(argument.start + 1) == "+",
        _ => text.ends_with("${") || line.token(argument.start + 1) == "+",
    };
    let joined = joined || source.language == Php && line.token(argument.start + 1) == ".";
    (line.is_text(argument.start) && joined).then(|| Hit::at(index))
}

fn certificate_check_off(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let (pattern, value) = match source.language {
        Python => ("verify = False", "True"),
        Go => ("InsecureSkipVerify : true", "false"),
        _ => ("rejectUnauthorized : false", "true"),
    };
    let at = line.find(pattern).next()?;
    Some(Hit::at(index).becomes(line.replaced(at + 2..at + 3, value)))
}

fn eval_used(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    if source.language == Shell {
        return line.begins("eval").then(|| Hit::at(index));
    }
    let own = |at: &usize| {
        let before = at.checked_sub(1).map_or("", |before| line.token(before));
        !matches!(before, "." | "->" | "::" | "def" | "function" | "fn")
    };
    let python = source.language == Python && line.find("exec (").any(|at| own(&at));
    let fixed = |at: usize| line.is_text(at + 2) && line.token(at + 3) == ")";
    let evaluates = line.find("eval (").filter(own).any(|at| !fixed(at));
    (python || evaluates).then(|| Hit::at(index))
}

fn weak_hash(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let names_weak = |at: usize| {
        let text = line.token(at).trim_matches(['"', '\'']).to_lowercase();
        matches!(text.as_str(), "md5" | "sha1" | "sha-1")
    };
    let argument = |pattern: &str| {
        let length = pattern.split(' ').count();
        line.find(pattern).any(|at| names_weak(at + length))
    };
    let found = match source.language {
        JavaScript | TypeScript => argument("createHash ("),
        Python => line.has("hashlib . md5 (") || line.has("hashlib . sha1 ("),
        Java | Kotlin => argument("MessageDigest . getInstance ("),
        Go => ["md5 . Sum", "md5 . New", "sha1 . Sum", "sha1 . New"].iter().any(|call| line.has(call)),
        Php => line
            .tokens
            .iter()
            .enumerate()
            .any(|(at, token)| matches!(token.text, "md5" | "sha1") && line.token(at + 1) == "("),
        Ruby => line.has("Digest :: MD5") || line.has("Digest :: SHA1"),
        _ => line.has("MD5 . Create (") || line.has("SHA1 . Create ("),
    };
    found.then(|| Hit::at(index))
}

fn guessable_secret(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let draws: &[&str] = match source.language {
        JavaScript | TypeScript => &["Math . random ("],
        Python => &["random . randint (", "random . choice (", "random . random ("],
        _ => &["rand (", "mt_rand ("],
    };
    let random = draws.iter().any(|call| line.has(call));
    let secret = line.tokens.iter().any(|token| token.is_word() && names_secret(token.text).is_some());
    (random && secret).then(|| Hit::at(index))
}
