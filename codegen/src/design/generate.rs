//! `[generate]` of `schema/table.toml`: what is written, and where.

use crate::source::At;

/// What is written, and where. What has no path is not written.
#[derive(Debug, Clone)]
pub struct Generate {
    /// How people run the generator, for headers and messages.
    pub command: String,
    /// The program that has `query`, `table update`, `verify --fix` and `export`.
    pub tool: Option<String>,
    /// The name in descriptions.
    pub product: String,
    /// The folder of generated Rust.
    pub rust: String,
    /// The folder of the table's definitions and of JSON.
    pub schema: String,
    /// The folder of an IAM policy for each function.
    pub policies: Option<String>,
    /// The folder of SQL for Athena and `DuckDB`.
    pub analytics: Option<String>,
    /// Whether each pattern is also asked by its name, through the `by_name` module of the generated code's crate.
    pub by_name: bool,
    /// The folder of the limits of each crate that cannot use those beside the generated Rust.
    pub limits: Vec<(String, String)>,
    /// The CloudFormation templates that have generated sections.
    pub templates: Vec<Input>,
    /// The OpenAPI document with the routes for those sections.
    pub api: Option<Input>,
}

/// A file that is read because `[generate]` names it.
#[derive(Debug, Clone)]
pub struct Input {
    pub path: String,
    /// Where it is named.
    pub at: At,
}

impl Generate {
    /// The folders in which every file is generated, none inside another.
    pub fn owned_folders(&self) -> Vec<&str> {
        let optional = [&self.policies, &self.analytics].into_iter().flatten();
        let optional = optional.chain(self.limits.iter().map(|(_, folder)| folder));
        let all: Vec<&str> = [&self.rust, &self.schema].into_iter().chain(optional).map(String::as_str).collect();
        let is_inside =
            |folder: &str, other: &str| folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
        let mut owned: Vec<&str> =
            all.iter().copied().filter(|folder| !all.iter().any(|other| is_inside(folder, other))).collect();
        owned.sort_unstable();
        owned.dedup();
        owned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owned_folders_exclude_nested_and_repeated_ones() {
        let generate = Generate {
            command: String::new(),
            tool: None,
            product: String::new(),
            rust: "b/generated".to_owned(),
            schema: "a/generated".to_owned(),
            policies: Some("a/generated/policies".to_owned()),
            analytics: Some("a/generated-sql/generated".to_owned()),
            by_name: false,
            limits: vec![("c".to_owned(), "c/generated".to_owned())],
            templates: Vec::new(),
            api: None,
        };
        assert_eq!(
            generate.owned_folders(),
            ["a/generated", "a/generated-sql/generated", "b/generated", "c/generated"]
        );
    }
}
