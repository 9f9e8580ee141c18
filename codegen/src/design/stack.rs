//! CloudFormation templates with generated sections, and the API routes for those sections.

/// A template as a sequence of hand-written and generated parts.
#[derive(Debug)]
pub struct Stack {
    pub path: String,
    pub parts: Vec<Part>,
}

#[derive(Debug)]
pub enum Part {
    /// Hand-written lines, including the markers of generated sections.
    Written(String),
    /// The text between two markers, with the indentation of the first marker.
    Generated { section: Section, indent: usize },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// The resource of the table.
    Table,
    /// The routes with one tag of the OpenAPI document, as events of a function.
    Events { tag: String, is_streaming: bool },
    /// The statements of the policy of a function.
    Policy { function: String },
    /// An alarm on the server errors of each route.
    Alarms,
}

/// A route of the OpenAPI document.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    pub path: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// The tag of the route.
    pub tag: String,
    pub takes_json: bool,
}

impl Route {
    /// The name as part of a resource name: `PutSessionsId`.
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
    fn a_route_name_consists_of_its_method_and_path() {
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
