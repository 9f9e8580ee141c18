//! `rotate-origin`: plans a new value of the origin secret. This file reads and writes nothing.
//!
//! WAF and CloudFront get these values from CloudFormation, which reads the seed again only when its parameter
//! `SeedVersionId` changes. The programs refuse values shorter than [`ORIGIN_CHARS`].

use handlers::secrets::{ORIGIN_CHARS, Seed};

use crate::keys::error::KeysError;
use crate::keys::key_id;
use crate::keys::plan::{Deploy, Plan, Write};

/// Plans a new value, with the previous value still accepted; or with `settle` only the current value.
pub(crate) fn rotate(seed: &Seed, settle: bool, options: &str) -> Result<Plan, KeysError> {
    let is_long = |value: &String| value.len() >= ORIGIN_CHARS;
    let is_settled = seed.origin == seed.origin_before;
    if settle {
        if !is_long(&seed.origin) {
            return Err(KeysError::ShortOrigin { options: options.to_owned() });
        }
        if is_settled {
            let messages = vec!["Only one origin secret is accepted. Nothing was changed.".to_owned()];
            return Ok(Plan { messages, ..Plan::default() });
        }
        let settled = Seed { origin_before: seed.origin.clone(), ..seed.clone() };
        return Ok(plan(settled, Deploy::Settled));
    }
    // A value that is too short can never be the only one, so a new rotation replaces it.
    if !is_settled && is_long(&seed.origin) {
        return Err(KeysError::NotSettled { options: options.to_owned() });
    }
    let origin = key_id::random_text();
    let accepted = [&seed.origin, &seed.origin_before].into_iter().find(|value| is_long(value)).cloned();
    let deploy = if accepted.is_some() { Deploy::Both } else { Deploy::Replaced };
    let origin_before = accepted.unwrap_or_else(|| origin.clone());
    Ok(plan(Seed { origin, origin_before, ..seed.clone() }, deploy))
}

fn plan(seed: Seed, deploy: Deploy) -> Plan {
    Plan { writes: vec![Write::Seed(seed)], messages: Vec::new(), deploy: Some(deploy) }
}
