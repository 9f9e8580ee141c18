//! The secrets as a command reads them, the writes that it makes, and the messages that follow.

use handlers::secrets::{PublicKeys, Seed, SigningKey};

use crate::keys::secret_store::SecretName;

/// The existing secrets, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ParsedSecrets {
    pub(crate) signing: Option<SigningKey>,
    pub(crate) public: Option<PublicKeys>,
    pub(crate) seed: Option<Seed>,
}

/// A secret to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    Signing(SigningKey),
    Public(PublicKeys),
    Seed(Seed),
}

impl Write {
    pub(crate) const fn name(&self) -> SecretName {
        match self {
            Self::Signing(_) => SecretName::SigningKey,
            Self::Public(_) => SecretName::PublicKeys,
            Self::Seed(_) => SecretName::Seed,
        }
    }

    /// The stored form.
    pub(crate) fn text(&self) -> String {
        let text = match self {
            Self::Signing(signing) => serde_json::to_string(signing),
            Self::Public(public) => serde_json::to_string(public),
            Self::Seed(seed) => serde_json::to_string(seed),
        };
        text.expect("texts and times serialize")
    }
}

/// Writes in their order, and the messages after them.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) writes: Vec<Write>,
    pub(crate) messages: Vec<String>,
    /// The deployment that the writes require.
    pub(crate) deploy: Option<Deploy>,
}

/// What the deployment after a change of the origin secret does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deploy {
    /// Accepts a new value and the previous one.
    Both,
    /// Accepts only the new value, at the end of a rotation.
    Settled,
    /// Accepts only a new value, because the previous one is too short.
    Replaced,
}

impl Deploy {
    /// What was done and what to do next. `version` is the id of the written version in Secrets Manager.
    pub(crate) fn messages(self, version: Option<&str>, options: &str) -> Vec<String> {
        let done = match self {
            Self::Both => "The origin secret has a new value. The previous value is still accepted.",
            Self::Settled => "Only the new origin secret is accepted.",
            Self::Replaced => "The origin secret has a new value. The previous value is too short to be accepted.",
        };
        let parameter = match version {
            Some(version) => format!("Now set \"SeedVersionId={version}\""),
            None => "Now store seed.json in Secrets Manager, set \"SeedVersionId=…\" to the id of its new version"
                .to_owned(),
        };
        let deploy = format!(
            "{parameter} in the parameter_overrides of this stage in infra/samconfig.toml, and deploy. CloudFormation \
             reads the seed again only when this parameter changes."
        );
        let then = match self {
            Self::Both => {
                format!(
                    "After the deployment, CloudFront sends the new value. Then run: codesensei keys rotate-origin \
                     --settle {options}"
                )
            }
            Self::Settled => "WAF accepts the previous value until the deployment has ended.".to_owned(),
            Self::Replaced => "WAF refuses requests with 403 until CloudFront sends the new value.".to_owned(),
        };
        vec![done.to_owned(), deploy, then]
    }
}
