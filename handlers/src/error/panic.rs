//! Turns a panic into an internal error, so that its question can still be released.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

use crate::error::{ApiError, ApiResult};

/// The output of the future, or `INTERNAL_ERROR` if it panics.
pub(crate) async fn caught<T>(future: impl Future<Output = ApiResult<T>>) -> ApiResult<T> {
    let future = AssertUnwindSafe(future).catch_unwind().await;
    future.unwrap_or_else(|_| Err(ApiError::internal("a task of a request panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let panics = async { panic!("this panic is part of a test") };
        let caught: ApiResult<()> = caught(panics).await;
        assert_eq!(caught.expect_err("it panicked").code(), ErrorCode::InternalError);
    }
}
