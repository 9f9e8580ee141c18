//! Whether a topic for alarms reaches people: each of its subscriptions has to be confirmed by its receiver.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;

use super::finding::Finding;
use crate::aws::aws_error;

const CHECK: &str = "alarm topic";

/// Looks at its subscriptions.
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
                let mend = "Check the ARN, the region and that you may list its subscriptions";
                return Finding::problem(CHECK, format!("{arn} cannot be read: {}. {mend}.", aws_error(&error)));
            }
        }
    }
    told(arn, &confirmed, &pending)
}

fn told(arn: &str, confirmed: &[String], pending: &[String]) -> Finding {
    if !pending.is_empty() {
        let pending = pending.join(", ");
        let mend = "Its receiver has to follow the link in AWS's mail; `aws sns subscribe` sends it again";
        return Finding::problem(CHECK, format!("not confirmed: {pending}. {mend}."));
    }
    if confirmed.is_empty() {
        let mend = format!(
            "Subscribe: aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint ops@example.com"
        );
        return Finding::problem(CHECK, format!("no one is told of alarms. {mend}"));
    }
    Finding::ok(CHECK, format!("confirmed: {}", confirmed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn a_topic_needs_a_subscription_and_each_has_to_be_confirmed() {
        let mail = ["email".to_owned()];
        assert_eq!(told("arn", &mail, &[]).state, State::Ok);
        assert_eq!(told("arn", &[], &[]).state, State::Problem);
        assert_eq!(told("arn", &mail, &mail).state, State::Problem);
    }
}
