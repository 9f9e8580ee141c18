//! The sign-up form and its checks.

use std::fmt;

use model::{Email, Username};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::password::{Password, check_confirmation, new_password};
use crate::auth::person_name::PersonName;
use crate::error::{ApiError, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::Check;

/// A new account.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = SignUp)]
pub struct SignUpForm {
    name: fields::Name,
    email: fields::Email,
    username: fields::Username,
    password: fields::NewPassword,
    confirm_password: fields::ConfirmPassword,
}

/// A checked form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    /// The name.
    pub name: PersonName,
    /// The e-mail address.
    pub email: Email,
    /// The username.
    pub username: Username,
    /// The password in plain text.
    pub password: Password,
}

impl Check for SignUpForm {
    type Checked = SignUp;

    fn check(self, wrong: &mut Wrong) -> Option<SignUp> {
        let name = wrong.take(self.name.parse());
        let email = wrong.take(self.email.parse());
        let username = wrong.take(self.username.parse());
        let password = wrong.take(new_password("password", &self.password.0));
        check_confirmation(wrong, &self.password.0, &self.confirm_password.0);
        Some(SignUp { name: name?, email: email?, username: username?, password: password? })
    }
}

impl fmt::Debug for SignUpForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignUpForm(<redacted>)")
    }
}

/// `USER_ALREADY_EXISTS` at this field, `email` or `username`. Rate limits restrict probing.
pub(crate) fn taken(field: &'static str) -> ApiError {
    let message =
        if field == "email" { "This e-mail address is already taken." } else { "This username is already taken." };
    ApiError::new(ErrorCode::UserAlreadyExists).at(field).with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiResult;
    use serde_json::json;

    fn form(field: &str, value: &str) -> SignUpForm {
        let mut form = json!({
            "name": "Ada Lovelace", "email": "ada@example.com", "username": "ada",
            "password": "Correct horse 7", "confirm_password": "Correct horse 7",
        });
        form[field] = value.into();
        serde_json::from_value(form).expect("all fields are there")
    }

    fn checked(form: SignUpForm) -> ApiResult<SignUp> {
        let mut wrong = Wrong::default();
        let checked = form.check(&mut wrong);
        wrong.or(checked)
    }

    #[test]
    fn a_valid_form_is_accepted_and_its_name_trimmed() {
        let sign_up = checked(form("name", "  Ada \u{1f980}  ")).expect("a good form");
        assert_eq!(sign_up.name.as_str(), "Ada \u{1f980}");
        assert_eq!(sign_up.username.as_str(), "ada");
        assert_eq!(checked(form("name", &"n".repeat(100))).expect("100 characters").name.as_str().len(), 100);
    }

    #[test]
    fn an_error_names_its_field() {
        for (field, value, code) in [
            ("name", " ", ErrorCode::InvalidInput),
            ("name", "A\u{7}da", ErrorCode::InvalidInput),
            ("name", &*"n".repeat(101), ErrorCode::InvalidInput),
            ("email", "ada", ErrorCode::InvalidInput),
            ("username", "a-b", ErrorCode::InvalidInput),
            ("password", "short", ErrorCode::WeakPassword),
            ("confirm_password", "Correct horse 8", ErrorCode::InvalidInput),
        ] {
            let error = checked(form(field, value)).expect_err(field);
            assert_eq!((error.field(), error.code()), (Some(field), code), "{field}");
        }
    }

    #[test]
    fn nothing_of_the_form_is_printed() {
        let shown = format!("{:?} {:?}", form("name", "Ada"), checked(form("name", "Ada")));
        for secret in ["Ada", "horse", "example.com"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
