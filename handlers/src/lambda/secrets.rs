//! The three secrets in Secrets Manager, of which each program reads those that it needs.
//!
//! The key that signs is apart from the public keys, so that a program which only checks tokens cannot make any.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use futures::FutureExt as _;
use lambda_http::Error;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::auth::keyring::KeySource;
use crate::auth::keys::TokenKeys;
use crate::lambda::settings::{Settings, said};

/// Minimum length of the seed, in characters.
const MIN_SEED: usize = 32;

/// The key that tokens are signed with.
#[derive(Deserialize)]
struct SigningKey {
    /// In PEM.
    signing_key: String,
}

/// Public keys whose tokens are good.
#[derive(Deserialize)]
struct PublicKeys {
    keys: Vec<PublicKey>,
}

#[derive(Deserialize)]
struct PublicKey {
    /// In PEM.
    pem: String,
}

/// What cursors, fences and devices are known by, and how CloudFront is.
#[derive(Deserialize)]
pub(super) struct Seed {
    /// At least 32 random characters.
    #[serde(rename = "seed")]
    pub(super) value: String,
    /// What CloudFront says in `x-origin-secret`; without it, no address is taken from CloudFront.
    origin: Option<String>,
    /// What it said before, while a new value spreads.
    origin_before: Option<String>,
}

impl Seed {
    /// What CloudFront may say.
    pub(super) fn origins(&self) -> impl Iterator<Item = &str> {
        [&self.origin, &self.origin_before].into_iter().flatten().map(String::as_str)
    }
}

/// Reads secrets. Their values are never logged, and never in an environment variable.
#[derive(Clone)]
pub(super) struct Secrets(Client);

impl Secrets {
    pub(super) fn connect(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    pub(super) async fn seed(&self, id: &str) -> Result<Seed, Error> {
        let seed: Seed = self.read(id, "seed").await?;
        if seed.value.len() < MIN_SEED {
            return Err(format!("the seed in the secret {id} is shorter than {MIN_SEED} characters").into());
        }
        Ok(seed)
    }

    /// The keys of a program: to sign and to check, or only to check.
    pub(super) async fn keys(&self, settings: &Settings) -> Result<TokenKeys, Error> {
        let public = self.read::<PublicKeys>(&settings.public_keys_secret, "keys");
        let keys = if let Some(id) = &settings.signing_key_secret {
            let (public, signing) = futures::try_join!(public, self.read::<SigningKey>(id, "signing_key"))?;
            TokenKeys::from_pem(&signing.signing_key, public.pems())
        } else {
            TokenKeys::verifying(public.await?.pems())
        };
        keys.map_err(|error| said("a key in the secrets", &error))
    }

    /// The same again, as they are by then: they change while programs run.
    pub(super) fn key_source(self, settings: Settings) -> KeySource {
        let settings = std::sync::Arc::new(settings);
        Box::new(move || {
            let (secrets, settings) = (self.clone(), settings.clone());
            async move { secrets.keys(&settings).await }.boxed()
        })
    }

    async fn read<T: DeserializeOwned>(&self, id: &str, field: &str) -> Result<T, Error> {
        let answer = self.0.get_secret_value().secret_id(id).send().await;
        let answer =
            answer.map_err(|error| format!("the secret {id} cannot be read: {}", error.into_service_error()))?;
        // Serde repeats what it could not read, so its message is not passed on.
        let unreadable = || format!("the secret {id} is not an object with {field}");
        serde_json::from_str(answer.secret_string().ok_or_else(unreadable)?).map_err(|_| unreadable().into())
    }
}

impl PublicKeys {
    fn pems(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.pem.as_str())
    }
}
