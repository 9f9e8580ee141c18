//! The options that select an AWS account.

use aws_config::SdkConfig;
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
