//! Whether the site answers, and the API and its table behind it.

use std::net::IpAddr;

use axum::http::Uri;
use serde_json::Value;

use super::finding::Finding;
use super::http::{self, Answer};

const CHECK: &str = "site";

/// What a person types after `--site`. Only this machine's own sites may do without TLS.
pub(super) fn address(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let is_here = host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let is_site = match uri.as_ref().and_then(Uri::scheme_str) {
        Some("https") => !host.is_empty(),
        Some("http") => is_here,
        _ => false,
    };
    let wanted = "a site looks like https://app.example.com; http:// is for this machine only";
    if is_site { Ok(text.to_owned()) } else { Err(wanted.to_owned()) }
}

/// Asks for its page, and for the health of its API.
pub(super) async fn check(site: &str) -> Vec<Finding> {
    let site = site.trim_end_matches('/');
    let (page, health) = (format!("{site}/"), format!("{site}/api/health"));
    let untold =
        "whether the API answers those who go past CloudFront: only WAF's metric of the rule origin-secret counts them";
    vec![asked(&page, of_page).await, asked(&health, of_api).await, Finding::unknown(CHECK, untold)]
}

async fn asked(url: &str, read: fn(&str, &Answer) -> Finding) -> Finding {
    match http::get(url).await {
        Ok(answer) if (300..400).contains(&answer.status) => {
            let to = answer.location.as_deref().unwrap_or("an address that it does not name");
            Finding::problem(CHECK, format!("{url} redirects to {to}. Give the final address: --site https://…"))
        }
        Ok(answer) => read(url, &answer),
        Err(error) => {
            let mend = "Check the domain's record, the certificate and that the distribution is deployed";
            Finding::problem(CHECK, format!("{url} does not answer: {error}. {mend}."))
        }
    }
}

fn of_page(url: &str, answer: &Answer) -> Finding {
    let is_page = answer.content_type.starts_with("text/html");
    let wrong = match answer.status {
        200 if is_page => return Finding::ok(CHECK, format!("{url} answers with a page")),
        200 => "does not answer with a page. Upload the page's files with their content types (docs/deploy.md).".to_owned(),
        403 => "is refused with 403. Either the web ACL at CloudFront blocked the request, or CloudFront may not read the bucket: look at \
                WAF's metrics, and at the bucket's policy."
            .to_owned(),
        404 => "is not found. Upload the page's files (docs/deploy.md), and check the address.".to_owned(),
        status => format!("answers {status}. Look at the distribution and the bucket."),
    };
    Finding::problem(CHECK, format!("{url} {wrong}"))
}

fn of_api(url: &str, answer: &Answer) -> Finding {
    let (status, body): (u16, Option<Value>) = (answer.status, serde_json::from_slice(&answer.body).ok());
    let wrong = match (status, body) {
        (200, Some(body)) if body["status"] == "ok" => {
            let version = body["version"].as_str().unwrap_or("unknown");
            return Finding::ok(CHECK, format!("{url} is well, version {version}"));
        }
        (200, _) => "answers with a page. Send /api/* of the distribution to the API, before the rule for pages.".to_owned(),
        (403, _) => "is refused with 403. Either CloudFront and WAF have different origin secrets: set SeedVersionId in \
                     infra/samconfig.toml to the current version of the seed, and deploy. Or another rule of WAF blocked the request: \
                     look at the log group aws-waf-logs-codesensei-STAGE."
            .to_owned(),
        (404, None) => "is not found. Check the address, and that the distribution sends /api/* to the API.".to_owned(),
        (status, Some(body)) if body["error"]["code"].is_string() => {
            format!("answers {status} {}. Check the table and the log of the function threads.", body["error"]["code"])
        }
        (status, _) => format!(
            "answers {status}. Look at the alarms FunctionErrors and GatewayErrors, and at the log of the function threads."
        ),
    };
    Finding::problem(CHECK, format!("{url} {wrong}"))
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
    fn an_answer_is_read_as_what_it_means() {
        for (status, body, state, told) in [
            (200, r#"{"status":"ok","service":"codesensei","version":"0.1.0"}"#, State::Ok, "version 0.1.0"),
            (200, "<!doctype html>", State::Problem, "answers with a page"),
            (403, r#"{"message":"Forbidden"}"#, State::Problem, "different origin secrets"),
            (403, "", State::Problem, "Or another rule of WAF blocked the request"),
            (500, r#"{"error":{"code":"DATABASE_ERROR"}}"#, State::Problem, "DATABASE_ERROR"),
            (404, "Not Found", State::Problem, "Check the address"),
            (502, "", State::Problem, "FunctionErrors"),
        ] {
            let found = of_api("u", &answer(status, "", body));
            assert!(found.state == state && found.told.contains(told), "{found:?}");
        }
        for (status, content_type, state, told) in [
            (200, "text/html; charset=utf-8", State::Ok, "answers with a page"),
            (200, "binary/octet-stream", State::Problem, "content types"),
            (403, "", State::Problem, "web ACL"),
            (404, "text/html", State::Problem, "Upload the page's files"),
            (502, "text/html", State::Problem, "answers 502"),
        ] {
            let found = of_page("u", &answer(status, content_type, ""));
            assert!(found.state == state && found.told.contains(told), "{found:?}");
        }
    }

    #[test]
    fn a_site_is_asked_over_tls_unless_it_is_on_this_machine() {
        for good in ["https://app.example.com", "https://app.example.com/", "http://localhost:8080", "http://[::1]:1"] {
            assert_eq!(address(good).as_deref(), Ok(good));
        }
        for wrong in
            ["http://app.example.com", "http://127.0.0.1.example.com", "app.example.com", "https://", "ftp://x"]
        {
            assert!(address(wrong).is_err_and(|told| told.contains("https://app.example.com")), "{wrong}");
        }
    }
}
