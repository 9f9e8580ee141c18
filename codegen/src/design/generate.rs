//! `[generate]` of `schema/table.toml`: the outputs and their paths.

use crate::source::At;

/// The outputs and their paths. An output without a path is not written.
#[derive(Debug, Clone)]
pub struct Generate {
    /// The position of the table's document.
    pub at: At,
    /// The command that runs the generator, for headers and messages.
    pub command: String,
    /// The program with the commands `query`, `table update`, `verify --fix` and `export`.
    pub tool: Option<String>,
    /// The product name in descriptions.
    pub product: String,
    /// The folder of the generated Rust code.
    pub rust: String,
    /// The folder of the table definitions and JSON files.
    pub schema: String,
    /// The folder of the IAM policies, one for each function.
    pub policies: Option<String>,
    /// The folder of the SQL for Athena and `DuckDB`.
    pub analytics: Option<String>,
    /// Whether each pattern can also be called by its name, through the `by_name` module of the crate with the
    /// generated code.
    pub by_name: bool,
    /// For each crate that cannot use the limits beside the generated Rust: the folder of its limits.
    pub limits: Vec<(String, String)>,
    /// The folder of the limits in TypeScript, for a page.
    pub typescript: Option<String>,
    /// The CloudFormation templates with generated sections.
    pub templates: Vec<Input>,
    /// The OpenAPI document with the routes for those sections.
    pub api: Option<Input>,
}

/// An input file that `[generate]` names.
#[derive(Debug, Clone)]
pub struct Input {
    pub path: String,
    /// The position of its path in `table.toml`.
    pub at: At,
}

impl Generate {
    /// The folders that contain only generated files. None is inside another.
    pub fn owned_folders(&self) -> Vec<&str> {
        let optional = [&self.policies, &self.analytics, &self.typescript].into_iter().flatten();
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
    use crate::source::Sources;

    #[test]
    fn owned_folders_exclude_nested_and_repeated_ones() {
        let generate = Generate {
            at: Sources::default().add("table.toml", ""),
            command: String::new(),
            tool: None,
            product: String::new(),
            rust: "b/generated".to_owned(),
            schema: "a/generated".to_owned(),
            policies: Some("a/generated/policies".to_owned()),
            analytics: Some("a/generated-sql/generated".to_owned()),
            by_name: false,
            limits: vec![("c".to_owned(), "c/generated".to_owned())],
            typescript: Some("page/generated".to_owned()),
            templates: Vec::new(),
            api: None,
        };
        assert_eq!(
            generate.owned_folders(),
            ["a/generated", "a/generated-sql/generated", "b/generated", "c/generated", "page/generated"]
        );
    }
}
