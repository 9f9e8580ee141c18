//! What is wrong with a form, collected: all fields at once, and each only once.

use crate::error::{ApiError, ApiResult};

/// Collects the errors of a form's fields, in the order in which they are found.
#[derive(Debug, Default)]
pub struct Wrong(Option<ApiError>);

impl Wrong {
    /// Adds an error. One at a field that is wrong already is left out, and so is one about the form as a whole when a
    /// field is wrong.
    pub fn note(&mut self, error: ApiError) {
        self.0 = Some(match self.0.take() {
            Some(first) => first.and(error),
            None => error,
        });
    }

    /// The value of a field, if that is good; else notes what is wrong.
    pub fn take<T>(&mut self, field: ApiResult<T>) -> Option<T> {
        field.map_err(|error| self.note(error)).ok()
    }

    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether an error at this field was noted.
    #[must_use]
    pub fn is_at(&self, field: &str) -> bool {
        self.0.as_ref().is_some_and(|error| error.fields().any(|wrong| wrong == field))
    }

    /// The value, if nothing is wrong with its form.
    ///
    /// # Errors
    /// With the first error, which names every other field that is wrong too.
    pub fn or<T>(self, value: Option<T>) -> ApiResult<T> {
        match (self.0, value) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(ApiError::internal("a form without a mistake has no value")),
        }
    }
}
