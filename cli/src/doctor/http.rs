//! One GET, for checks: of an endpoint's clock and of the site.

use std::time::{Duration, UNIX_EPOCH};

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION, USER_AGENT};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use model::Timestamp;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::aws::deepest;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a body is read.
const BODY_BYTES: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// What time it is there, in whole seconds.
    pub(super) date: Option<Timestamp>,
    /// Where a redirection leads.
    pub(super) location: Option<String>,
    /// Empty when it does not say.
    pub(super) content_type: String,
    /// Empty when it is long.
    pub(super) body: Bytes,
}

/// Asks.
///
/// # Errors
/// With why there is no answer.
pub(super) async fn get(url: &str) -> Result<Answer, String> {
    // A request without a name is what firewalls refuse first.
    let request = Request::get(url).header(USER_AGENT, "codesensei-doctor").body(Empty::new());
    let request = request.map_err(|_| format!("{url} is not a URL"))?;
    let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(default_provider());
    let connector = connector.map_err(|error| error.to_string())?;
    let client = Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build());
    let client: Client<_, Empty<Bytes>> = client;
    let answer = tokio::time::timeout(PATIENCE, async {
        let response = client.request(request).await.map_err(|error| deepest(&error))?;
        let (parts, body) = response.into_parts();
        let header = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let date = header(DATE).and_then(parsed);
        let location = header(LOCATION).map(str::to_owned);
        let content_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        let body = Limited::new(body, BODY_BYTES).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Ok(Answer { status: parts.status.as_u16(), date, location, content_type, body })
    });
    answer.await.unwrap_or_else(|_| Err(format!("no answer within {} seconds", PATIENCE.as_secs())))
}

/// For instance `Sun, 29 Nov 2026 14:05:09 GMT`.
fn parsed(date: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::EPOCH.plus(since))
}
