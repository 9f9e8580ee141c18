//! JSON Schemas (draft 2020-12), and the parts of a value that do not match one.

use boon::{Compiler, SchemaIndex, Schemas, ValidationError};
use serde_json::Value;

/// The name of a schema without its own address.
const NAME: &str = "https://codesensei.example/schema.json";

/// A compiled schema. Formats, such as `uuid`, are asserted.
pub struct JsonSchema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl JsonSchema {
    /// Compiles a schema.
    ///
    /// # Panics
    /// If the value is not a JSON Schema.
    #[must_use]
    pub fn new(schema: &Value) -> Self {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.enable_format_assertions();
        compiler.add_resource(NAME, schema.clone()).expect("a schema has no other resource of this name");
        let index = compiler.compile(NAME, &mut schemas).unwrap_or_else(|error| panic!("not a JSON Schema: {error:#}"));
        Self { schemas, index }
    }

    /// Whether the value matches.
    #[must_use]
    pub fn is_valid(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }

    /// The places in the value that do not match, each with the place in the schema. The result does not repeat the
    /// value.
    #[must_use]
    pub fn mismatches(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        if let Err(error) = self.schemas.validate(value, self.index) {
            leaves(&error, &mut found);
        }
        found
    }
}

impl std::fmt::Debug for JsonSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JsonSchema")
    }
}

/// Adds the errors that have no further cause.
fn leaves(error: &ValidationError<'_, '_>, found: &mut Vec<String>) {
    if error.causes.is_empty() {
        let schema = error.schema_url.strip_prefix(NAME).unwrap_or(error.schema_url);
        found.push(format!("{}: not as the schema at {schema}", error.instance_location));
    }
    for cause in &error.causes {
        leaves(cause, found);
    }
}
