//! Path parameters. Malformed ids return 404, like unknown ids.

use std::str::FromStr;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use model::{FamilyId, MessageId, SessionId, ThreadId};

use crate::error::{ApiError, ErrorCode};

/// An id in a path.
pub trait PathParam: FromStr + Send {
    /// The name of the parameter in the route: `id` in `/sessions/{id}`.
    const NAME: &'static str;
    /// The error for unknown and malformed ids.
    const ABSENT: ErrorCode;
}

impl PathParam for SessionId {
    const NAME: &'static str = "id";
    const ABSENT: ErrorCode = ErrorCode::SessionNotFound;
}

impl PathParam for ThreadId {
    const NAME: &'static str = "thread_id";
    const ABSENT: ErrorCode = ErrorCode::ThreadNotFound;
}

impl PathParam for MessageId {
    const NAME: &'static str = "message_id";
    const ABSENT: ErrorCode = ErrorCode::MessageNotFound;
}

impl PathParam for FamilyId {
    const NAME: &'static str = "device_id";
    const ABSENT: ErrorCode = ErrorCode::DeviceNotFound;
}

/// Extractor: the id in the path.
///
/// A malformed id gets the same error as an unknown one, so that clients cannot probe the form or the existence of ids.
/// An id that is not UTF-8 is `INVALID_INPUT`.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: PathParam,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|rejection| match rejection {
            RawPathParamsRejection::InvalidUtf8InPathParam(_) => {
                ApiError::invalid(T::NAME, "The address is not valid UTF-8.")
            }
            other => ApiError::internal(other),
        })?;
        let (_, text) = params
            .iter()
            .find(|(name, _)| *name == T::NAME)
            .ok_or_else(|| ApiError::internal(format!("the route has no parameter `{}`", T::NAME)))?;
        text.parse().map(Self).map_err(|_| T::ABSENT.into())
    }
}

/// Extractor: the id of a message after the id of its thread. `MESSAGE_NOT_FOUND` after the id of another thread.
#[derive(Clone, Copy, Debug)]
pub struct MessagePath(pub MessageId);

impl<S: Send + Sync> FromRequestParts<S> for MessagePath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(thread_id) = Path::<ThreadId>::from_request_parts(parts, state).await?;
        let Path(id) = Path::<MessageId>::from_request_parts(parts, state).await?;
        if id.thread_id == thread_id { Ok(Self(id)) } else { Err(ErrorCode::MessageNotFound.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    struct PlantId(u8);

    impl FromStr for PlantId {
        type Err = std::num::ParseIntError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            text.parse().map(Self)
        }
    }

    impl PathParam for PlantId {
        const NAME: &'static str = "id";
        const ABSENT: ErrorCode = ErrorCode::SessionNotFound;
    }

    async fn status(path: &str) -> u16 {
        async fn show(Path(PlantId(id)): Path<PlantId>) -> String {
            id.to_string()
        }
        let app = Router::new().route("/plants/{id}", get(show)).route("/trees/{tree}/plants/{id}", get(show));
        let app = app.route("/wrong/{other}", get(show));
        let request = Request::get(path).body(Body::empty()).expect("a request");
        app.oneshot(request).await.expect("infallible").status().as_u16()
    }

    #[tokio::test]
    async fn a_malformed_id_is_not_found() {
        for (path, expected) in [
            ("/plants/7", 200),
            ("/trees/x/plants/7", 200),
            ("/plants/%37", 200),
            ("/plants/300", 404),
            ("/plants/a%23b", 404),
            ("/plants/..%2f7", 404),
            ("/plants/%00", 404),
            ("/plants/%ff", 400),
            ("/wrong/7", 500),
        ] {
            assert_eq!(status(path).await, expected, "{path}");
        }
    }
}
