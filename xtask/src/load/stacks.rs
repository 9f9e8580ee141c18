//! The templates under `infra/` and the API's document, as far as the generator writes into the ones what it reads in the other.

use serde_json::Value;

use crate::design::{Part, Route, Section, Stack, Table};
use crate::load::Documents;
use crate::problem::{Problems, suggestion};
use crate::source::{At, Sources};

/// The templates that may have generated sections.
pub const STACKS: [&str; 2] = ["infra/template.yaml", "infra/alarms.yaml"];
/// The API's document, which `codesensei openapi` writes.
pub const API: &str = "handlers/openapi.json";

const CHECK: &str = "sections-are-understood";
const BEGIN: &str = "# generated:begin ";
const END: &str = "# generated:end";

/// The routes, in the order of their paths.
pub fn routes(documents: &Documents, sources: &mut Sources, problems: &mut Problems) -> Vec<Route> {
    let Some(text) = documents.get(API) else { return Vec::new() };
    let at = sources.add(API, text);
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            problems.push("api-is-understood", at, format!("{error}; `cargo run -- openapi` writes this file"));
            return Vec::new();
        }
    };
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path, method, operation))
    });
    let route = |(path, method, operation): (&String, &String, &Value)| Route {
        path: path.clone(),
        method: method.to_ascii_uppercase(),
        tag: operation["tags"][0].as_str().unwrap_or_default().to_owned(),
        takes_json: operation["requestBody"]["content"]["application/json"].is_object(),
    };
    operations.map(route).collect()
}

/// The templates that there are.
pub fn load(
    documents: &Documents,
    table: &Table,
    routes: &[Route],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Vec<Stack> {
    let there = STACKS.iter().filter_map(|path| documents.get(path).map(|text| (*path, text)));
    there
        .map(|(path, text)| {
            let at = sources.add(path, text);
            Stack { path: path.to_owned(), parts: Reader { table, routes, problems }.parts(text, at) }
        })
        .collect()
}

struct Reader<'r> {
    table: &'r Table,
    routes: &'r [Route],
    problems: &'r mut Problems,
}

impl Reader<'_> {
    fn parts(&mut self, text: &str, at: At) -> Vec<Part> {
        let (mut parts, mut written, mut open, mut offset) = (Vec::new(), String::new(), None, 0);
        for line in text.split_inclusive('\n') {
            let (here, words) = (at.plus(offset), line.trim());
            offset += line.len();
            if let Some(name) = words.strip_prefix(BEGIN) {
                if open.replace(here).is_some() {
                    self.problems.push(CHECK, here, format!("the section before this one has no `{END}`"));
                }
                written.push_str(line);
                if let Some(section) = self.section(name, here) {
                    parts.push(Part::Written(std::mem::take(&mut written)));
                    parts.push(Part::Generated { section, indent: line.len() - line.trim_start().len() });
                }
            } else if words == END {
                if open.take().is_none() {
                    self.problems.push(CHECK, here, format!("no `{BEGIN}…` stands before this"));
                }
                written.push_str(line);
            } else if open.is_none() {
                written.push_str(line);
            }
        }
        if let Some(at) = open {
            self.problems.push(CHECK, at, format!("this section has no `{END}`"));
        }
        parts.push(Part::Written(written));
        parts
    }

    fn section(&mut self, name: &str, at: At) -> Option<Section> {
        let mut words = name.split_whitespace();
        let kind = words.next().unwrap_or_default();
        let given: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
        let value = |name: &str| given.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        let (tags, functions) = (self.routes.iter().map(|route| route.tag.as_str()), &self.table.functions);
        match (kind, value("tag"), value("function")) {
            ("table", None, None) => Some(Section::Table),
            ("alarms", None, None) => Some(Section::Alarms),
            ("events", Some(tag), None) if tags.clone().any(|known| known == tag) => {
                Some(Section::Events { tag: tag.to_owned(), is_streaming: value("streaming") == Some("yes") })
            }
            ("policy", None, Some(function)) if functions.iter().any(|known| known == function) => {
                Some(Section::Policy { function: function.to_owned() })
            }
            ("events", Some(tag), None) => {
                self.refuse(at, format!("no route of {API} is under \"{tag}\"{}", suggestion(tag, tags)))
            }
            ("policy", None, Some(function)) => {
                let like = suggestion(function, functions.iter().map(String::as_str));
                self.refuse(at, format!("schema/table.toml has no function \"{function}\"{like}"))
            }
            _ => self.refuse(
                at,
                "a section is `table`, `alarms`, `events tag=… streaming=yes|no` or `policy function=…`".to_owned(),
            ),
        }
    }

    fn refuse(&mut self, at: At, message: String) -> Option<Section> {
        self.problems.push(CHECK, at, message);
        None
    }
}
