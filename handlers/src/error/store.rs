//! Maps errors of the store to API errors.

use model::{AccessError, StoreError};

use crate::error::{ApiError, ErrorCode};

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor(_) => Self::invalid("cursor", "This cursor is not valid."),
            StoreError::Contended { .. } | StoreError::Unavailable { .. } => {
                Self::new(ErrorCode::DatabaseError).caused_by(error)
            }
            StoreError::Corrupt { .. } | StoreError::Rejected { .. } | StoreError::TableMissing { .. } => {
                Self::internal(error)
            }
        }
    }
}

impl ApiError {
    /// `FORBIDDEN` for an item of another user, `absent` for one that does not exist.
    #[must_use]
    pub fn no_access(error: AccessError, absent: ErrorCode) -> Self {
        match error {
            AccessError::NotFound => absent.into(),
            AccessError::Forbidden => ErrorCode::Forbidden.into(),
            AccessError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unavailable_store_is_busy_and_a_corrupt_one_an_internal_error() {
        let pattern = "AP-01";
        let io = || Box::new(std::io::Error::other("x"));
        let (entity, reason) = ("user", "no name".to_owned());
        for (error, code) in [
            (StoreError::Contended { pattern }, ErrorCode::DatabaseError),
            (StoreError::Unavailable { pattern, source: io() }, ErrorCode::DatabaseError),
            (StoreError::Rejected { pattern, source: io() }, ErrorCode::InternalError),
            (StoreError::Corrupt { pattern, entity, reason }, ErrorCode::InternalError),
            (StoreError::TableMissing { table: "t".to_owned() }, ErrorCode::InternalError),
        ] {
            assert_eq!(ApiError::from(error).code(), code);
        }
    }

    #[test]
    fn absent_and_foreign_items_have_different_codes() {
        let absent = ErrorCode::ThreadNotFound;
        assert_eq!(ApiError::no_access(AccessError::NotFound, absent).code(), absent);
        assert_eq!(ApiError::no_access(AccessError::Forbidden, absent).code(), ErrorCode::Forbidden);
    }
}
