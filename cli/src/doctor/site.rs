//! Whether the site answers, and the API and its table behind it.

use serde_json::Value;

use super::finding::Finding;
use super::http;

const CHECK: &str = "site";

/// Asks its API how it is.
pub(super) async fn check(site: &str) -> Vec<Finding> {
    let url = format!("{}/api/health", site.trim_end_matches('/'));
    let found = match http::get(&url).await {
        Ok(answer) => answered(&url, answer.status, &answer.body),
        Err(error) => Finding::problem(
            CHECK,
            format!(
                "{url} does not answer: {error}. Check the domain's record, the certificate and that the distribution is deployed."
            ),
        ),
    };
    let untold = "whether the API answers those who go past CloudFront: only the firewall's log shows that, as requests that it blocked";
    vec![found, Finding::cannot_tell(CHECK, untold)]
}

fn answered(url: &str, status: u16, body: &[u8]) -> Finding {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    match (status, answer) {
        (200, Some(answer)) if answer["status"] == "ok" => {
            let version = answer["version"].as_str().unwrap_or("unknown");
            Finding::ok(CHECK, format!("{url} is well, version {version}"))
        }
        (200, _) => Finding::problem(
            CHECK,
            format!(
                "{url} answers with a page. Send /api/* of the distribution to the API, before the rule for pages."
            ),
        ),
        (403, _) => Finding::problem(
            CHECK,
            format!(
                "{url} is refused with 403. CloudFront and the firewall know different origin secrets: deploy both, then \
                 `codesensei keys rotate-origin --settle`."
            ),
        ),
        (404, None) => Finding::problem(
            CHECK,
            format!("{url} is not found. Check the address, and that the distribution sends /api/* to the API."),
        ),
        (status, Some(answer)) if answer["error"]["code"].is_string() => Finding::problem(
            CHECK,
            format!(
                "{url} answers {status} {}. Check the table and the log of the function threads.",
                answer["error"]["code"]
            ),
        ),
        (status, _) => Finding::problem(
            CHECK,
            format!(
                "{url} answers {status}. Look at the alarms FunctionErrors and GatewayErrors, and at the log of the function threads."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn an_answer_is_read_as_what_it_means() {
        for (status, body, state, told) in [
            (200, r#"{"status":"ok","service":"codesensei","version":"0.1.0"}"#, State::Ok, "version 0.1.0"),
            (200, "<!doctype html>", State::Problem, "answers with a page"),
            (403, r#"{"message":"Forbidden"}"#, State::Problem, "different origin secrets"),
            (500, r#"{"error":{"code":"DATABASE_ERROR"}}"#, State::Problem, "DATABASE_ERROR"),
            (404, "Not Found", State::Problem, "Check the address"),
            (502, "", State::Problem, "FunctionErrors"),
        ] {
            let found = answered("u", status, body.as_bytes());
            assert!(found.state == state && found.told.contains(told), "{found:?}");
        }
    }
}
