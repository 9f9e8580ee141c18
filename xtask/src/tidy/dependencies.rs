//! The allowed dependencies of each crate. `deny.toml` has the same rules for cargo-deny.

use crate::tidy::Findings;
use crate::tidy::rust::tokens;
use crate::tidy::tree::{File, Tree};

/// A library that only some crates may depend on.
struct Owned {
    dependency: &'static str,
    /// The crates, each with the folder in which its code may name the library.
    owners: &'static [(&'static str, &'static str)],
    instead: &'static str,
}

const OWNED: [Owned; 4] = [
    Owned {
        dependency: "aws-sdk-dynamodb",
        owners: &[("table-runtime", "table-runtime/")],
        instead: "call an access pattern of `model`",
    },
    Owned {
        dependency: "modyne",
        owners: &[("table-runtime", "table-runtime/"), ("model", "model/src/")],
        instead: "call an access pattern of `model`",
    },
    Owned {
        dependency: "serde_dynamo",
        owners: &[("table-runtime", "table-runtime/"), ("model", "model/src/")],
        instead: "call an access pattern of `model`",
    },
    Owned {
        dependency: "aws-sdk-bedrockruntime",
        owners: &[("bedrock", "bedrock/src/")],
        instead: "use it through `bedrock`",
    },
];

impl Owned {
    fn crates(&self) -> String {
        self.owners.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
    }

    fn places(&self) -> String {
        self.owners.iter().map(|(_, place)| *place).collect::<Vec<_>>().join(" or ")
    }
}

/// The dependencies of a `Cargo.toml`, of every kind and for every target, without those that a workspace only
/// declares.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let of_targets = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
    let mut names = Vec::new();
    for table in std::iter::once(manifest).chain(of_targets) {
        for dependencies in KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table()) {
            for (name, entry) in dependencies {
                // A dependency may be renamed.
                let package = entry.get("package").and_then(toml::Value::as_str);
                names.push(package.unwrap_or(name).to_owned());
            }
        }
    }
    names
}

/// Every `Cargo.toml` of a package: its file, its folder, the package's name and its dependencies.
fn packages(tree: &Tree) -> Vec<(&File, String, String, Vec<String>)> {
    let manifests = tree.files.iter().filter(|file| !file.is_testdata());
    let package = |file| {
        let file: &File = file;
        let folder = if file.path == "Cargo.toml" { "" } else { file.path.strip_suffix("/Cargo.toml")? };
        let manifest: toml::Table = file.text.parse().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
        Some((file, folder.to_owned(), name, dependencies(&manifest)))
    };
    manifests.filter_map(package).collect()
}

/// Only the owners of an SDK depend on it and on its companion libraries.
#[must_use]
pub fn only_its_owner_depends_on_an_sdk(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for (file, _, name, dependencies) in packages(tree) {
        for owned @ Owned { dependency, owners, instead } in &OWNED {
            let is_owner = owners.iter().any(|(owner, _)| name == *owner);
            if !is_owner && dependencies.iter().any(|known| known == dependency) {
                let (path, crates) = (&file.path, owned.crates());
                findings.push(format!("{path}: only {crates} may depend on {dependency}; `{name}` should {instead}"));
            }
        }
    }
    findings
}

/// Only the owner's code names an SDK, and only in its folder. The generator writes such code.
#[must_use]
pub fn only_its_owner_uses_an_sdk(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    let rust = tree.files.iter().filter(|file| file.is_rust() && !file.path.starts_with("codegen/"));
    for file in rust {
        // Other rules report files that are not Rust.
        for token in tokens(file).unwrap_or_default() {
            for owned @ Owned { dependency, owners, instead } in &OWNED {
                let is_in_place = owners.iter().any(|(_, place)| file.path.starts_with(place));
                if token.text == dependency.replace('-', "_") && !is_in_place {
                    let (at, places) = (file.at(token.line), owned.places());
                    findings.push(format!("{at}: `{}` belongs in {places}; {instead}", token.text));
                }
            }
        }
    }
    findings.dedup();
    findings
}

