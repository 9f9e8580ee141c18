//! The CloudFormation templates, which have sections that are generated, and the routes that these are made from.

/// A template, as the generator sees it: what people wrote, and between that what it writes.
#[derive(Debug)]
pub struct Stack {
    pub path: String,
    pub parts: Vec<Part>,
}

#[derive(Debug)]
pub enum Part {
    /// Whole lines, the markers among them.
    Written(String),
    /// What stands between two markers, indented like the first.
    Generated { section: Section, indent: usize },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// The table.
    Table,
    /// The routes under one heading of the API's document, as events of a function.
    Events { tag: String, is_streaming: bool },
    /// What a function may do at the table: the statements of a policy.
    Policy { function: String },
    /// An alarm on the faults of each route.
    Alarms,
}

/// A route of the API's document.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    pub path: String,
    /// In upper case.
    pub method: String,
    /// The heading that it stands under.
    pub tag: String,
    pub takes_json: bool,
}

impl Route {
    /// `PutSessionsId`, as resources are named.
    pub fn name(&self) -> String {
        let words = self.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        [self.method.as_str()].into_iter().chain(words).map(capital).collect()
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_named_by_its_words() {
        let route = |method: &str, path: &str| Route {
            path: path.to_owned(),
            method: method.to_owned(),
            tag: String::new(),
            takes_json: false,
        };
        assert_eq!(route("PUT", "/threads/{thread_id}").name(), "PutThreadsThreadId");
        assert_eq!(route("GET", "/openapi.json").name(), "GetOpenapiJson");
    }
}
