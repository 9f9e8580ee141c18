//! SQL, read statement by statement.

use crate::language::Language::Sql;
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "change-without-where",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Correctness,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "This statement has no `WHERE`, so it changes or deletes every row of the table.",
        find: Find::File(change_without_where),
    },
    Rule {
        id: "null-equality",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "Nothing equals `NULL`, not even `NULL`, so this condition is never true. `IS NULL` asks the question.",
        find: Find::File(null_equality),
    },
    Rule {
        id: "not-in-subquery",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "If the subquery gives a single `NULL`, `NOT IN` is never true and the result is empty. `NOT EXISTS` does not \
              have that trap.",
        find: Find::File(not_in_subquery),
    },
    Rule {
        id: "select-star",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Performance,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`SELECT *` reads every column, also large ones and those added later, and keeps an index from answering \
              alone. Name the columns you use.",
        find: Find::File(select_star),
    },
    Rule {
        id: "insert-without-columns",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "Without a list of columns the values go in by position, and a new or moved column breaks the statement, or \
              worse, fills the wrong one.",
        find: Find::File(insert_without_columns),
    },
    Rule {
        id: "leading-wildcard",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Performance,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "A pattern that begins with `%` cannot use an ordinary index, so every row is read. Use a full-text or \
              trigram index if the search must be like this.",
        find: Find::Line(leading_wildcard),
    },
    Rule {
        id: "comma-join",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "Tables joined by a comma are multiplied, and a forgotten condition in `WHERE` multiplies them for real. \
              `JOIN … ON` keeps each condition with its table.",
        find: Find::File(comma_join),
    },
    Rule {
        id: "limit-without-order",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "Without `ORDER BY` the database may return any rows it likes, and others next time.",
        find: Find::File(limit_without_order),
    },
    Rule {
        id: "grant-all",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Security,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "This grants every right there is. Grant only those the role needs, so that a leaked password does less harm.",
        find: Find::File(grant_all),
    },
    Rule {
        id: "money-as-float",
        languages: Languages::Only(&[Sql]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "Binary fractions cannot hold most decimal amounts, so sums are off by cents. Use `DECIMAL` with a scale, or \
              whole cents.",
        find: Find::Line(money_as_float),
    },
];

/// How far behind `FROM` a comma may join tables.
const FARTHEST_COMMA: usize = 60;

/// One word or symbol of a statement: its upper-case text and where it stands.
struct Part {
    text: String,
    line: usize,
    token: usize,
}

type Statement = Vec<Part>;

fn statements(source: &Source<'_>) -> Vec<Statement> {
    let mut all = vec![Statement::new()];
    for (index, line) in source.lines.iter().enumerate() {
        for (at, token) in line.tokens.iter().enumerate() {
            if token.text == ";" {
                all.push(Statement::new());
                continue;
            }
            let text = match token.kind {
                Kind::Text => "'…'".to_owned(),
                _ => token.text.to_uppercase(),
            };
            let part = Part { text, line: index, token: at };
            if let Some(current) = all.last_mut() {
                current.push(part);
            }
        }
    }
    // The end of a part of a file may cut its last statement short.
    if !source.whole {
        all.pop();
    }
    all.retain(|statement| !statement.is_empty());
    all
}

fn has(statement: &Statement, word: &str) -> bool {
    statement.iter().any(|part| part.text == word)
}

/// Every place where these words follow each other.
fn places<'s>(statement: &'s Statement, words: &'s str) -> impl Iterator<Item = usize> + 's {
    (0..statement.len()).filter(move |at| {
        let mut parts = statement[*at..].iter();
        words.split(' ').all(|word| parts.next().is_some_and(|part| part.text == word))
    })
}

fn at_places(source: &Source<'_>, words: &str) -> Vec<Hit> {
    let statements = statements(source);
    let found = statements.iter().flat_map(|statement| places(statement, words).map(|at| statement[at].line));
    let mut lines: Vec<usize> = found.collect();
    lines.dedup();
    lines.into_iter().map(Hit::at).collect()
}

fn change_without_where(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for statement in statements(source) {
        let begins = statement.first().map_or("", |part| part.text.as_str());
        let second = statement.get(1).map_or("", |part| part.text.as_str());
        let changes = begins == "UPDATE" && has(&statement, "SET");
        let deletes = begins == "DELETE" && second == "FROM";
        if (changes || deletes) && !has(&statement, "WHERE") && !has(&statement, "LIMIT") {
            hits.push(Hit::at(statement[0].line).detail(format!("The statement is `{begins}`.")));
        }
    }
    hits
}

