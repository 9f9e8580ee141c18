//! Reads secrets from Secrets Manager: each program only those that it needs.
//!
//! The signing key and the public keys are separate secrets, so that a program that only checks tokens cannot sign any.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use futures::FutureExt as _;
use lambda_http::Error;
use serde::de::DeserializeOwned;

use crate::auth::keyring::KeySource;
use crate::auth::keys::TokenKeys;
use crate::lambda::aws::aws_error;
use crate::lambda::settings::{Settings, describe};
use crate::secrets::{ORIGIN_CHARS, PublicKeys, SEED_CHARS, Seed, SigningKey};

/// Reads secrets. Their values are never logged, and never in an environment variable.
#[derive(Clone)]
pub(super) struct Secrets(Client);

impl Secrets {
    pub(super) fn connect(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    pub(super) async fn seed(&self, id: &str) -> Result<Seed, Error> {
        let seed: Seed = self.read(id, "seed, origin and origin_before").await?;
        if seed.seed.len() < SEED_CHARS {
            return Err(format!("the seed in the secret {id} is shorter than {SEED_CHARS} characters").into());
        }
        if [&seed.origin, &seed.origin_before].iter().any(|value| value.len() < ORIGIN_CHARS) {
            return Err(format!("an origin secret in the secret {id} is shorter than {ORIGIN_CHARS} characters").into());
        }
        Ok(seed)
    }

    /// Reads all secrets in parallel at the start.
    pub(super) async fn all(&self, settings: &Settings) -> Result<(Seed, TokenKeys), Error> {
        futures::try_join!(self.seed(&settings.seed_secret), self.keys(settings))
    }

    /// The keys of a program, with or without the signing key.
    pub(super) async fn keys(&self, settings: &Settings) -> Result<TokenKeys, Error> {
        let public = self.read::<PublicKeys>(&settings.public_keys_secret, "keys");
        let keys = if let Some(id) = &settings.signing_key_secret {
            let (public, signing) = futures::try_join!(public, self.read::<SigningKey>(id, "signing_key"))?;
            TokenKeys::from_pem(&signing.signing_key, pems(&public))
        } else {
            TokenKeys::verifying(pems(&public.await?))
        };
        keys.map_err(|error| describe("a key in the secrets", &error))
    }

    /// A source that reloads the keys, because they change while programs run.
    pub(super) fn key_source(self, settings: Settings) -> KeySource {
        let settings = std::sync::Arc::new(settings);
        Box::new(move || {
            let (secrets, settings) = (self.clone(), settings.clone());
            async move { secrets.keys(&settings).await }.boxed()
        })
    }

    async fn read<T: DeserializeOwned>(&self, id: &str, field: &str) -> Result<T, Error> {
        let answer = self.0.get_secret_value().secret_id(id).send().await;
        let answer = answer.map_err(|error| format!("the secret {id} cannot be read: {}", aws_error(&error)))?;
        // Serde's message contains the value, so it is dropped.
        let unreadable = || format!("the secret {id} is not an object with {field}");
        serde_json::from_str(answer.secret_string().ok_or_else(unreadable)?).map_err(|_| unreadable().into())
    }
}

fn pems(public: &PublicKeys) -> impl Iterator<Item = &str> {
    public.keys.iter().map(|key| key.pem.as_str())
}
