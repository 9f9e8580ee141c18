//! `codesensei doctor`: checks a deployment or this machine, and explains how to fix each problem.

use std::ffi::OsString;

use bedrock::ReviewerConfig;
use clap::Args;
use model::{Clock, without_access_key};

use crate::Failure;
use crate::aws::Account;
use crate::error::OpenError;
use crate::keys::secret_store::{Location, prefix};
use crate::output::print;
use crate::store_choice::{StoreChoice, endpoint_for_all_services};
use crate::target::Target;

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

/// The options of `doctor`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    /// Check the secrets of a deployment, whose names begin with this prefix, such as codesensei-prod/.
    #[arg(long, value_name = "PREFIX", value_parser = prefix)]
    secrets: Option<String>,
    /// Check that the subscriptions of this topic for alarms are confirmed.
    #[arg(long, value_name = "ARN")]
    topic: Option<String>,
    /// Check that this site and the API behind it answer.
    #[arg(long, value_name = "URL", value_parser = site::parse_site)]
    site: Option<String>,
    /// Do not send a question to the model. A question costs less than a cent.
    #[arg(long)]
    no_model: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei doctor                     this machine: its variables, embedded table and keys
  codesensei doctor --region us-east-1 --table codesensei-prod --secrets codesensei-prod/ \\
      --topic arn:aws:sns:us-east-1:123456789012:codesensei-prod-alarms --site https://app.example.com
  codesensei doctor --json | jq '.checks[] | select(.state == \"problem\")'

It changes nothing. It checks the variables of this shell; `aws lambda get-function-configuration`
shows the variables of a function. Each line is ok, problem (with its remedy), unknown (it cannot be
checked from here) or skipped (it was not requested).

Exit code 0: no problems. 1: problems. 2: invalid usage.";

/// Runs the checks. Returns whether there are no problems.
///
/// # Errors
/// If the findings cannot be printed.
pub async fn run(doctor: Doctor) -> Result<bool, Failure> {
    let clock = Clock::system();
    let variables: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let mut findings = configuration::check(&variables);
    let mut others = doctor.others(&clock).await;
    let target = &doctor.target;
    // The findings about the table come before the others, and `run` closes standard output when its work ends: so the
    // work prints all findings.
    let checked = target.run(async |opened| {
        let mut all = std::mem::take(&mut findings);
        all.extend(table::check(opened).await);
        all.append(&mut others);
        Ok::<_, OpenError>(doctor.show(&all))
    });
    let failed = match checked.await {
        Ok(printed) => return printed,
        Err(error) => error,
    };
    findings.push(Finding::problem("table", format!("{failed}.")));
    findings.append(&mut others);
    doctor.show(&findings)
}

impl Doctor {
    fn show(&self, findings: &[Finding]) -> Result<bool, Failure> {
        let printed = if self.json { finding::json(findings) } else { finding::text(findings) };
        print(printed.as_bytes())?;
        Ok(finding::is_healthy(findings))
    }

    /// All checks except the configuration and the table.
    async fn others(&self, clock: &Clock) -> Vec<Finding> {
        let target = &self.target;
        let account = Account { region: target.region.clone(), profile: target.profile.clone(), endpoint_url: None };
        let mut findings = vec![self.clock(&account, clock).await];
        findings.extend(match &self.secrets {
            Some(prefix) => {
                let location = Location { dir: None, secrets: Some(prefix.clone()), account: account.clone() };
                secrets::check(&location, clock.now()).await
            }
            None if target.is_embedded() => secrets::check_local(&target.data_dir),
            None => vec![Finding::skipped("secrets", "--secrets codesensei-prod/ checks them")],
        });
        findings.push(self.model(&account).await);
        findings.push(match &self.topic {
            Some(arn) => topic::check(arn, &account.load().await).await,
            None => Finding::skipped("alarm topic", "--topic ARN checks its subscriptions"),
        });
        match &self.site {
            Some(site) => findings.extend(site::check(site).await),
            None => {
                findings.push(Finding::skipped("site", "--site https://app.example.com checks its page and its API"));
            }
        }
        findings
    }

    /// Compares this machine's clock with the clock of the table's endpoint.
    async fn clock(&self, account: &Account, clock: &Clock) -> Finding {
        let target = &self.target;
        let url = match (&target.endpoint_url, endpoint_for_all_services(), &target.store) {
            (Some(url), _, _) | (None, None, StoreChoice::Url(url)) => without_access_key(url),
            (None, Some(url), _) => without_access_key(&url),
            (None, None, store) if *store == StoreChoice::Memory || target.is_embedded() => {
                return Finding::skipped("clock", "the table is on this machine and uses the same clock");
            }
            _ => match account.load().await.region() {
                Some(region) if region.as_ref().starts_with("cn-") => {
                    format!("https://dynamodb.{region}.amazonaws.com.cn/")
                }
                Some(region) => format!("https://dynamodb.{region}.amazonaws.com/"),
                None => return Finding::unknown("clock", "the region is unknown; set --region or AWS_REGION"),
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
            return Finding::unknown("model", "its configuration is invalid");
        };
        let is_configured = config.endpoint_url.is_some() || get("BEDROCK_MODEL_IDS").is_some();
        if !is_configured && self.target.is_embedded() {
            return Finding::skipped(
                "model",
                "no model is configured, so `serve` uses the rule-based reviewer; BEDROCK_MODEL_IDS configures one",
            );
        }
        let sdk = account.load().await;
        if let Some(region) = sdk.region() {
            config.region = region.to_string();
        }
        // With a named profile, requests are signed with it, even to an endpoint on this machine.
        config.stand_in_credentials &= account.profile.is_none();
        model_access::check(config, &sdk).await
    }
}
