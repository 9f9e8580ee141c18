//! Settings from the environment. All variables are named here and in `bedrock/config.rs`.

use std::num::NonZeroU32;

use bedrock::ReviewerConfig;
use lambda_http::Error;
use model::{DEFAULT_CODE_CACHE_MIB, MessageTtl};

use crate::http::cors::CorsPolicy;
use crate::lambda::program::{Capability, Program};
use crate::report::TablePrices;

/// The variables of a process. An empty variable counts as unset, because a template cannot omit one.
pub struct Variables<'a>(Get<'a>);

type Get<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

impl<'a> Variables<'a> {
    /// The variables of this process.
    #[must_use]
    pub fn own() -> Self {
        Self::from(|name: &str| std::env::var(name).ok())
    }

    /// Variables from a function.
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

/// The settings of a program with routes. Each program reads only those that it uses.
#[derive(Debug)]
pub struct Settings {
    pub(super) table: String,
    /// The origin of the page, also the issuer and audience of tokens.
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
        let cors = CorsPolicy::production(&origin).map_err(|error| describe("CODESENSEI_ORIGIN", &error))?;
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
        if program.has(Capability::Sign) {
            settings.signing_key_secret = Some(variables.wanted("CODESENSEI_SIGNING_KEY_SECRET")?);
        }
        if program.has(Capability::ReadCode) {
            settings.code_cache_mib = code_cache_mib(variables)?;
        }
        if program.has(Capability::WriteMessages) {
            settings.message_ttl = message_ttl(variables)?;
        }
        if program.connect.is_some() {
            settings.ai_daily_cap = ai_daily_cap(variables)?;
            let reviewer = ReviewerConfig::from_env(|name| variables.get(name));
            settings.reviewer = Some(reviewer.map_err(|error| describe("the reviewer", &error))?);
        }
        Ok(settings)
    }
}

/// An error as text: the error of `main` is printed with `{:?}`, which omits the messages of most errors.
pub(super) fn describe(what: &str, error: &dyn std::error::Error) -> Error {
    format!("{what}: {error}").into()
}

/// The table of a program without routes.
///
/// # Errors
/// When the variable is not set.
pub fn table(variables: &Variables<'_>) -> Result<String, Error> {
    variables.wanted("CODESENSEI_TABLE")
}

/// The settings of the report.
#[derive(Debug)]
pub struct ReportSettings {
    pub(super) table: String,
    /// The ARN of the topic for reports.
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
        let prices = TablePrices::parse(&variables.wanted(name)?).map_err(|error| describe(name, &error))?;
        Ok(Self { table: table(variables)?, topic: variables.wanted("CODESENSEI_REPORT_TOPIC")?, prices })
    }
}

/// Off unless it is set.
fn message_ttl(variables: &Variables<'_>) -> Result<MessageTtl, Error> {
    let name = "CODESENSEI_MESSAGE_TTL_DAYS";
    let days = variables.get(name).map_or(Ok(MessageTtl::default()), |days| days.parse());
    days.map_err(|error| describe(name, &error))
}

/// Off unless it is set.
fn ai_daily_cap(variables: &Variables<'_>) -> Result<Option<NonZeroU32>, Error> {
    let Some(cap) = variables.get("CODESENSEI_AI_DAILY_CAP") else { return Ok(None) };
    cap.parse().map(Some).map_err(|_| "CODESENSEI_AI_DAILY_CAP must be a positive number".into())
}

/// The size of the code cache of a process.
fn code_cache_mib(variables: &Variables<'_>) -> Result<u16, Error> {
    let Some(mib) = variables.get("CODESENSEI_CODE_CACHE_MIB") else { return Ok(DEFAULT_CODE_CACHE_MIB) };
    mib.parse().map_err(|_| "CODESENSEI_CODE_CACHE_MIB must be a number of MiB from 0 to 65535".into())
}
