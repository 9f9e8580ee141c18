//! Checks that the receivers of a topic for alarms have confirmed its subscriptions.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use handlers::lambda::aws::aws_error;

use super::finding::Finding;

const CHECK: &str = "alarm topic";

/// Checks the subscriptions.
pub(super) async fn check(arn: &str, sdk: &SdkConfig) -> Finding {
    let mut pages = Client::new(sdk).list_subscriptions_by_topic().topic_arn(arn).into_paginator().items().send();
    let (mut confirmed, mut pending) = (Vec::new(), Vec::new());
    while let Some(next) = pages.next().await {
        match next {
            Ok(subscription) => {
                let protocol = subscription.protocol().unwrap_or("unknown").to_owned();
                let is_confirmed = subscription.subscription_arn().is_some_and(|arn| arn.starts_with("arn:"));
                if is_confirmed { confirmed.push(protocol) } else { pending.push(protocol) }
            }
            Err(error) => {
                let fix = "Check the ARN, the region and your permission to list its subscriptions";
                return Finding::problem(CHECK, format!("{arn} cannot be read: {}. {fix}.", aws_error(&error)));
            }
        }
    }
    summarize(arn, &confirmed, &pending)
}

fn summarize(arn: &str, confirmed: &[String], pending: &[String]) -> Finding {
    if !pending.is_empty() {
        let pending = pending.join(", ");
        let fix = "The receiver must open the link in the mail from AWS; `aws sns subscribe` sends it again";
        return Finding::problem(CHECK, format!("not confirmed: {pending}. {fix}."));
    }
    if confirmed.is_empty() {
        let fix = format!(
            "Subscribe: aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint ops@example.com"
        );
        return Finding::problem(CHECK, format!("no subscriptions, so alarms reach no receiver. {fix}"));
    }
    Finding::ok(CHECK, format!("confirmed: {}", confirmed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn a_topic_needs_subscriptions_and_all_must_be_confirmed() {
        let mail = ["email".to_owned()];
        assert_eq!(summarize("arn", &mail, &[]).state, State::Ok);
        assert_eq!(summarize("arn", &[], &[]).state, State::Problem);
        assert_eq!(summarize("arn", &mail, &mail).state, State::Problem);
    }
}