fn null_equality(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for statement in statements(source) {
        let mut condition = false;
        for (at, part) in statement.iter().enumerate() {
            match part.text.as_str() {
                "WHERE" | "ON" | "HAVING" | "WHEN" => condition = true,
                "SET" | "VALUES" | "SELECT" | "RETURNING" => condition = false,
                "=" | "<>" | "!=" if condition => {
                    let next = statement.get(at + 1).filter(|next| next.text == "NULL");
                    if let Some(next) = next.filter(|next| next.line == part.line) {
                        let line = &source.lines[part.line];
                        let asked = if part.text == "=" { "IS NULL" } else { "IS NOT NULL" };
                        let gap = if line.touches_previous(part.token) { " " } else { "" };
                        let mended = line.replaced(part.token..next.token + 1, &format!("{gap}{asked}"));
                        hits.push(Hit::at(part.line).becomes(mended));
                    }
                }
                _ => {}
            }
        }
    }
    hits.dedup_by_key(|hit| hit.line);
    hits
}

fn not_in_subquery(source: &Source<'_>) -> Vec<Hit> {
    at_places(source, "NOT IN ( SELECT")
}

fn select_star(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for statement in statements(source) {
        let in_exists = |at: usize| at >= 2 && statement[at - 2].text == "EXISTS";
        let stars = places(&statement, "SELECT *").filter(|at| !in_exists(*at));
        hits.extend(stars.map(|at| Hit::at(statement[at].line)));
    }
    hits
}

fn insert_without_columns(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for statement in statements(source) {
        let into = places(&statement, "INSERT INTO").next();
        let table_end = into.map(|at| {
            let dotted = statement.get(at + 3).is_some_and(|part| part.text == ".");
            at + if dotted { 5 } else { 3 }
        });
        let next = table_end.and_then(|end| statement.get(end));
        if next.is_some_and(|part| matches!(part.text.as_str(), "VALUES" | "SELECT")) {
            hits.push(Hit::at(statement[0].line));
        }
    }
    hits
}

fn leading_wildcard(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.tokens.windows(2).any(|pair| {
        let compares = pair[0].text.eq_ignore_ascii_case("like") || pair[0].text.eq_ignore_ascii_case("ilike");
        compares && pair[1].text.starts_with("'%") && pair[1].text.len() > 3
    });
    found.then(|| Hit::at(index))
}

fn comma_join(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for statement in statements(source) {
        if !has(&statement, "SELECT") {
            continue;
        }
        for at in places(&statement, "FROM") {
            let nearby = statement[at + 1..].iter().take(FARTHEST_COMMA);
            let names = nearby.take_while(|part| {
                !matches!(
                    part.text.as_str(),
                    "WHERE"
                        | "JOIN"
                        | "GROUP"
                        | "ORDER"
                        | "ON"
                        | ")"
                        | "("
                        | "LIMIT"
                        | "UNION"
                        | "LEFT"
                        | "INNER"
                        | "SET"
                        | "FOR"
                        | "LATERAL"
                )
            });
            if names.into_iter().any(|part| part.text == ",") {
                hits.push(Hit::at(statement[at].line));
            }
        }
    }
    hits
}

fn limit_without_order(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for statement in statements(source) {
        let selects = statement.first().is_some_and(|part| part.text == "SELECT");
        let one_row = places(&statement, "LIMIT 1").next().is_some();
        let limit = places(&statement, "LIMIT").last();
        if let Some(at) = limit.filter(|_| selects && !one_row && !has(&statement, "ORDER")) {
            hits.push(Hit::at(statement[at].line));
        }
    }
    hits
}

fn grant_all(source: &Source<'_>) -> Vec<Hit> {
    at_places(source, "GRANT ALL")
}

fn money_as_float(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let amounts = ["price", "amount", "total", "balance", "cost", "salary", "fee"];
    let found = line.tokens.windows(2).any(|pair| {
        let name = pair[0].text.to_lowercase();
        let money = amounts.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")));
        let float = ["float", "real", "double"].contains(&pair[1].text.to_lowercase().as_str());
        money && float && pair[1].is_word()
    });
    found.then(|| Hit::at(index))
}
