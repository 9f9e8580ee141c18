//! Endpoints: where a table is, and as whom it is asked.

use aws_config::ConfigLoader;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// On AWS, or behind an endpoint that asks for AWS credentials.
    Aws(AwsSettings),
    /// On an engine at this URL, such as DynamoDB Local. Needs no credentials; takes those of the environment when they
    /// are set.
    Url {
        /// For instance `http://127.0.0.1:8000`.
        url: String,
        /// The region to sign for. `AWS_REGION` when it is absent, else `us-east-1`: DynamoDB Local keeps the tables of
        /// each region apart, unless it is told to share them.
        region: Option<String>,
    },
}

/// What is said beside what the environment and the shared configuration files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsSettings {
    /// The region, instead of `AWS_REGION` and the profile's.
    pub region: Option<String>,
    /// The profile of the shared configuration files, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The endpoint, instead of the region's.
    pub endpoint_url: Option<String>,
}

impl Endpoint {
    /// An engine at this URL.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url { url: url.into(), region: None }
    }

    /// AWS as the environment says.
    #[must_use]
    pub fn aws() -> Self {
        Self::Aws(AwsSettings::default())
    }

    /// The SDK's configuration for it.
    pub(super) async fn configuration(&self) -> Builder {
        match self {
            Self::Aws(settings) => Builder::from(&settings.loader().load().await),
            Self::Url { url, region } => local(url, region.as_deref()),
        }
    }
}

impl AwsSettings {
    fn loader(&self) -> ConfigLoader {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        match &self.endpoint_url {
            Some(url) => loader.endpoint_url(url),
            None => loader,
        }
    }
}

fn local(url: &str, region: Option<&str>) -> Builder {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let credentials = match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment"),
        // Engines check the form of a signature at most, but the client must make one.
        _ => Credentials::new("local", "local", None, None, "no credentials needed"),
    };
    let region = region.map(ToOwned::to_owned).or_else(|| variable("AWS_REGION"));
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(region.unwrap_or_else(|| "us-east-1".to_owned())))
        .credentials_provider(credentials)
}
