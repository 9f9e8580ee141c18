//! The text behind a row of code.

use super::argument::attribute;
use super::{Row, RunError};
use crate::{Code, Store};

impl Store {
    /// The code that a `code` row stands for: what is inline in it, or its chunks, which are read. None when it is another
    /// row, or the code was replaced since it was read.
    ///
    /// # Errors
    /// When the chunks cannot be read, or are not what they were when they were written.
    pub async fn code_of(&self, row: &Row) -> Result<Option<String>, RunError> {
        if row.entity != "code" {
            return Ok(None);
        }
        let fields = row.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let code = attribute(&serde_json::Value::Object(fields), "code").ok();
        let code: Option<Code> =
            code.and_then(|code| serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(code).ok());
        match code {
            Some(code) => Ok(self.load_code(code).await?),
            None => Ok(None),
        }
    }
}
