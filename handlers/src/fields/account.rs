//! The fields of an account: its passwords, its devices and its usage.

use model::limits::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaFormat, Type};

use super::{A_UUID, UUID, matching, text, time, whole_number};

pub(crate) fn new_password() -> Object {
    let about = format!(
        "At least {PASSWORD_MIN_CHARS} characters and at most {PASSWORD_MAX_BYTES} bytes; an upper-case letter, a number and \
         a special character; none of the most common."
    );
    let field = text(&about, "Analytical-1843").min_length(Some(PASSWORD_MIN_CHARS));
    let field = field.max_length(Some(PASSWORD_MAX_BYTES));
    field.format(Some(SchemaFormat::Custom("password".to_owned()))).build()
}

pub(crate) fn confirm_password() -> Object {
    secret("The same password again.")
}

pub(crate) fn password() -> Object {
    secret("The user's password.")
}

fn secret(description: &str) -> Object {
    text(description, "Analytical-1843").format(Some(SchemaFormat::Custom("password".to_owned()))).build()
}

pub(crate) fn device_id() -> Object {
    matching("The sign-in's id.", UUID, A_UUID.to_owned())
}

pub(crate) fn last_used_at() -> Object {
    time("When it was used last, to within an hour.")
}

pub(crate) fn browser() -> Object {
    text("The browser, if it is a common one.", "Firefox").build()
}

pub(crate) fn system() -> Object {
    text("The operating system, if it is a common one.", "Windows").build()
}

pub(crate) fn is_this() -> Object {
    let about = "Whether it is the sign-in of this request.";
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about)).build()
}

pub(crate) fn day() -> Object {
    date("A UTC day.")
}

pub(crate) fn first_day() -> Object {
    date("The first UTC day; 30 days before the last one, if absent.")
}

pub(crate) fn last_day() -> Object {
    date("The last UTC day, itself included; today, if absent.")
}

fn date(description: &str) -> Object {
    let format = SchemaFormat::Custom("date".to_owned());
    text(description, "2026-11-23").format(Some(format)).build()
}

pub(crate) fn requests() -> Object {
    whole_number("Answers of the model.", 0, 12).build()
}

pub(crate) fn input_tokens() -> Object {
    amount("Tokens sent, without those of the prompt cache.", 21_000)
}

pub(crate) fn cache_read_tokens() -> Object {
    amount("Tokens read from the prompt cache.", 8_000)
}

pub(crate) fn cache_write_tokens() -> Object {
    amount("Tokens written to the prompt cache.", 4_000)
}

pub(crate) fn output_tokens() -> Object {
    amount("Tokens answered.", 3_500)
}

pub(crate) fn cost_micros() -> Object {
    amount("The cost in millionths of a US dollar.", 130_000)
}

fn amount(description: &str, example: u32) -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    number.description(Some(description)).examples([example]).build()
}
