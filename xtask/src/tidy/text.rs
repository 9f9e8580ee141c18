//! Rules for the text and the names of files.

use codegen::files::has_extension;

use crate::tidy::Findings;
use crate::tidy::rust::{lines_with, tokens};
use crate::tidy::tree::{GENERATED, Tree};

/// The first line of every Rust file describes its content.
#[must_use]
pub fn files_open_with_their_purpose(tree: &Tree) -> Findings {
    let silent = tree.rust().filter(|file| !file.text.starts_with("//! "));
    silent
        .map(|file| format!("{} does not open with a `//!` line; describe the content of the file there", file.path))
        .collect()
}

/// File names that fit any content, such as `utils`, are not allowed.
#[must_use]
pub fn file_names_are_specific(tree: &Tree) -> Findings {
    const VAGUE_NAMES: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];
    let is_vague = |path: &str| {
        let mut parts: Vec<&str> = path.split('/').collect();
        let last = parts.pop().map(|file| file.split('.').next().unwrap_or_default());
        parts.into_iter().chain(last).any(|part| VAGUE_NAMES.contains(&part))
    };
    let files = tree.files.iter().filter(|file| !file.is_testdata() && is_vague(&file.path));
    files.map(|file| format!("the name of {} fits any content; name it after its content", file.path)).collect()
}

/// No stubs, no debug output, and no ignored tests.
#[must_use]
pub fn no_stubs(tree: &Tree) -> Findings {
    const STUBS: [(&[&str], &str); 4] = [
        (&["#", "[", "ignore"], "`#[ignore]`: a test must run; repair it or delete it"),
        (&["todo", "!"], "`todo!`: leave it out, or return an error"),
        (&["unimplemented", "!"], "`unimplemented!`: leave it out, or return an error"),
        (&["dbg", "!"], "`dbg!`: it prints all values, including secrets; remove it"),
    ];
    let mut findings = Vec::new();
    for file in tree.rust() {
        match tokens(file) {
            Ok(tokens) => {
                for (stub, why) in STUBS {
                    findings
                        .extend(lines_with(&tokens, stub).into_iter().map(|line| format!("{}: {why}", file.at(line))));
                }
            }
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

/// The place of the only scan, which only maintenance uses.
const SCAN: &str = "table-runtime/src/scan.rs";
/// The embedded engine, which answers scans and sends none.
const ENGINE: &str = "cli/src/engine/";

/// There is only one scan: no other code sends one, and no Lambda function is allowed to. Tests may read a whole table.
#[must_use]
pub fn no_scan(tree: &Tree) -> Findings {
    // Split, so that this file does not match itself.
    let action = ["dynamodb:", "Scan"].concat();
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| !file.is_testdata() && !file.path.starts_with("tests/")) {
        // Documents and the registry name the action of the one pattern. They grant no permission.
        let is_policy = !has_extension(&file.path, "md") && !file.is_rust();
        for (i, _) in file.text.lines().enumerate().filter(|(_, line)| is_policy && line.contains(&action)) {
            findings.push(format!(
                "{}: `{action}`: no function scans, so none needs this permission; remove it",
                file.at(i + 1)
            ));
        }
        if file.is_rust() && file.path != SCAN && !file.path.starts_with(ENGINE) {
            // Other rules report files that are not Rust.
            for line in lines_with(&tokens(file).unwrap_or_default(), &[".", "scan", "("]) {
                findings.push(format!("{}: `.scan(`: only {SCAN} may scan; write an access pattern", file.at(line)));
            }
        }
    }
    findings
}

/// A path of one machine is wrong on every other machine.
#[must_use]
pub fn no_machine_paths(tree: &Tree) -> Findings {
    // Split, so that this file does not match itself.
    let mut places: Vec<String> = [["/ho", "me/"], ["/Us", "ers/"], ["/ro", "ot/"], ["C:\\", "Users"]]
        .iter()
        .map(|halves| halves.concat())
        .collect();
    let root = tree.root.as_ref().and_then(|root| root.to_str());
    // A root like `/w` would match everywhere.
    places.extend(root.filter(|root| root.len() > 4).map(str::to_owned));
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| !file.is_testdata()) {
        for (i, line) in file.text.lines().enumerate() {
            if let Some(place) = places.iter().find(|place| names_machine(line, place)) {
                findings.push(format!("{}: `{place}` is a path of one machine; use a relative path", file.at(i + 1)));
            }
        }
    }
    findings
}

/// Whether a path in the line begins with this place. In an image, `dynamodblocal` has a home folder on every machine.
fn names_machine(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(start, _)| {
        let is_inside = line[..start].ends_with(|c: char| c.is_alphanumeric() || "_-.$}\"*".contains(c));
        !is_inside && !line[start + place.len()..].starts_with("dynamodblocal")
    })
}

