//! `codesensei doctor`: checks a deployment or this machine, and says how to mend what is wrong.

use std::ffi::OsString;

use bedrock::ReviewerConfig;
use clap::Args;
use model::{Clock, without_access_key};

use crate::Failure;
use crate::aws::Account;
use crate::keys::place::{Where, prefix};
use crate::local::LocalError;
use crate::options::StoreChoice;
use crate::output::print;
use crate::target::{Target, endpoint_for_all_services};

mod clock;
mod configuration;
mod finding;
mod http;
mod model_access;
mod secrets;
mod site;
mod table;
mod topic;

use finding::Finding;

/// What is checked.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    /// The secrets of a deployment, whose names begin with this, for instance codesensei-prod/.
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    secrets: Option<String>,
    /// The topic that alarms are sent to: whether its subscriptions are confirmed.
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// The site: whether it and the API behind it answer.
    #[arg(long, value_name = "URL", value_parser = site::address)]
    site: Option<String>,
    /// Ask the model nothing. A question costs less than a cent.
    #[arg(long)]
    no_model: bool,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei doctor                                this machine: variables, the embedded table, its keys
  codesensei doctor --region us-east-1 --table codesensei-prod --secrets codesensei-prod/ \\
      --topic arn:aws:sns:us-east-1:123456789012:codesensei-prod-alarms --site https://app.example.com
  codesensei doctor --json | jq '.checks[] | select(.state == \"problem\")'

It changes nothing. The variables are those of this shell; those of a function are shown by
`aws lambda get-function-configuration`. Each line is ok, a problem with how to mend it, unknown
(it cannot be found out from here) or skipped (it was not asked for).

Exit code 0: nothing is wrong. 1: there is a problem. 2: a wrong option.";

/// Checks. Returns whether nothing is wrong.
///
/// # Errors
/// When the findings cannot be printed.
pub async fn run(doctor: Doctor) -> Result<bool, Failure> {
    let clock = Clock::system();
    let variables: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let mut findings = configuration::check(&variables);
    let mut others = doctor.others(&clock).await;
    let target = &doctor.target;
    // The table comes before the others, but a table that this process runs is only there until the work ends: so all is
    // printed in it.
    let checked = target.run(async |opened| {
        let mut all = std::mem::take(&mut findings);
        all.extend(table::check(opened).await);
        all.append(&mut others);
        Ok::<_, LocalError>(doctor.show(&all))
    });
    let failed = match checked.await {
        Ok(shown) => return shown,
        Err(error) => error,
    };
    findings.push(Finding::problem("table", format!("{failed}.")));
    findings.append(&mut others);
    doctor.show(&findings)
}

impl Doctor {
    fn show(&self, findings: &[Finding]) -> Result<bool, Failure> {
        let shown = if self.json { finding::json(findings) } else { finding::text(findings) };
        print(shown.as_bytes())?;
        Ok(finding::is_well(findings))
    }

    /// All but the configuration and the table.
    async fn others(&self, clock: &Clock) -> Vec<Finding> {
        let target = &self.target;
        let account = Account { region: target.region.clone(), profile: target.profile.clone(), endpoint_url: None };
        let mut findings = vec![self.clock(&account, clock).await];
        findings.extend(match &self.secrets {
            Some(prefix) => {
                let place = Where { dir: None, secrets: Some(prefix.clone()), account: account.clone() };
                secrets::check(&place, clock.now()).await
            }
            None if target.is_in_a_folder() => secrets::local(&target.data_dir),
            None => vec![Finding::skipped("secrets", "--secrets codesensei-prod/ checks them")],
        });
        findings.push(self.model(&account).await);
        findings.push(match &self.topic {
            Some(arn) => topic::check(arn, &account.load().await).await,
            None => Finding::skipped("alarm topic", "--topic ARN checks whether its subscriptions are confirmed"),
        });
        match &self.site {
            Some(site) => findings.extend(site::check(site).await),
            None => {
                findings.push(Finding::skipped("site", "--site https://app.example.com checks its page and its API"));
            }
        }
        findings
    }

    /// This machine's clock beside that of the table's endpoint.
    async fn clock(&self, account: &Account, clock: &Clock) -> Finding {
        let target = &self.target;
        let url = match (&target.endpoint_url, endpoint_for_all_services(), &target.store) {
            (Some(url), _, _) | (None, None, StoreChoice::Url(url)) => without_access_key(url),
            (None, Some(url), _) => without_access_key(&url),
            (None, None, store) if *store == StoreChoice::Memory || target.is_in_a_folder() => {
                return Finding::skipped("clock", "the table is on this machine, and has the same clock");
            }
            _ => match account.load().await.region() {
                Some(region) if region.as_ref().starts_with("cn-") => {
                    format!("https://dynamodb.{region}.amazonaws.com.cn/")
                }
                Some(region) => format!("https://dynamodb.{region}.amazonaws.com/"),
                None => return Finding::unknown("clock", "no region is known; --region or AWS_REGION names one"),
            },
        };
        clock::check(&url, clock).await
    }

    async fn model(&self, account: &Account) -> Finding {
        if self.no_model {
            return Finding::skipped("model", "--no-model");
        }
        let get = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Ok(mut config) = ReviewerConfig::from_env(get) else {
            return Finding::unknown("model", "its configuration cannot be read");
        };
        let is_configured = config.endpoint_url.is_some() || get("BEDROCK_MODEL_IDS").is_some();
        if !is_configured && self.target.is_in_a_folder() {
            return Finding::skipped(
                "model",
                "none is configured here, so `serve` answers by rules; BEDROCK_MODEL_IDS names one",
            );
        }
        let sdk = account.load().await;
        if let Some(region) = sdk.region() {
            config.region = region.to_string();
        }
        // A profile that is named signs, also at an endpoint on this machine.
        config.stand_in_credentials &= account.profile.is_none();
        model_access::check(config, &sdk).await
    }
}
