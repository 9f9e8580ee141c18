//! Endpoints: the address of a table and its credentials.

use std::fmt;
use std::pin::Pin;

use aws_config::SdkConfig;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};

/// The address of a table.
#[derive(Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// On AWS, or behind an endpoint that requires AWS credentials.
    Aws(AwsSettings),
    /// On an engine at this URL, such as DynamoDB Local. Needs no credentials, but uses those of the environment, if
    /// any.
    Url {
        /// For instance `http://127.0.0.1:8000`. The user part is the access key id of the signature, for engines that
        /// require a certain one: `http://KEY@127.0.0.1:8000`.
        url: String,
        /// The region of the signature. The default is `AWS_REGION`, then `us-east-1`. DynamoDB Local separates the
        /// tables of each region, unless its option for sharing is on.
        region: Option<String>,
    },
}

/// Settings that take precedence over the environment and the shared configuration files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsSettings {
    /// The region, instead of `AWS_REGION` and the profile's.
    pub region: Option<String>,
    /// The profile of the shared configuration files, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The endpoint, instead of the region's.
    pub endpoint_url: Option<String>,
}

/// Prints no access key.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws(settings) => f.debug_tuple("Aws").field(settings).finish(),
            Self::Url { url, region } => {
                f.debug_struct("Url").field("url", &without_access_key(url)).field("region", region).finish()
            }
        }
    }
}

impl Endpoint {
    /// An engine at this URL.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url { url: url.into(), region: None }
    }

    /// AWS with the settings of the environment.
    #[must_use]
    pub fn aws() -> Self {
        Self::Aws(AwsSettings::default())
    }

    /// The SDK's configuration for this endpoint.
    pub(crate) async fn configuration(&self) -> Builder {
        match self {
            Self::Aws(settings) => Builder::from(&settings.load().await),
            Self::Url { url, region } => local(url, region.as_deref(), variable),
        }
    }
}

/// Loads the SDK's configuration for the clients of all services. A profile that is named here signs even if the
/// environment has an access key. If the profile does not exist, every request fails with an error that names it.
impl IntoFuture for AwsSettings {
    type Output = SdkConfig;
    type IntoFuture = Pin<Box<dyn Future<Output = SdkConfig> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.load().await })
    }
}

impl AwsSettings {
    async fn load(&self) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &self.profile {
            let region = self.region_with(profile).await;
            let credentials = credentials_of(profile, region.clone());
            loader = loader.profile_name(profile).credentials_provider(credentials).region(region);
        } else if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }

    /// In the order of the AWS CLI. Unlike the SDK's default chain, this does not query the metadata service of an EC2
    /// instance.
    async fn region_with(&self, profile: &str) -> Option<Region> {
        let of_profile = ProfileFileRegionProvider::builder().profile_name(profile).build();
        let chain = RegionProviderChain::first_try(self.region.clone().map(Region::new))
            .or_else(EnvironmentVariableRegionProvider::new())
            .or_else(of_profile);
        chain.region().await
    }
}

/// Reads only the profile. The SDK's default chain prefers `AWS_ACCESS_KEY_ID`, and tries other sources if the profile
/// is missing.
#[expect(deprecated, reason = "the new name of these types is in a crate that this workspace does not depend on")]
fn credentials_of(profile: &str, region: Option<Region>) -> CredentialsProviderChain {
    use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
    let mut files = ProfileFiles::builder().include_default_config_file(true).include_default_credentials_file(true);
    // For a profile that does not exist, the SDK returns an error only on the first request. A profile without
    // credentials is an error of every request, and the chain of one provider adds its name.
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.@/+:".contains(c);
    if profile.chars().all(is_name) {
        files = files.with_contents(ProfileFileKind::Config, format!("[profile {profile}]\n"));
    }
    // The region in which a role of the profile is assumed.
    let config = ProviderConfig::without_region().with_region(region);
    let provider = ProfileFileCredentialsProvider::builder().configure(&config).profile_files(files.build());
    let name = format!("the profile `{profile}` of the AWS configuration files");
    CredentialsProviderChain::first_try(name, provider.profile_name(profile).build())
}

