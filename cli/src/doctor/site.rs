//! Checks that the site answers, and the API and its table behind it.

use std::net::IpAddr;

use axum::http::Uri;
use serde_json::Value;

use super::finding::Finding;
use super::http::{self, Answer};

const CHECK: &str = "site";

/// Parses the value of `--site`. Only sites on this machine may use HTTP without TLS.
pub(super) fn parse_site(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let is_here = host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let is_site = match uri.as_ref().and_then(Uri::scheme_str) {
        Some("https") => !host.is_empty(),
        Some("http") => is_here,
        _ => false,
    };
    let expected = "expected a site such as https://app.example.com; http:// is only for this machine";
    if is_site { Ok(text.to_owned()) } else { Err(expected.to_owned()) }
}

/// Requests the page, and the health of the API.
pub(super) async fn check(site: &str) -> Vec<Finding> {
    let site = site.trim_end_matches('/');
    let (page, health) = (format!("{site}/"), format!("{site}/api/health"));
    let unknown = "whether the API refuses requests that bypass CloudFront: only the metric of the WAF rule \
                   origin-secret counts them";
    vec![check_url(&page, read_page).await, check_url(&health, read_health).await, Finding::unknown(CHECK, unknown)]
}

async fn check_url(url: &str, read: fn(&str, &Answer) -> Finding) -> Finding {
    match http::get(url).await {
        Ok(answer) if (300..400).contains(&answer.status) => {
            let to = answer.location.as_deref().unwrap_or("an unnamed address");
            Finding::problem(CHECK, format!("{url} redirects to {to}. Pass the final address: --site https://…"))
        }
        Ok(answer) => read(url, &answer),
        Err(error) => {
            let fix = "Check the DNS record of the domain, the certificate and the deployment of the distribution";
            Finding::problem(CHECK, format!("{url} does not answer: {error}. {fix}."))
        }
    }
}

fn read_page(url: &str, answer: &Answer) -> Finding {
    let is_page = answer.content_type.starts_with("text/html");
    let problem = match answer.status {
        200 if is_page => return Finding::ok(CHECK, format!("{url} returns a page")),
        200 => "does not return a page. Upload the page's files with their content types (docs/deploy.md).".to_owned(),
        403 => "is refused with 403. Either the web ACL at CloudFront blocked the request, or CloudFront has no \
                permission to read the bucket: check the metrics of WAF and the policy of the bucket."
            .to_owned(),
        404 => "is not found. Upload the page's files (docs/deploy.md), and check the address.".to_owned(),
        status => format!("returns {status}. Check the distribution and the bucket."),
    };
    Finding::problem(CHECK, format!("{url} {problem}"))
}

fn read_health(url: &str, answer: &Answer) -> Finding {
    let (status, body): (u16, Option<Value>) = (answer.status, serde_json::from_slice(&answer.body).ok());
    let problem = match (status, body) {
        (200, Some(body)) if body["status"] == "ok" => {
            let version = body["version"].as_str().unwrap_or("unknown");
            return Finding::ok(CHECK, format!("{url} is healthy, version {version}"));
        }
        (200, _) => "returns a page. Route /api/* of the distribution to the API, before the rule for \
                     pages."
            .to_owned(),
        (403, _) => "is refused with 403. Either CloudFront and WAF have different origin secrets: set SeedVersionId \
                     in infra/samconfig.toml to the current version of the seed, and deploy. Or another rule of WAF \
                     blocked the request: check the log group aws-waf-logs-codesensei-STAGE."
            .to_owned(),
        (404, None) => "is not found. Check the address, and that the distribution routes /api/* to the \
                        API."
            .to_owned(),
        (status, Some(body)) if body["error"]["code"].is_string() => {
            format!("returns {status} {}. Check the table and the log of the function threads.", body["error"]["code"])
        }
        (status, _) => format!(
            "returns {status}. Check the alarms FunctionErrors and GatewayErrors, and the log of the function threads."
        ),
    };
    Finding::problem(CHECK, format!("{url} {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        let (content_type, body) = (content_type.to_owned(), body.to_owned().into());
        Answer { status, date: None, location: None, content_type, body }
    }

    #[test]
    fn each_answer_has_its_finding() {
        for (status, body, state, message) in [
            (200, r#"{"status":"ok","service":"codesensei","version":"0.1.0"}"#, State::Ok, "version 0.1.0"),
            (200, "<!doctype html>", State::Problem, "returns a page"),
            (403, r#"{"message":"Forbidden"}"#, State::Problem, "different origin secrets"),
            (403, "", State::Problem, "Or another rule of WAF blocked the request"),
            (500, r#"{"error":{"code":"DATABASE_ERROR"}}"#, State::Problem, "DATABASE_ERROR"),
            (404, "Not Found", State::Problem, "Check the address"),
            (502, "", State::Problem, "FunctionErrors"),
        ] {
            let found = read_health("u", &answer(status, "", body));
            assert!(found.state == state && found.message.contains(message), "{found:?}");
        }
        for (status, content_type, state, message) in [
            (200, "text/html; charset=utf-8", State::Ok, "returns a page"),
            (200, "binary/octet-stream", State::Problem, "content types"),
            (403, "", State::Problem, "web ACL"),
            (404, "text/html", State::Problem, "Upload the page's files"),
            (502, "text/html", State::Problem, "returns 502"),
        ] {
            let found = read_page("u", &answer(status, content_type, ""));
            assert!(found.state == state && found.message.contains(message), "{found:?}");
        }
    }

    #[test]
    fn only_a_site_on_this_machine_may_use_http() {
        for good in ["https://app.example.com", "https://app.example.com/", "http://localhost:8080", "http://[::1]:1"] {
            assert_eq!(parse_site(good).as_deref(), Ok(good));
        }
        for problem in
            ["http://app.example.com", "http://127.0.0.1.example.com", "app.example.com", "https://", "ftp://x"]
        {
            assert!(parse_site(problem).is_err_and(|message| message.contains("https://app.example.com")), "{problem}");
        }
    }
}
