//! The fields of accounts, of their devices and of their usage.

use super::{UUID, UUID_EXAMPLE, amount, date, flag, format, matching, number, text, time};
use crate::auth::person_name::PersonName;
use crate::error::{ApiError, ApiResult};
use model::limits::{
    EMAIL_BYTES, NAME_CHARS, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, USERNAME_MAX_CHARS, USERNAME_MIN_CHARS,
};

text_fields! {
    /// The user's id.
    UserId(model::UserId) = matching(UUID, UUID_EXAMPLE.to_owned());
    /// The sign-in's id.
    DeviceId(model::FamilyId) = matching(UUID, UUID_EXAMPLE.to_owned());
    /// When it was last used, to within an hour.
    LastUsedAt(model::Timestamp) = time();
}

request_fields! {
    /// The name of the user, without hidden characters. Surrounding blanks are removed.
    Name(String) = text("Ada Lovelace").min_length(Some(1)).max_length(Some(NAME_CHARS));
    /// The e-mail address. It is unique, and its case does not matter.
    Email(String) = format("email", "ada@example.com").max_length(Some(EMAIL_BYTES));
    /// The name for signing in. Its case does not matter.
    Username(String) =
        matching(&format!("[A-Za-z0-9]{{{USERNAME_MIN_CHARS},{USERNAME_MAX_CHARS}}}"), "ada".to_owned());
    /// The username. Its case does not matter.
    UsernameToFind(String) = text("ada");
    /// At least 8 characters and at most 71 bytes, with an upper-case letter, a number and a special character. Common
    /// passwords are refused.
    NewPassword(String) = format("password", PASSWORD).min_length(Some(PASSWORD_MIN_CHARS)).max_length(Some(PASSWORD_MAX_BYTES));
    /// The same password again.
    ConfirmPassword(String) = format("password", PASSWORD);
    /// The user's password.
    Password(String) = format("password", PASSWORD);
}

answer_fields! {
    /// The browser, if it is known.
    Browser(&'static str) = text("Firefox");
    /// The operating system, if it is known.
    System(&'static str) = text("Windows");
    /// Whether it is the sign-in of this request.
    IsThis(bool) = flag();
    /// A UTC day.
    Day(model::Date) = date();
    /// Answers of the model.
    Requests(u32) = number(0, 12);
    /// Input tokens, without those of the prompt cache.
    InputTokens(i64) = amount(0, 21_000);
    /// Tokens read from the prompt cache.
    CacheReadTokens(i64) = amount(0, 8_000);
    /// Tokens written to the prompt cache.
    CacheWriteTokens(i64) = amount(0, 4_000);
    /// Output tokens.
    OutputTokens(i64) = amount(0, 3_500);
    /// The cost in millionths of a US dollar.
    CostMicros(i64) = amount(0, 130_000);
}

const _: () =
    assert!(PASSWORD_MIN_CHARS == 8 && PASSWORD_MAX_BYTES == 71, "the description of NewPassword names the limits");

const PASSWORD: &str = "Analytical-1843";

impl Name {
    /// # Errors
    /// `INVALID_INPUT` at `name`.
    pub(crate) fn parse(&self) -> ApiResult<PersonName> {
        self.0.parse().map_err(|error| ApiError::invalid("name", format!("{error}")))
    }
}

impl Email {
    /// # Errors
    /// `INVALID_INPUT` at `email`.
    pub(crate) fn parse(&self) -> ApiResult<model::Email> {
        self.0.parse().map_err(|_| ApiError::invalid("email", "This is not an e-mail address we can use."))
    }
}

impl Username {
    /// # Errors
    /// `INVALID_INPUT` at `username`.
    pub(crate) fn parse(&self) -> ApiResult<model::Username> {
        self.0.parse().map_err(|_| ApiError::invalid("username", Self::error_message()))
    }

    /// The message for an invalid username.
    pub(crate) fn error_message() -> String {
        format!("A username has {USERNAME_MIN_CHARS} to {USERNAME_MAX_CHARS} letters and digits.")
    }
}

impl From<&model::Email> for Email {
    fn from(email: &model::Email) -> Self {
        Self(email.as_str().to_owned())
    }
}

impl From<&model::Username> for Username {
    fn from(username: &model::Username) -> Self {
        Self(username.as_str().to_owned())
    }
}