/// The dependencies of this crate that are not only for its tests. The error is a finding.
fn built_in(tree: &Tree, folder: &str) -> Result<Vec<String>, String> {
    let path = format!("{folder}/Cargo.toml");
    let manifest = tree.text(&path).and_then(|text| text.parse().ok());
    let mut manifest: toml::Table = manifest.ok_or_else(|| format!("{path} cannot be read"))?;
    manifest.remove("dev-dependencies");
    Ok(dependencies(&manifest))
}

/// The offline reviewer depends on no crate of the workspace, no runtime and no network, and only `bedrock-local`
/// depends on it.
#[must_use]
pub fn the_offline_reviewer_is_pure(tree: &Tree) -> Findings {
    const IMPURE: [&str; 4] = ["axum", "hyper", "reqwest", "tokio"];
    let packages = packages(tree);
    let ours: Vec<&String> = packages.iter().map(|(_, _, name, _)| name).collect();
    let mut findings = Vec::new();
    for (file, folder, name, dependencies) in &packages {
        let is_reviewer = folder == "offline-reviewer";
        let refused = |dependency: &&String| {
            if is_reviewer {
                IMPURE.contains(&dependency.as_str()) || ours.contains(dependency)
            } else {
                *dependency == "offline-reviewer" && name != "bedrock-local"
            }
        };
        findings.extend(dependencies.iter().filter(refused).map(|dependency| {
            let rule = if is_reviewer {
                "the reviewer must be a function of its input"
            } else {
                "use it through `bedrock-local`"
            };
            format!("{}: {name} depends on {dependency}; {rule}", file.path)
        }));
    }
    findings
}

/// The local endpoint is for the tests of `bedrock` and `handlers`, and never for deployed programs.
#[must_use]
pub fn no_lambda_contains_the_local_endpoint(tree: &Tree) -> Findings {
    let check = |folder: &str| match built_in(tree, folder) {
        Ok(known) if known.iter().any(|name| name == "bedrock-local") => {
            Some(format!("{folder}/Cargo.toml: bedrock-local must be a dev-dependency, because it is only for tests"))
        }
        Ok(_) => None,
        Err(finding) => Some(finding),
    };
    ["bedrock", "handlers"].into_iter().filter_map(check).collect()
}

/// `review` only computes: it depends on no server, runtime or SDK and on no crate of the workspace, also in its tests.
/// So it builds in seconds, and its tests need no table and no socket.
#[must_use]
pub fn review_is_pure(tree: &Tree) -> Findings {
    const KINDS: [&str; 9] = ["aws-", "axum", "http", "hyper", "lambda_http", "reqwest", "tokio", "tower", "tracing"];
    let packages = packages(tree);
    let Some((file, .., dependencies)) = packages.iter().find(|(_, folder, ..)| folder == "review") else {
        return vec!["review/Cargo.toml cannot be read".to_owned()];
    };
    let is_impure = |known: &&String| {
        KINDS.iter().any(|kind| known.starts_with(kind)) || packages.iter().any(|(_, _, name, _)| name == *known)
    };
    let impure = dependencies.iter().filter(is_impure);
    impure
        .map(|known| {
            format!(
                "{}: `review` must be pure; move the code that needs {known} to a crate that depends on `review`",
                file.path
            )
        })
        .collect()
}

/// HTTP belongs to `handlers` and the programs around it: `model`, `review` and `bedrock` build without axum.
#[must_use]
pub fn only_servers_depend_on_axum(tree: &Tree) -> Findings {
    const SERVERS: [&str; 5] = ["bedrock-local", "codesensei", "fuzz", "handlers", "tests"];
    let others = packages(tree).into_iter().filter(|(_, _, name, _)| !SERVERS.contains(&name.as_str()));
    let depending = others.filter(|(.., dependencies)| dependencies.iter().any(|known| known == "axum"));
    depending
        .map(|(file, _, name, _)| {
            format!("{}: `{name}` must not depend on axum; move the code to `handlers`", file.path)
        })
        .collect()
}

