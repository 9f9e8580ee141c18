//! The documents of the generator: they give files, always the same, or problems with their places.

use codegen::{Documents, Emitted, LIMITS, LOCK, PATTERNS, TABLE, compile};

use crate::target::{Fields, Target, joined};

pub(super) const TARGET: Target = Target {
    name: "documents",
    holds: "documents give files or problems; a problem names a document and a line that it has; the same documents \
            give the same files, and the lock of these files accepts the documents that it was made of",
    max_bytes: 12_288,
    short_run: 20,
    words: &[
        "\"",
        "\"\"\"",
        "=",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "#",
        "\n",
        "```toml pattern=AP-01\n",
        "```\n",
        "## AP-03 ",
        "name = ",
        "operation = ",
        "\"get\"",
        "\"put\"",
        "\"update\"",
        "\"query\"",
        "\"transact\"",
        "\"scan\"",
        "entity = ",
        "\"note\"",
        "type = ",
        "\"text\"",
        "\"count\"",
        "optional = true",
        "require = ",
        "{author}",
        "#{note_id:03}",
        "@limit",
        "[fields.",
        "[index.GSI1]",
        "pk = ",
        "sk = ",
        "callers = ",
        "cost = ",
        "and",
        "or",
        "not",
        "(",
        ")",
        "size(",
        "add = ",
        "remove = ",
        "\u{e9}",
        "\r\n",
    ],
    seeds,
    run: |input| check(input, compile),
    planted: |input| {
        check(input, |documents| {
            compile(documents).map_err(|problems| vec![problems.concat().replace(":1", ":9000001")])
        });
    },
};

/// The entity of the documents.
const ENTITY: &str = "schema/note.toml";
const PATHS: [&str; 5] = [TABLE, ENTITY, PATTERNS, LIMITS, LOCK];

fn seeds() -> Vec<Vec<u8>> {
    let cases = codegen::corpus::cases(&codegen::corpus::folder()).expect("the corpus is in the repository");
    let small = cases.iter().filter(|case| {
        let is_good = case.name.starts_with("good/") && case.name != "good/library";
        is_good || case.name.starts_with("locked/") || case.name.len() % 5 == 0
    });
    let seed = |documents: &Documents| joined(&PATHS.map(|path| documents.get(path).unwrap_or_default().as_bytes()));
    small.map(|case| seed(&case.documents)).filter(|seed| seed.len() < TARGET.max_bytes).collect()
}

type Compile = fn(&Documents) -> Result<Vec<Emitted>, Vec<String>>;

fn check(input: &[u8], compile: Compile) {
    let mut fields = Fields::of(input);
    let mut documents = Documents::default();
    for path in PATHS {
        let text = fields.text();
        let is_optional = matches!(path, LIMITS | LOCK);
        if !(is_optional && text.is_empty()) {
            documents.insert(path, text);
        }
    }
    match compile(&documents) {
        Ok(files) => {
            assert!(!files.is_empty());
            assert!(files.iter().all(|file| !file.path.starts_with(['/', '.']) && !file.path.contains("..")));
            let pairs =
                |files: &[Emitted]| files.iter().map(|file| (file.path.clone(), file.text.clone())).collect::<Vec<_>>();
            // For a part of the inputs, because most of the time is spent here.
            if !input.len().is_multiple_of(4) {
                return;
            }
            let again = compile(&documents).expect("the same documents are valid again");
            assert_eq!(pairs(&again), pairs(&files), "the same documents give the same files");
            if let Some(lock) = files.iter().find(|file| file.path == LOCK) {
                documents.insert(LOCK, lock.text.clone());
                let locked = compile(&documents).map(|files| pairs(&files));
                assert_eq!(locked, Ok(pairs(&files)), "the lock accepts its own documents and stays the same");
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a problem");
            for problem in &problems {
                has_a_place(problem, &documents);
            }
        }
    }
}

/// Whether each line of a problem begins with a place that exists: `path:line:column: `.
fn has_a_place(problem: &str, documents: &Documents) {
    assert!(problem.ends_with('\n'));
    for line in problem.lines() {
        let mut parts = line.trim_start().splitn(4, ':');
        let path = parts.next().unwrap_or_default();
        let number: Option<usize> = parts.next().and_then(|number| number.parse().ok());
        let column: Option<usize> = parts.next().and_then(|number| number.parse().ok());
        let lines = documents.get(path).unwrap_or_default().split('\n').count();
        assert!(number.is_some_and(|number| (1..=lines).contains(&number)), "{line:?} names a line of {lines}");
        assert!(column.is_some_and(|column| column >= 1), "{line:?} names a column");
    }
}
