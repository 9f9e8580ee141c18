//! Error responses: one layer writes the body of an error, with the trace id of the request, and logs its cause.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use crate::error::ApiError;
use crate::http::trace;

/// Middleware: writes the body of an error from a handler or an inner layer. Keeps other headers, such as cookies.
pub(super) async fn respond(mut answer: Response) -> Response {
    let Some(error) = answer.extensions_mut().remove::<ApiError>() else { return answer };
    let (code, retry_seconds) = (error.code(), error.retry_seconds());
    let (mut head, _) = answer.into_parts();
    let (json, body) = Json(envelope(error)).into_response().into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.extend(json.headers);
    if let Some(seconds) = retry_seconds {
        head.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    // The request's log line reads the code from this extension.
    head.extensions.insert(code);
    Response::from_parts(head, body)
}

/// The response of an error outside of that layer.
pub async fn response(error: ApiError) -> Response {
    respond(error.into_response()).await
}

/// The error as JSON, for a response whose head was already sent. Logs its cause.
pub(super) fn envelope(error: ApiError) -> Value {
    error.log();
    error.envelope(trace::current_id().as_deref(), trace::includes_details())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, Wrong};
    use axum::http::StatusCode;
    use model::Timestamp;
    use serde_json::json;
    use std::io;

    async fn sent(error: ApiError) -> (StatusCode, axum::http::HeaderMap, Value) {
        let (parts, body) = response(error).await.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body is in memory");
        (parts.status, parts.headers, serde_json::from_slice(&bytes).expect("an envelope is JSON"))
    }

    #[tokio::test]
    async fn a_field_error_names_its_field() {
        let (status, headers, body) = sent(ApiError::invalid("filename", "The file name is empty.")).await;
        assert_eq!(status, 400);
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        let message = "The file name is empty.";
        let fields = json!([{ "field": "filename", "message": message }]);
        let error = json!({"code": "INVALID_INPUT", "message": message, "field": "filename", "fields": fields});
        assert_eq!(body, json!({ "error": error }));
    }

    #[tokio::test]
    async fn the_error_of_a_form_names_all_wrong_fields_and_has_the_first_code() {
        let mut wrong = Wrong::default();
        wrong.note(ApiError::new(ErrorCode::WeakPassword).at("password").with_message("It is short."));
        assert_eq!(wrong.take::<u8>(Err(ApiError::invalid("email", "It is none."))), None);
        wrong.note(ApiError::invalid("password", "It is missing."));
        wrong.note(ApiError::new(ErrorCode::InvalidInput).with_message("Send something."));
        assert!(wrong.is_at("email") && !wrong.is_at("name"));
        let (_, _, body) = sent(wrong.or(Some(7)).expect_err("two fields are wrong")).await;
        let password = json!({ "field": "password", "message": "It is short." });
        let email = json!({ "field": "email", "message": "It is none." });
        assert_eq!(body["error"]["fields"], json!([password, email]));
        assert_eq!((&body["error"]["field"], &body["error"]["code"]), (&"password".into(), &"WEAK_PASSWORD".into()));
        assert_eq!(Wrong::default().or(Some(7)).expect("nothing is wrong"), 7);
    }

    #[tokio::test]
    async fn a_conflict_contains_the_current_version_and_code() {
        let error = ApiError::new(ErrorCode::VersionConflict).with("current_version", 7).with("current_code", "a\n");
        assert!(!format!("{error:?}").contains("current_code"), "code is never printed");
        let (status, _, body) = sent(error).await;
        assert_eq!(status, 409);
        assert_eq!(body["error"]["current_version"], 7);
        assert_eq!(body["error"]["current_code"], "a\n");
    }

    #[tokio::test]
    async fn an_internal_error_contains_only_a_trace_id() {
        let cause = io::Error::other("the table is on fire");
        let error = ApiError::internal(cause).at("secret_field").with("secret", "value").with_message("secret text");
        let (status, _, body) = trace::within("trace-1", sent(error)).await;
        assert_eq!(status, 500);
        let message = ErrorCode::InternalError.message();
        assert_eq!(body, json!({"error": {"code": "INTERNAL_ERROR", "message": message, "trace_id": "trace-1"}}));
    }

    #[tokio::test]
    async fn only_a_developer_sees_the_cause() {
        let failed = || ApiError::new(ErrorCode::DatabaseError).caused_by(io::Error::other("the table is on fire"));
        let (_, _, hidden) = trace::within("trace-1", sent(failed())).await;
        assert_eq!(hidden["error"].get("details"), None);
        let (_, _, shown) = trace::within_development("trace-1", sent(failed())).await;
        assert_eq!(shown["error"]["details"], json!({ "cause": "the table is on fire" }));
        let (_, _, none) = trace::within_development("trace-1", sent(ApiError::new(ErrorCode::NotFound))).await;
        assert_eq!(none["error"].get("details"), None, "there is no cause");
    }

    #[tokio::test]
    async fn the_time_to_retry_is_exact_in_the_body_and_rounded_up_in_the_header() {
        let now: Timestamp = "2026-11-23T08:00:00.600Z".parse().expect("a time");
        let at: Timestamp = "2026-11-23T08:00:42Z".parse().expect("a time");
        let (status, headers, body) = sent(ApiError::new(ErrorCode::RateLimitExceeded).retry_at(at, now)).await;
        assert_eq!(status, 429);
        assert_eq!(headers[header::RETRY_AFTER], "42");
        assert_eq!(body["error"]["retry_after"], "2026-11-23T08:00:42.000Z");
        let (_, headers, _) = sent(ApiError::new(ErrorCode::RateLimitExceeded).retry_at(now, at)).await;
        assert_eq!(headers[header::RETRY_AFTER], "1", "a time in the past is still a second away");
    }

    #[tokio::test]
    async fn a_failed_table_is_tried_again_after_a_second() {
        let (status, headers, _) = sent(ApiError::new(ErrorCode::DatabaseError)).await;
        assert_eq!(
            (status, &headers[header::RETRY_AFTER]),
            (StatusCode::SERVICE_UNAVAILABLE, &"1".parse().expect("a number"))
        );
        let (_, headers, _) = sent(ApiError::new(ErrorCode::InternalError)).await;
        assert_eq!(headers.get(header::RETRY_AFTER), None);
    }

    #[tokio::test]
    async fn an_error_keeps_the_headers_of_its_handler() {
        let answer = ([(header::SET_COOKIE, "a=b")], ApiError::new(ErrorCode::Unauthorized)).into_response();
        let answer = respond(answer).await;
        assert_eq!(answer.headers()[header::SET_COOKIE], "a=b");
        assert_eq!(answer.extensions().get(), Some(&ErrorCode::Unauthorized));
        assert_eq!(
            respond("all is well".into_response()).await.headers()[header::CONTENT_TYPE],
            "text/plain; charset=utf-8"
        );
    }
}