/// The access key id in a URL, and the URL without it.
#[must_use]
pub fn split_access_key(url: &str) -> (Option<&str>, String) {
    let Some((scheme, rest)) = url.split_once("://") else { return (None, url.to_owned()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((key, host)) => (Some(key), format!("{scheme}://{host}{}", &rest[authority.len()..])),
        None => (None, url.to_owned()),
    }
}

/// The printable form of an engine's URL, without an access key id.
#[must_use]
pub fn without_access_key(url: &str) -> String {
    split_access_key(url).1
}

/// A variable of the environment, if it is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The credentials for an engine with this access key id in its URL.
fn local_credentials(key: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Credentials {
    match (key, variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (Some(key), ..) => Credentials::new(key, "local", None, None, "the endpoint's URL"),
        (None, Some(id), Some(secret)) => {
            Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment")
        }
        // Engines check at most the form of a signature, but the client must sign.
        _ => Credentials::new("local", "local", None, None, "no credentials needed"),
    }
}

fn local(url: &str, region: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Builder {
    let (key, url) = split_access_key(url);
    let credentials = local_credentials(key, &variable);
    let region = region.map(ToOwned::to_owned).or_else(|| variable("AWS_REGION"));
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        // Without the key: the SDK does not read it, and would print it in its traces.
        .endpoint_url(url)
        .region(Region::new(region.unwrap_or_else(|| "us-east-1".to_owned())))
        .credentials_provider(credentials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::config::ProvideCredentials as _;

    #[test]
    fn the_user_part_of_a_url_is_the_access_key_and_is_not_printed() {
        assert_eq!(split_access_key("http://KEY@127.0.0.1:8000"), (Some("KEY"), "http://127.0.0.1:8000".to_owned()));
        assert_eq!(split_access_key("https://a@b@host/x@y?z"), (Some("a@b"), "https://host/x@y?z".to_owned()));
        for plain in ["http://127.0.0.1:8000", "http://host/x@y", "host:1", ""] {
            assert_eq!(split_access_key(plain), (None, plain.to_owned()));
        }
        let shown = format!("{:?}", Endpoint::url("http://KEY@127.0.0.1:8000"));
        assert_eq!(shown, r#"Url { url: "http://127.0.0.1:8000", region: None }"#);
    }

    #[test]
    fn an_engine_gets_the_key_of_its_url_or_those_of_the_environment() {
        let both = |name: &str| Some(format!("the {name}"));
        let one = |name: &str| both(name).filter(|_| name == "AWS_ACCESS_KEY_ID");
        let keys = |credentials: Credentials| {
            let token = credentials.session_token().is_some();
            (credentials.access_key_id().to_owned(), credentials.secret_access_key().to_owned(), token)
        };
        let given = |id: &str, secret: &str, token| (id.to_owned(), secret.to_owned(), token);
        assert_eq!(keys(local_credentials(Some("KEY"), both)), given("KEY", "local", false));
        let expected = given("the AWS_ACCESS_KEY_ID", "the AWS_SECRET_ACCESS_KEY", true);
        assert_eq!(keys(local_credentials(None, both)), expected);
        assert_eq!(keys(local_credentials(None, one)), given("local", "local", false));
        let region = |region, variable: fn(&str) -> Option<String>| {
            let config = local("http://127.0.0.1:8000", region, variable).build();
            config.region().map(ToString::to_string)
        };
        assert_eq!(region(Some("eu-north-1"), |_| Some("eu-west-1".to_owned())).as_deref(), Some("eu-north-1"));
        assert_eq!(region(None, |_| Some("eu-west-1".to_owned())).as_deref(), Some("eu-west-1"));
        assert_eq!(region(None, |_| None).as_deref(), Some("us-east-1"));
    }

    #[test]
    fn an_absent_variable_is_none_and_a_present_one_has_its_value() {
        assert_eq!(variable("CODESENSEI_NO_TEST_SETS_THIS"), None);
        assert_eq!(variable("PATH"), std::env::var("PATH").ok());
    }

    #[tokio::test]
    async fn the_given_region_is_used_with_a_profile_and_an_absent_profile_is_named() {
        let settings = AwsSettings { region: Some("eu-north-1".to_owned()), ..AwsSettings::default() };
        let region = settings.region_with("absent-profile").await;
        assert_eq!(region.as_ref().map(ToString::to_string).as_deref(), Some("eu-north-1"));
        let credentials = credentials_of("absent-profile", region);
        for _ in 0..2 {
            let error = credentials.provide_credentials().await.expect_err("there is no such profile");
            let error = format!("{:?}", aws_sdk_dynamodb::error::DisplayErrorContext(error));
            assert!(error.contains("absent-profile"), "{error}");
        }
    }
}
