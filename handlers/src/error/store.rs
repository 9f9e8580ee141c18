//! The store's failures as the client sees them.

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
    /// Why a thing cannot be used: `FORBIDDEN` when it is another's, `absent` when there is none.
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
    fn a_store_that_fails_is_busy_a_store_that_lies_is_our_fault() {
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
    fn what_is_absent_and_what_is_anothers_are_told_apart() {
        let absent = ErrorCode::ThreadNotFound;
        assert_eq!(ApiError::no_access(AccessError::NotFound, absent).code(), absent);
        assert_eq!(ApiError::no_access(AccessError::Forbidden, absent).code(), ErrorCode::Forbidden);
    }
}
