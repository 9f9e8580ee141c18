//! `rotate-origin`: another origin secret, and what a deployment has to be told of it. Nothing is read or written here.
//!
//! WAF and CloudFront get these values from CloudFormation, which reads the seed again only when its parameter `SeedVersionId`
//! changes. The programs refuse values shorter than [`ORIGIN_CHARS`].

use handlers::secrets::{ORIGIN_CHARS, Seed};

use crate::keys::error::KeysError;
use crate::keys::pair;
use crate::keys::phases::{Plan, Write};

/// What was written, and so what the deployment of it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deploy {
    /// A new value, and the one before.
    Both,
    /// Only the new value: a rotation is settled.
    Settled,
    /// Only a new value, because no earlier one can be accepted.
    Replaced,
}

/// A new value, with the old one still accepted; or with `settle` only the new one.
pub(crate) fn rotate(seed: &Seed, settle: bool, at: &str) -> Result<Plan, KeysError> {
    let is_long = |value: &String| value.len() >= ORIGIN_CHARS;
    let is_settled = seed.origin == seed.origin_before;
    if settle {
        if !is_long(&seed.origin) {
            return Err(KeysError::ShortOrigin { options: at.to_owned() });
        }
        if is_settled {
            let told = vec!["Only one origin secret is accepted. Nothing was changed.".to_owned()];
            return Ok(Plan { told, ..Plan::default() });
        }
        let settled = Seed { origin_before: seed.origin.clone(), ..seed.clone() };
        return Ok(plan(settled, Deploy::Settled));
    }
    // A value that is too short never becomes the only one, so its rotation is replaced by another.
    if !is_settled && is_long(&seed.origin) {
        return Err(KeysError::NotSettled { options: at.to_owned() });
    }
    let origin = pair::random_text();
    let accepted = [&seed.origin, &seed.origin_before].into_iter().find(|value| is_long(value)).cloned();
    let deploy = if accepted.is_some() { Deploy::Both } else { Deploy::Replaced };
    let origin_before = accepted.unwrap_or_else(|| origin.clone());
    Ok(plan(Seed { origin, origin_before, ..seed.clone() }, deploy))
}

fn plan(seed: Seed, deploy: Deploy) -> Plan {
    Plan { writes: vec![Write::Seed(seed)], told: Vec::new(), deploy: Some(deploy) }
}

impl Deploy {
    /// What was done and what comes next. `version` is the id of the version that was written, if it is in Secrets Manager.
    pub(crate) fn told(self, version: Option<&str>, at: &str) -> Vec<String> {
        let done = match self {
            Self::Both => "There is a new origin secret, and the one before is still accepted.",
            Self::Settled => "Only the new origin secret is accepted.",
            Self::Replaced => "There is a new origin secret. The one before is too short to be accepted.",
        };
        let parameter = match version {
            Some(version) => format!("Now set \"SeedVersionId={version}\""),
            None => "Now store seed.json in Secrets Manager, set \"SeedVersionId=…\" to the id of its new version"
                .to_owned(),
        };
        let deploy = format!(
            "{parameter} in the parameter_overrides of this stage in infra/samconfig.toml, and deploy. CloudFormation reads the seed \
             again only when this parameter changes."
        );
        let then = match self {
            Self::Both => {
                format!(
                    "When the deployment has ended, CloudFront sends the new one. Then run: codesensei keys rotate-origin --settle {at}"
                )
            }
            Self::Settled => "WAF accepts the one before until the deployment has ended.".to_owned(),
            Self::Replaced => "WAF refuses requests with 403 until CloudFront sends the new one.".to_owned(),
        };
        vec![done.to_owned(), deploy, then]
    }
}
