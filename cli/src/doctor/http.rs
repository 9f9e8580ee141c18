//! One GET request, for the checks of the clock and the site.

use std::time::{Duration, UNIX_EPOCH};

use handlers::lambda::aws::root_cause;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION, USER_AGENT};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use model::Timestamp;
use rustls::crypto::aws_lc_rs::default_provider;

/// The time limit for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum size of a body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The time of the server, in whole seconds.
    pub(super) date: Option<Timestamp>,
    /// The target of a redirection.
    pub(super) location: Option<String>,
    /// Empty if absent.
    pub(super) content_type: String,
    /// Empty if too large.
    pub(super) body: Bytes,
}

/// Sends the request.
///
/// # Errors
/// With the reason for no answer.
pub(super) async fn get(url: &str) -> Result<Answer, String> {
    // Firewalls often refuse requests without a user agent.
    let request = Request::get(url).header(USER_AGENT, "codesensei-doctor").body(Empty::new());
    let request = request.map_err(|_| format!("{url} is not a URL"))?;
    let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(default_provider());
    let connector = connector.map_err(|error| error.to_string())?;
    let client = Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build());
    let client: Client<_, Empty<Bytes>> = client;
    let answer = tokio::time::timeout(TIMEOUT, async {
        let response = client.request(request).await.map_err(|error| root_cause(&error))?;
        let (parts, body) = response.into_parts();
        let header = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let date = header(DATE).and_then(parse_date);
        let location = header(LOCATION).map(str::to_owned);
        let content_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Ok(Answer { status: parts.status.as_u16(), date, location, content_type, body })
    });
    answer.await.unwrap_or_else(|_| Err(format!("no answer within {} seconds", TIMEOUT.as_secs())))
}

/// Parses a date such as `Sun, 29 Nov 2026 14:05:09 GMT`.
fn parse_date(date: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::EPOCH.plus(since))
}
