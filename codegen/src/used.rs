//! `codegen used`: compares the requests that tests recorded with the callers and policies in the documents.

use std::collections::BTreeSet;

use crate::design::Design;
use crate::emit::requests_of;
use crate::load::{Documents, load};

/// The recorded requests that the documents do not name, and those that they name but no test recorded: one message
/// each. A line of `recorded` is `auth asks AP-60` or `auth does UpdateItem on table in RATE#`. Lines about routes,
/// such as `POST /auth/login asks AP-60`, are not compared here.
#[must_use]
pub fn differences(documents: &Documents, recorded: &str) -> Vec<String> {
    let Some(design) = load(documents).design else {
        return vec!["the documents are invalid; run the generator to see the problems\n".to_owned()];
    };
    let about_functions = recorded.lines().filter(|line| !line.contains(" /"));
    let (recorded, said) = (about_functions.map(str::to_owned).collect(), documented(&design));
    let only = |left: &BTreeSet<String>, right: &BTreeSet<String>, words: &str| {
        left.difference(right).map(|line| format!("{line}: {words}\n")).collect::<Vec<_>>()
    };
    let unsaid = "recorded by the tests, but not in `callers` of access-patterns.md, so the policy does not allow it";
    let unseen = "in `callers` of access-patterns.md, but not recorded by the tests; remove the caller, or add a test";
    [only(&recorded, &said, unsaid), only(&said, &recorded, unseen)].concat()
}

fn documented(design: &Design) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for function in &design.table.functions {
        let own = design.patterns.iter().filter(|pattern| pattern.callers.contains(function));
        said.extend(own.map(|pattern| format!("{function} asks {}", pattern.id)));
        for (action, index, partition) in requests_of(design, function) {
            let kind = partition.split('#').next().unwrap_or_default();
            said.insert(format!("{function} does {action} on {} in {kind}#", index.as_deref().unwrap_or("table")));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimal() -> Documents {
        Documents::read(&crate::corpus::folder().join("good/minimal")).expect("the corpus can be read")
    }

    const MATCHING: &str = "\
web asks AP-01
GET /authors asks AP-01
web asks AP-02
web does PutItem on table in AUTHOR#
web does GetItem on table in AUTHOR#
";

    #[test]
    fn matching_requests_have_no_differences() {
        assert_eq!(differences(&minimal(), MATCHING), [""; 0]);
    }

    #[test]
    fn unnamed_and_unrecorded_requests_are_reported() {
        let recorded = MATCHING.replace("web asks AP-02\n", "web does Query on table in AUTHOR#\n");
        let [seen, said] = differences(&minimal(), &recorded).try_into().expect("two differences");
        assert!(seen.starts_with("web does Query on table in AUTHOR#: recorded by the tests"), "{seen}");
        assert!(said.starts_with("web asks AP-02: in `callers` of access-patterns.md"), "{said}");
    }
}
