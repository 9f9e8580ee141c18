//! Loads the templates and the OpenAPI document that `[generate]` names. Some template sections are generated from its
//! routes.

use serde_json::Value;

use crate::design::{Input, Part, Route, Section, Stack, Table};
use crate::load::Documents;
use crate::problem::Problems;
use crate::source::{At, Sources};
use crate::suggestion::suggestion;

const CHECK: &str = "sections-are-understood";
const BEGIN: &str = "# generated:begin ";
const END: &str = "# generated:end";

/// The routes, ordered by path.
pub fn routes(documents: &Documents, table: &Table, sources: &mut Sources, problems: &mut Problems) -> Vec<Route> {
    let Some(api) = &table.generate.api else { return Vec::new() };
    let Some(text) = named(documents, api, problems) else { return Vec::new() };
    let at = sources.add(&api.path, text);
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            problems.push("api-is-understood", at, format!("{error}; write the OpenAPI document again"));
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

/// The text of a document that `[generate]` names.
fn named<'d>(documents: &'d Documents, Input { path, at }: &Input, problems: &mut Problems) -> Option<&'d str> {
    let text = documents.get(path);
    if text.is_none() {
        let message = format!("{path} does not exist: create it, or remove it from `[generate]`");
        problems.push("documents-exist", *at, message);
    }
    text
}

/// The templates, split into their parts.
pub fn load(
    documents: &Documents,
    table: &Table,
    routes: &[Route],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Vec<Stack> {
    let mut stacks = Vec::new();
    for template in &table.generate.templates {
        if let Some(text) = named(documents, template, problems) {
            let at = sources.add(&template.path, text);
            let parts = Reader { table, routes, problems }.parts(text, at);
            stacks.push(Stack { path: template.path.clone(), parts });
        }
    }
    stacks
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
                    self.problems.push(CHECK, here, format!("there is no `{BEGIN}…` before this line"));
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
                let message = match &self.table.generate.api {
                    Some(Input { path, .. }) => {
                        format!("no route of {path} is under \"{tag}\"{}", suggestion(tag, tags))
                    }
                    None => "events need routes: name the OpenAPI document as `api` in `[generate]`".to_owned(),
                };
                self.refuse(at, message)
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
