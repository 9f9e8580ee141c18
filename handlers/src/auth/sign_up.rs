//! The sign-up form: five fields in, one account-to-be out, and the first mistake by its field's name.

use std::fmt;
use std::str::FromStr;

use model::{Email, Username};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::password::Password;
use crate::error::{ApiError, ApiResult};
use crate::limits::NAME_CHARS;
use crate::openapi::fields;

/// What a person is called: 1 to 100 characters, without controls, trimmed. Personal: it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// The text is no name. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A name has 1 to 100 characters and no control characters.")]
pub struct InvalidName;

impl PersonName {
    /// The name, for the answer to its owner. Never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, to be stored.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for PersonName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name = text.trim();
        let sized = (1..=NAME_CHARS).contains(&name.chars().count());
        if sized && !name.contains(char::is_control) { Ok(Self(name.to_owned())) } else { Err(InvalidName) }
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(<redacted>)")
    }
}

/// The form as it is sent.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = SignUp)]
pub struct SignUpForm {
    #[schema(schema_with = fields::name)]
    name: String,
    #[schema(schema_with = fields::email)]
    email: String,
    #[schema(schema_with = fields::username)]
    username: String,
    #[schema(schema_with = fields::new_password)]
    password: String,
    #[schema(schema_with = fields::confirm_password)]
    confirm_password: String,
}

/// A form that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    /// What to call them.
    pub name: PersonName,
    /// Their address.
    pub email: Email,
    /// What they sign in with.
    pub username: Username,
    /// Their password, still in plain text.
    pub password: Password,
}

impl SignUpForm {
    /// Checks every field.
    ///
    /// # Errors
    /// `INVALID_INPUT` or `WEAK_PASSWORD` for the first field, in the order of the form, that is not good.
    pub fn check(self) -> ApiResult<SignUp> {
        let sign_up = SignUp {
            name: person_name(&self.name)?,
            email: email(&self.email)?,
            username: username(&self.username)?,
            password: self
                .password
                .parse()
                .map_err(|broken: crate::auth::password::WeakPassword| broken.at("password"))?,
        };
        if self.password == self.confirm_password {
            Ok(sign_up)
        } else {
            Err(ApiError::invalid("confirm_password", "The two passwords differ."))
        }
    }
}

impl fmt::Debug for SignUpForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignUpForm(<redacted>)")
    }
}

/// The `name` of a form.
///
/// # Errors
/// `INVALID_INPUT` at `name`.
pub fn person_name(text: &str) -> ApiResult<PersonName> {
    text.parse().map_err(|error: InvalidName| ApiError::invalid("name", error.to_string()))
}

/// The `email` of a form.
///
/// # Errors
/// `INVALID_INPUT` at `email`.
pub fn email(text: &str) -> ApiResult<Email> {
    text.parse().map_err(|_| ApiError::invalid("email", "This is not an e-mail address we can use."))
}

/// The `username` of a form.
///
/// # Errors
/// `INVALID_INPUT` at `username`.
pub fn username(text: &str) -> ApiResult<Username> {
    text.parse().map_err(|_| ApiError::invalid("username", "A username has 3 to 20 letters and digits."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use serde_json::json;

    fn form(field: &str, value: &str) -> SignUpForm {
        let mut form = json!({
            "name": "Ada Lovelace", "email": "ada@example.com", "username": "ada",
            "password": "Correct horse 7", "confirm_password": "Correct horse 7",
        });
        form[field] = value.into();
        serde_json::from_value(form).expect("all fields are there")
    }

    #[test]
    fn a_good_form_is_taken_with_its_edges_trimmed() {
        let sign_up = form("name", "  Ada \u{1f980}  ").check().expect("a good form");
        assert_eq!(sign_up.name.as_str(), "Ada \u{1f980}");
        assert_eq!(sign_up.username.as_str(), "ada");
        assert_eq!(form("name", &"n".repeat(100)).check().expect("100 characters").name.as_str().len(), 100);
    }

    #[test]
    fn the_first_mistake_is_named_by_its_field() {
        for (field, value, code) in [
            ("name", " ", ErrorCode::InvalidInput),
            ("name", "A\u{7}da", ErrorCode::InvalidInput),
            ("name", &*"n".repeat(101), ErrorCode::InvalidInput),
            ("email", "ada", ErrorCode::InvalidInput),
            ("username", "a-b", ErrorCode::InvalidInput),
            ("password", "short", ErrorCode::WeakPassword),
            ("confirm_password", "Correct horse 8", ErrorCode::InvalidInput),
        ] {
            let error = form(field, value).check().expect_err(field);
            assert_eq!((error.field(), error.code()), (Some(field), code), "{field}");
        }
    }

    #[test]
    fn nothing_of_the_form_is_printed() {
        let shown = format!("{:?} {:?}", form("name", "Ada"), form("name", "Ada").check());
        for secret in ["Ada", "horse", "example.com"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
