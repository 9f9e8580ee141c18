//! What the programs are told by their environment: the names of all variables stand here and in `bedrock/config.rs`.

use std::num::NonZeroU32;

use bedrock::ReviewerConfig;
use lambda_http::Error;
use model::{DEFAULT_CODE_CACHE_MIB, MessageTtl};

use crate::http::cors::CorsPolicy;
use crate::lambda::program::{Does, Program};
use crate::report::TablePrices;

/// The variables of a process, by their names. One that is empty is not set: a template cannot leave one out.
pub struct Variables<'a>(Get<'a>);

type Get<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

impl<'a> Variables<'a> {
    /// Those of this process.
    #[must_use]
    pub fn own() -> Self {
        Self::from(|name: &str| std::env::var(name).ok())
    }

    /// Those that this function knows.
    pub fn from(get: impl Fn(&str) -> Option<String> + 'a) -> Self {
        Self(Box::new(move |name| get(name).filter(|value| !value.trim().is_empty())))
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }

    pub(super) fn wanted(&self, name: &str) -> Result<String, Error> {
        self.get(name).ok_or_else(|| format!("the environment variable {name} is not set").into())
    }
}

/// What a program that serves routes is told. It reads what it uses, and nothing else.
#[derive(Debug)]
pub struct Settings {
    pub(super) table: String,
    /// Of the page; the tokens' issuer and audience too.
    pub(super) origin: String,
    pub(super) cors: CorsPolicy,
    pub(super) public_keys_secret: String,
    pub(super) seed_secret: String,
    /// In programs that sign tokens.
    pub(super) signing_key_secret: Option<String>,
    /// In programs that read code.
    pub(super) code_cache_mib: u16,
    /// In programs that write messages.
    pub(super) message_ttl: MessageTtl,
    /// In programs that ask the model.
    pub(super) ai_daily_cap: Option<NonZeroU32>,
    pub(super) reviewer: Option<ReviewerConfig>,
}

impl Settings {
    /// Reads the variables of a program.
    ///
    /// # Errors
    /// When one is missing or wrong; its name is in the message.
    pub fn read(program: &Program, variables: &Variables<'_>) -> Result<Self, Error> {
        let origin = variables.wanted("CODESENSEI_ORIGIN")?;
        let cors = CorsPolicy::production(&origin).map_err(|error| said("CODESENSEI_ORIGIN", &error))?;
        let mut settings = Self {
            table: variables.wanted("CODESENSEI_TABLE")?,
            origin,
            cors,
            public_keys_secret: variables.wanted("CODESENSEI_PUBLIC_KEYS_SECRET")?,
            seed_secret: variables.wanted("CODESENSEI_SEED_SECRET")?,
            signing_key_secret: None,
            code_cache_mib: 0,
            message_ttl: MessageTtl::default(),
            ai_daily_cap: None,
            reviewer: None,
        };
        if program.does(Does::Sign) {
            settings.signing_key_secret = Some(variables.wanted("CODESENSEI_SIGNING_KEY_SECRET")?);
        }
        if program.does(Does::ReadCode) {
            settings.code_cache_mib = code_cache_mib(variables)?;
        }
        if program.does(Does::WriteMessages) {
            settings.message_ttl = message_ttl(variables)?;
        }
        if program.connect.is_some() {
            settings.ai_daily_cap = ai_daily_cap(variables)?;
            let reviewer = ReviewerConfig::from_env(|name| variables.get(name));
            settings.reviewer = Some(reviewer.map_err(|error| said("the reviewer", &error))?);
        }
        Ok(settings)
    }
}

/// An error in words: what `main` returns is printed with `{:?}`, which for most errors is only their name.
pub(super) fn said(what: &str, error: &dyn std::error::Error) -> Error {
    format!("{what}: {error}").into()
}

/// The table of a program that serves no routes.
///
/// # Errors
/// When it is not set.
pub fn table(variables: &Variables<'_>) -> Result<String, Error> {
    variables.wanted("CODESENSEI_TABLE")
}

/// What the program that reports is told.
#[derive(Debug)]
pub struct ReportSettings {
    pub(super) table: String,
    /// The ARN of the topic that reports go to.
    pub(super) topic: String,
    pub(super) prices: TablePrices,
}

impl ReportSettings {
    /// Reads its variables.
    ///
    /// # Errors
    /// When one is missing or wrong; its name is in the message.
    pub fn read(variables: &Variables<'_>) -> Result<Self, Error> {
        let name = "CODESENSEI_TABLE_PRICES";
        let prices = TablePrices::parse(&variables.wanted(name)?).map_err(|error| said(name, &error))?;
        Ok(Self { table: table(variables)?, topic: variables.wanted("CODESENSEI_REPORT_TOPIC")?, prices })
    }
}

/// Off unless it is set.
fn message_ttl(variables: &Variables<'_>) -> Result<MessageTtl, Error> {
    let name = "CODESENSEI_MESSAGE_TTL_DAYS";
    let days = variables.get(name).map_or(Ok(MessageTtl::default()), |days| days.parse());
    days.map_err(|error| said(name, &error))
}

/// Off unless it is set.
fn ai_daily_cap(variables: &Variables<'_>) -> Result<Option<NonZeroU32>, Error> {
    let Some(cap) = variables.get("CODESENSEI_AI_DAILY_CAP") else { return Ok(None) };
    cap.parse().map(Some).map_err(|_| "CODESENSEI_AI_DAILY_CAP must be a positive number".into())
}

/// How much code that was read a process keeps.
fn code_cache_mib(variables: &Variables<'_>) -> Result<u16, Error> {
    let Some(mib) = variables.get("CODESENSEI_CODE_CACHE_MIB") else { return Ok(DEFAULT_CODE_CACHE_MIB) };
    mib.parse().map_err(|_| "CODESENSEI_CODE_CACHE_MIB must be a number of MiB from 0 to 65535".into())
}
