//! The options that select an AWS account, and the messages of AWS errors.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use clap::Args;
use model::AwsSettings;

use crate::shell;

/// The options that select an AWS account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Account {
    /// The region, instead of `AWS_REGION` and the profile's region.
    #[arg(long, value_name = "REGION", conflicts_with = "dir")]
    pub region: Option<String>,
    /// The profile of the AWS configuration files, instead of `AWS_PROFILE` and `AWS_ACCESS_KEY_ID`.
    #[arg(long, value_name = "PROFILE", conflicts_with = "dir")]
    pub profile: Option<String>,
    /// The endpoint of Secrets Manager to use instead, as for the AWS CLI.
    #[arg(long, value_name = "URL", conflicts_with = "dir")]
    pub endpoint_url: Option<String>,
}

impl Account {
    /// The SDK's configuration.
    pub(crate) async fn load(&self) -> SdkConfig {
        let (region, profile) = (self.region.clone(), self.profile.clone());
        AwsSettings { region, profile, endpoint_url: self.endpoint_url.clone() }.await
    }

    /// The options that select this account, for a suggested command.
    pub(crate) fn options(&self) -> Vec<String> {
        let named = [("region", &self.region), ("profile", &self.profile), ("endpoint-url", &self.endpoint_url)];
        named.iter().filter_map(|(name, value)| Some(shell::option(name, value.as_deref()?))).collect()
    }
}

/// The message of an AWS error. A service's message names a secret and never has its value. An unreadable answer is
/// reported only by its status, because its body can contain a secret.
pub(crate) fn aws_error<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let unreadable = |status: u16| format!("HTTP {status}, with an unreadable answer");
    match (error, error.code()) {
        (_, Some(code)) => format!("{code}: {}", error.message().unwrap_or("(no message)")),
        (SdkError::ServiceError(answer), None) => unreadable(answer.raw().status().as_u16()),
        (SdkError::ResponseError(answer), None) => unreadable(answer.raw().status().as_u16()),
        (error, None) => root_cause(error),
    }
}

/// The root cause of an error, on one line.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let deepest = std::iter::successors(Some(error), |error| error.source()).last();
    let text = deepest.map(ToString::to_string).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