/// Reviews collapse generated files.
#[must_use]
pub fn generated_folders_are_marked(tree: &Tree) -> Findings {
    let attributes = tree.text(".gitattributes").unwrap_or_default();
    let is_marked = |folder: &&str| {
        attributes.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(&format!("/{folder}/**")) && words.any(|word| word == "linguist-generated")
        })
    };
    let unmarked = GENERATED.iter().filter(|folder| !is_marked(folder));
    unmarked.map(|folder| format!(".gitattributes needs a line `/{folder}/** linguist-generated`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_with_its_purpose() {
        let tree = Tree::of(&[
            ("a/src/good.rs", "//! Good.\n"),
            ("a/src/bad.rs", "use x;\n//! Late.\n"),
            ("a/src/empty.rs", "//!\n"),
            ("model/src/generated/x.rs", "fn x() {}\n"),
        ]);
        let findings = files_open_with_their_purpose(&tree);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].starts_with("a/src/bad.rs"));
    }

    #[test]
    fn a_vague_name_of_a_file_or_folder_is_found() {
        let paths =
            ["a/src/utils.rs", "a/tests/common/mod.rs", "a/helpers.tar.gz", "a/src/utilities.rs", "a/src/commonly.rs"];
        let tree = Tree::of(&paths.map(|path| (path, "")));
        assert_eq!(file_names_are_specific(&tree).len(), 3, "{:?}", file_names_are_specific(&tree));
    }

    #[test]
    fn stubs_are_found_in_code_and_not_in_text() {
        let code =
            "//! x\n#[ignore = \"slow\"]\nfn a() {\n    assert!(todo!());\n    dbg!(1);\n    unimplemented!()\n}\n";
        let findings = no_stubs(&Tree::of(&[("a/src/lib.rs", code)]));
        let lines: Vec<&str> = findings.iter().filter_map(|finding| finding.split(": ").next()).collect();
        assert_eq!(lines, ["a/src/lib.rs:2", "a/src/lib.rs:4", "a/src/lib.rs:6", "a/src/lib.rs:5"]);
        let words =
            "//! No `todo!` here.\nconst A: &str = \"#[ignore] dbg!(x)\";\nfn ignore(todo: bool) -> bool { !todo }\n";
        assert_eq!(no_stubs(&Tree::of(&[("a/src/lib.rs", words)])), [""; 0]);
    }

    #[test]
    fn a_scan_is_found_in_code_and_in_policies() {
        let policy = ["Action: dynamodb:", "Scan\n"].concat();
        let tree = Tree::of(&[
            ("infra/a.yaml", &policy),
            ("README.md", &policy),
            (SCAN, "//! x\nfn a() { client.scan() }\n"),
            ("a/src/lib.rs", "//! .scan(\nfn a() { client.scan (); query.scan_index_backward() }\n"),
        ]);
        let findings = no_scan(&tree);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(
            findings[0].starts_with("infra/a.yaml:1:") && findings[1].starts_with("a/src/lib.rs:2:"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_path_of_one_machine_is_found_in_any_file() {
        let (home, inner) = (["see /ho", "me/ada/x\n"].concat(), ["/api/ho", "me/x $root/ho", "me/y\n"].concat());
        let image = ["/ho", "me/dynamodblocal\n"].concat();
        let findings = no_machine_paths(&Tree::of(&[("notes.txt", &home), ("b.md", &inner), ("c.sh", &image)]));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with("notes.txt:1:"), "{findings:?}");
    }

    #[test]
    fn an_unmarked_folder_of_generated_files_is_found() {
        let marked = GENERATED.map(|folder| format!("/{folder}/**   text linguist-generated\n"));
        assert_eq!(generated_folders_are_marked(&Tree::of(&[(".gitattributes", &marked.concat())])), [""; 0]);
        let but_one = marked[1..].concat();
        assert_eq!(generated_folders_are_marked(&Tree::of(&[(".gitattributes", &but_one)])).len(), 1);
        assert_eq!(generated_folders_are_marked(&Tree::default()).len(), GENERATED.len());
    }
}
