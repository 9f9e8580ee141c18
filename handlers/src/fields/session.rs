//! The fields of sessions: names, code, languages and versions.

use model::limits::FILENAME_BYTES;
use model::{Language, SessionVersion};
use review::limits::CODE_BYTES;
use utoipa::openapi::ObjectBuilder;
use uuid::Uuid;

use super::{UUID, UUID_EXAMPLE, client_uuid, matching, number, text, time};
use crate::error::{ApiError, ApiResult, ErrorCode, sentence};

text_fields! {
    /// The session's id.
    SessionId(model::SessionId) = matching(UUID, UUID_EXAMPLE.to_owned());
    /// When its code or settings last changed, or a message was added to one of its threads.
    LastActivityAt(model::Timestamp) = time();
}

request_fields! {
    /// The file's name, without hidden characters, at most 255 bytes of UTF-8. The part of a path before the last
    /// slash is removed. The name determines the language.
    NewFilename(String) = text("inventory.rs").min_length(Some(1));
    /// A UUID from the client. Repeated requests with the same UUID create one session. It is stored for a day.
    ClientSessionId(Uuid) = client_uuid();
    /// The file's text, at most 5 MiB of UTF-8.
    CodeContent(String) = text("fn main() {}\n");
    /// The language, if it differs from the detected one. Its case does not matter.
    LanguageToSet(String) = language();
    /// The language, if it differs from the detected one; `null` selects the detected one. Its case does not matter.
    LanguageToChange(String) = language();
    /// The version that the client edited. If it is not the current one, nothing is saved.
    ExpectedVersion(SessionVersion) = number(0, 1);
}

answer_fields! {
    /// The file's name.
    Filename(model::Filename) = text("inventory.rs").max_length(Some(FILENAME_BYTES));
    /// The name in the request, if it was changed: folders and final dots are removed, and the name of a Windows
    /// device gets an underscore. Absent if the name is unchanged.
    FilenameGiven(String) = text("src/inventory.rs");
    /// The language that was detected by the file's name or first line.
    LanguageDetected(Language) = language();
    /// The language that the user selected instead.
    LanguageOverride(Language) = language();
    /// The version of the code: 1 at first, incremented by each save of code.
    VersionNumber(SessionVersion) = number(1, 1);
    /// The size of the code, in bytes of UTF-8.
    CodeBytes(u32) = number(0, 13);
    /// The number of threads.
    ThreadCount(u32) = number(0, 2);
}

const _: () = assert!(CODE_BYTES == 5 * 1024 * 1024 && FILENAME_BYTES == 255, "the descriptions name the limits");

fn language() -> ObjectBuilder {
    let names: Vec<&str> = Language::all().map(Language::name).collect();
    text("Rust").enum_values(Some(names))
}

impl NewFilename {
    /// # Errors
    /// `INVALID_INPUT` at `filename`.
    pub(crate) fn parse(&self) -> ApiResult<model::Filename> {
        model::Filename::parse(&self.0).map_err(|error| ApiError::invalid("filename", sentence(&error.to_string())))
    }
}

impl CodeContent {
    /// # Errors
    /// `FILE_TOO_LARGE` over 5 MiB.
    pub(crate) fn parse(self) -> ApiResult<String> {
        if self.0.len() > CODE_BYTES {
            Err(ApiError::new(ErrorCode::FileTooLarge).at("code_content"))
        } else {
            Ok(self.0)
        }
    }
}

impl LanguageToSet {
    /// # Errors
    /// `INVALID_LANGUAGE` for an unknown language.
    pub(crate) fn parse(&self) -> ApiResult<Language> {
        language_override(&self.0)
    }
}

impl LanguageToChange {
    /// # Errors
    /// `INVALID_LANGUAGE` for an unknown language.
    pub(crate) fn parse(&self) -> ApiResult<Language> {
        language_override(&self.0)
    }
}

fn language_override(name: &str) -> ApiResult<Language> {
    name.parse().map_err(|_| ApiError::new(ErrorCode::InvalidLanguage).at("language_override"))
}

impl ExpectedVersion {
    /// # Errors
    /// `INVALID_INPUT` at 0.
    pub(crate) fn parse(&self) -> ApiResult<SessionVersion> {
        version("expected_version_number", self.0)
    }
}

/// Parses a version in the field of this name.
pub(super) fn version(field: &'static str, number: SessionVersion) -> ApiResult<SessionVersion> {
    if number.get() == 0 { Err(ApiError::invalid(field, "Versions are counted from 1.")) } else { Ok(number) }
}