/// `codegen` depends on no crate of the workspace, and `xtask` only on `codegen`. So broken generated code can always
/// be generated again, and the generator can be used without this repository.
#[must_use]
pub fn the_generator_stands_alone(tree: &Tree) -> Findings {
    const MAY_USE: [(&str, &[&str]); 2] = [("codegen", &[]), ("xtask", &["codegen"])];
    let packages = packages(tree);
    let mut findings = Vec::new();
    for (own, allowed) in MAY_USE {
        let Some((file, .., dependencies)) = packages.iter().find(|(_, folder, ..)| folder == own) else {
            findings.push(format!("{own}/Cargo.toml cannot be read"));
            continue;
        };
        let is_refused = |name: &String| dependencies.contains(name) && !allowed.contains(&name.as_str());
        for (_, _, name, _) in packages.iter().filter(|(_, _, name, _)| is_refused(name)) {
            let path = &file.path;
            findings.push(format!("{path}: {own} must not depend on `{name}`; otherwise, a broken `{name}` prevents the generation of code"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n{rest}")
    }

    #[test]
    fn an_sdk_in_the_manifest_of_another_crate_is_found() {
        let root = "[workspace]\nmembers = []\n[workspace.dependencies]\naws-sdk-dynamodb = \"1\"\n";
        let model = manifest("table-runtime", "[dependencies]\naws-sdk-dynamodb.workspace = true\n");
        let cli = manifest(
            "cli",
            "[target.'cfg(unix)'.dev-dependencies]\nddb = { package = \"aws-sdk-dynamodb\", version = \"1\" }\n",
        );
        let tree = Tree::of(&[("Cargo.toml", root), ("table-runtime/Cargo.toml", &model), ("cli/Cargo.toml", &cli)]);
        let findings = only_its_owner_depends_on_an_sdk(&tree);
        assert_eq!(
            findings,
            [
                "cli/Cargo.toml: only `table-runtime` may depend on aws-sdk-dynamodb; `cli` should call an access pattern of `model`"
            ]
        );
    }

    #[test]
    fn an_sdk_in_the_code_of_another_folder_is_found() {
        let tree = Tree::of(&[
            ("table-runtime/src/call.rs", "//! x\nuse aws_sdk_dynamodb::Client;\nuse modyne::Item;\n"),
            ("bedrock/src/client.rs", "//! x\nuse aws_sdk_bedrockruntime::Client;\n"),
            ("handlers/src/http/body.rs", "//! about aws_sdk_dynamodb\n\nuse aws_sdk_bedrockruntime::Client;\n"),
            ("tests/tests/a.rs", "//! x\nfn a() { let x: modyne::Item; }\n"),
            ("codegen/src/a.rs", "//! x\nfn a() { quote!(modyne::Item) }\n"),
        ]);
        assert_eq!(
            only_its_owner_uses_an_sdk(&tree),
            [
                "handlers/src/http/body.rs:3: `aws_sdk_bedrockruntime` belongs in bedrock/src/; use it through `bedrock`",
                "tests/tests/a.rs:2: `modyne` belongs in table-runtime/ or model/src/; call an access pattern of `model`",
            ]
        );
    }

    #[test]
    fn the_local_endpoint_outside_of_tests_is_found() {
        let found = |of: &str, kind: &str| {
            let text = |name| {
                let dependency = if name == of { "bedrock-local.workspace = true" } else { "" };
                manifest(name, &format!("[{kind}]\n{dependency}\n"))
            };
            let (bedrock, handlers) = (text("bedrock"), text("handlers"));
            let tree = Tree::of(&[("bedrock/Cargo.toml", &bedrock), ("handlers/Cargo.toml", &handlers)]);
            no_lambda_contains_the_local_endpoint(&tree)
        };
        for of in ["bedrock", "handlers"] {
            assert_eq!(found(of, "dev-dependencies"), [""; 0]);
            for kind in ["dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
                let finding =
                    format!("{of}/Cargo.toml: bedrock-local must be a dev-dependency, because it is only for tests");
                assert_eq!(found(of, kind), [finding], "{kind}");
            }
        }
        assert_eq!(no_lambda_contains_the_local_endpoint(&Tree::default()).len(), 2);
    }

    #[test]
    fn an_offline_reviewer_with_a_runtime_or_another_user_is_found() {
        let reviewer =
            manifest("offline-reviewer", "[dependencies]\ntokio = \"1\"\nmodel.workspace = true\nserde = \"1\"\n");
        let uses = "[dependencies]\noffline-reviewer.workspace = true\n";
        let tree = Tree::of(&[
            ("offline-reviewer/Cargo.toml", &reviewer),
            ("model/Cargo.toml", &manifest("model", "")),
            ("bedrock-local/Cargo.toml", &manifest("bedrock-local", uses)),
            ("cli/Cargo.toml", &manifest("codesensei", uses)),
        ]);
        assert_eq!(
            the_offline_reviewer_is_pure(&tree),
            [
                "offline-reviewer/Cargo.toml: offline-reviewer depends on model; the reviewer must be a function of its input",
                "offline-reviewer/Cargo.toml: offline-reviewer depends on tokio; the reviewer must be a function of its input",
                "cli/Cargo.toml: codesensei depends on offline-reviewer; use it through `bedrock-local`",
            ]
        );
    }

    #[test]
    fn a_dependency_of_review_with_io_is_found() {
        let model = manifest("model", "");
        let found = |dependency: &str| {
            let review = manifest("review", &format!("[dev-dependencies]\n{dependency} = \"1\"\n"));
            review_is_pure(&Tree::of(&[("model/Cargo.toml", &model), ("review/Cargo.toml", &review)]))
        };
        assert_eq!(found("serde_json"), [""; 0]);
        for dependency in ["axum", "tokio", "aws-sdk-dynamodb", "aws-config", "model", "tower-http"] {
            let finding = format!(
                "review/Cargo.toml: `review` must be pure; move the code that needs {dependency} to a crate that depends on `review`"
            );
            assert_eq!(found(dependency), [finding]);
        }
        assert_eq!(review_is_pure(&Tree::default()), ["review/Cargo.toml cannot be read"]);
    }

    #[test]
    fn axum_in_crates_below_handlers_is_found() {
        let with = |name| manifest(name, "[dependencies]\naxum = \"1\"\n");
        let (bedrock, handlers) = (with("bedrock"), with("handlers"));
        let tree = Tree::of(&[("bedrock/Cargo.toml", &bedrock), ("handlers/Cargo.toml", &handlers)]);
        assert_eq!(
            only_servers_depend_on_axum(&tree),
            ["bedrock/Cargo.toml: `bedrock` must not depend on axum; move the code to `handlers`"]
        );
    }

    #[test]
    fn the_generator_depends_on_no_other_crate_of_the_workspace() {
        let model = manifest("model", "");
        let (alone, leaning) = ("[dependencies]\nsyn = \"2\"\n", "[dev-dependencies]\nmodel.workspace = true\n");
        let found = |codegen: &str, xtask: &str| {
            let (codegen, xtask) = (manifest("codegen", codegen), manifest("xtask", xtask));
            the_generator_stands_alone(&Tree::of(&[
                ("model/Cargo.toml", &model),
                ("codegen/Cargo.toml", &codegen),
                ("xtask/Cargo.toml", &xtask),
            ]))
        };
        assert_eq!(found(alone, alone), [""; 0]);
        assert_eq!(found(alone, "[dependencies]\ncodegen.workspace = true\n"), [""; 0]);
        for (codegen, xtask, path) in [(leaning, alone, "codegen"), (alone, leaning, "xtask")] {
            let expected = format!(
                "{path}/Cargo.toml: {path} must not depend on `model`; otherwise, a broken `model` prevents the generation of code"
            );
            assert_eq!(found(codegen, xtask), [expected]);
        }
        let missing = ["codegen/Cargo.toml cannot be read", "xtask/Cargo.toml cannot be read"];
        assert_eq!(the_generator_stands_alone(&Tree::default()), missing);
    }
}
