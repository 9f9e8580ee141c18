//! Responses, and the checks that apply to all of them.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use handlers::http::request_cost::RequestCost;
use http_body_util::BodyExt as _;
use model::CallCost;
use serde_json::Value;

use crate::app::contract;

/// A parsed `Set-Cookie` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    /// The part before the first `=`.
    pub name: String,
    /// The part from there to the first `;`.
    pub value: String,
    /// The attributes, in order.
    pub attributes: Vec<String>,
}

/// A checked response: it has a trace id and the security headers, an error is in its envelope, an internal error shows
/// only its trace id, and the response matches the OpenAPI document.
#[derive(Debug)]
pub struct Response {
    /// The method and path of the request.
    pub what: String,
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as it was received.
    pub body: Bytes,
    /// The body, if it is JSON and not compressed.
    pub json: Value,
    /// The cost of the request at the table, in the order in which the calls ended.
    pub bill: Vec<CallCost>,
}

impl Response {
    pub(super) async fn read(what: String, response: axum::response::Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        let bill = parts.extensions.get::<RequestCost>().map(|bill| bill.0.clone());
        let response = Self {
            what,
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
            body,
            bill: bill.unwrap_or_default(),
        };
        response.check();
        let (method, path) = response.what.split_once(' ').expect("a method and a path");
        contract::check(method, path, response.status, &response.headers, &response.body);
        response
    }

    fn check(&self) {
        let what = &self.what;
        for name in ["x-trace-id", "cache-control", "strict-transport-security", "x-content-type-options"] {
            assert!(self.headers.contains_key(name), "{what}: no {name}");
        }
        if self.status < 400 {
            return;
        }
        let error = &self.json["error"];
        let words = error["message"].as_str().and_then(|words| words.chars().last());
        assert!(error["code"].is_string() && words == Some('.'), "{what}: {}", self.json);
        if self.status == 500 {
            assert_eq!(error["trace_id"], self.headers["x-trace-id"].to_str().expect("ASCII"));
        }
    }

    /// The body of a response with this status.
    ///
    /// # Panics
    /// If the status differs.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.json);
        self.json
    }

    /// The error with this status and code.
    ///
    /// # Panics
    /// If the response differs.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.json["error"]["code"]), (status, &code.into()), "{}", self.what);
        self.json["error"].clone()
    }

    /// `INVALID_INPUT` at this field.
    ///
    /// # Panics
    /// If the response differs.
    #[track_caller]
    pub fn invalid(self, field: &str) {
        let what = self.what.clone();
        let error = self.refused(400, "INVALID_INPUT");
        assert_eq!(error["field"], field, "{what}");
    }

    /// The cookies that the response sets.
    #[must_use]
    pub fn set_cookies(&self) -> Vec<SetCookie> {
        let headers = self.headers.get_all(header::SET_COOKIE).iter();
        headers.map(SetCookie::from).collect()
    }
}

impl From<&HeaderValue> for SetCookie {
    fn from(header: &HeaderValue) -> Self {
        let mut parts = header.to_str().expect("ASCII").split("; ");
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a pair");
        Self { name: name.to_owned(), value: value.to_owned(), attributes: parts.map(str::to_owned).collect() }
    }
}
