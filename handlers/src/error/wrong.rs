//! Collects the errors of a form: all wrong fields, each once.

use crate::error::{ApiError, ApiResult};

/// Collects the errors of a form's fields, in the order in which they are found.
#[derive(Debug, Default)]
pub struct Wrong(Option<ApiError>);

impl Wrong {
    /// Adds an error. Omits a second error at a field, and an error of the whole form when a field is wrong.
    pub fn note(&mut self, error: ApiError) {
        self.0 = Some(match self.0.take() {
            Some(first) => first.and(error),
            None => error,
        });
    }

    /// The value of a field; `None` after noting its error.
    pub fn take<T>(&mut self, field: ApiResult<T>) -> Option<T> {
        field.map_err(|error| self.note(error)).ok()
    }

    /// Whether no error was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether an error at this field was noted.
    #[must_use]
    pub fn is_at(&self, field: &str) -> bool {
        self.0.as_ref().is_some_and(|error| error.fields().any(|wrong| wrong == field))
    }

    /// The value, if no error was noted.
    ///
    /// # Errors
    /// The first error, which names all other wrong fields.
    pub fn or<T>(self, value: Option<T>) -> ApiResult<T> {
        match (self.0, value) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(ApiError::internal("a form without a mistake has no value")),
        }
    }
}
