//! Fields that several requests have: each is checked in one way, whatever request it came with.

use model::{Filename, Language};
use review::hidden::shows_nothing;
use review::limits::{CODE_BYTES, MESSAGE_CHARS};

use crate::error::{ApiError, ApiResult, ErrorCode, sentence};

/// The `filename` of a request.
///
/// # Errors
/// `INVALID_INPUT` when it names nothing.
pub(crate) fn filename(text: &str) -> ApiResult<Filename> {
    Filename::parse(text).map_err(|error| ApiError::invalid("filename", sentence(&error.to_string())))
}

/// The `language_override` of a request, in its display form.
///
/// # Errors
/// `INVALID_LANGUAGE` when it is not in the list.
pub(crate) fn language_override(name: &str) -> ApiResult<Language> {
    name.parse().map_err(|_| ApiError::new(ErrorCode::InvalidLanguage).at("language_override"))
}

/// The `code_content` of a request.
///
/// # Errors
/// `FILE_TOO_LARGE` over 5 MB.
pub(crate) fn code(text: String) -> ApiResult<String> {
    if text.len() > CODE_BYTES { Err(ApiError::new(ErrorCode::FileTooLarge).at("code_content")) } else { Ok(text) }
}

/// A version of a session's code, in the field of this name.
///
/// # Errors
/// `INVALID_INPUT` at 0.
pub(crate) fn version(field: &'static str, number: u32) -> ApiResult<u32> {
    if number == 0 { Err(ApiError::invalid(field, "Versions are counted from 1.")) } else { Ok(number) }
}

/// What a person writes, in the field of this name.
///
/// # Errors
/// `INVALID_INPUT` when it says nothing, `MESSAGE_TOO_LONG` over 5,000 characters.
pub(crate) fn message(field: impl Into<std::borrow::Cow<'static, str>>, text: &str) -> ApiResult<()> {
    if shows_nothing(text) {
        return Err(ApiError::invalid(field, "A message must not be empty."));
    }
    if text.chars().count() > MESSAGE_CHARS {
        return Err(ApiError::new(ErrorCode::MessageTooLong).at(field));
    }
    Ok(())
}
