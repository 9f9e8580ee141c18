//! The fields of requests and answers: what each is, described once and used with `#[schema(schema_with = …)]`.

use model::limits::{
    EMAIL_BYTES, FILENAME_BYTES, NAME_CHARS, SELECTED_TEXT_BYTES, USERNAME_MAX_CHARS, USERNAME_MIN_CHARS,
};
use model::{AnchorStatus, Confidence, ContextMode, Language, PatchStatus, Role, ThreadKind};
use review::limits::{CODE_BYTES, MESSAGE_CHARS};
use serde_json::{Value, json};
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaFormat, Type};

mod account;
pub(crate) mod talk;

pub(crate) use account::*;

/// Version 7, in lower case.
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const A_UUID: &str = "019b3c5a-7d2e-7c3a-8f00-0123456789ab";
const ANOTHER_UUID: &str = "019b3c5a-8e41-7b12-9a55-4c2f1e0d9b77";

pub(super) fn text(description: &str, example: impl Into<Value>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).examples([example.into()])
}

pub(super) fn whole_number(description: &str, minimum: u32, example: u32) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(minimum)).maximum(Some(u32::MAX));
    number.description(Some(description)).examples([example])
}

pub(super) fn one_of<const N: usize>(description: &str, words: [&'static str; N]) -> Object {
    text(description, words[0]).enum_values(Some(words)).build()
}

fn matching(description: &str, pattern: &str, example: String) -> Object {
    text(description, example).pattern(Some(format!("^{pattern}$"))).build()
}

/// The same field, where `null` is taken for one that is absent.
pub(super) fn or_null(mut field: Object) -> Object {
    field.schema_type = [Type::String, Type::Null].into_iter().collect();
    field
}

pub(crate) fn success() -> Object {
    let always = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    always.description(Some("Always true: a failure has another status and form.")).build()
}

pub(crate) fn health() -> Object {
    one_of("Always `ok`: a failure has another status and form.", ["ok"])
}

pub(crate) fn service() -> Object {
    one_of("Always `codesensei`.", ["codesensei"])
}

pub(crate) fn service_version() -> Object {
    text("The version of the program that answers.", env!("CARGO_PKG_VERSION")).into()
}

pub(crate) fn user_id() -> Object {
    matching("The user's id.", UUID, A_UUID.to_owned())
}

pub(crate) fn session_id() -> Object {
    matching("The session's id.", UUID, A_UUID.to_owned())
}

pub(crate) fn thread_id() -> Object {
    let pattern = format!("{UUID}\\.{UUID}");
    matching("The thread's id, which carries its session's.", &pattern, format!("{A_UUID}.{ANOTHER_UUID}"))
}

pub(crate) fn message_id() -> Object {
    let pattern = format!("{UUID}\\.{UUID}\\.[1-9][0-9]*");
    matching("The message's id, which carries its thread's.", &pattern, format!("{A_UUID}.{ANOTHER_UUID}.1"))
}

pub(crate) fn created_at() -> Object {
    time("When it was created.")
}

pub(crate) fn updated_at() -> Object {
    time("When it was changed last.")
}

pub(crate) fn last_activity_at() -> Object {
    time("When its code or settings changed last, or something was said in one of its threads.")
}

pub(super) fn time(description: &str) -> Object {
    let format = SchemaFormat::Custom("date-time".to_owned());
    text(description, "2026-11-23T08:00:42.000Z").format(Some(format)).build()
}

pub(crate) fn cursor() -> Object {
    text("Where the next page begins, for `?cursor=`. Absent on the last page.", "AWmdV0…").build()
}

pub(crate) fn older_messages_expired() -> Object {
    let about = "Whether the thread had older messages, which have expired. Absent when it had none.";
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about)).enum_values(Some([true])).build()
}

pub(crate) fn cursor_to_send() -> Object {
    text("Where the page begins: what the page before gave.", "AWmdV0…").build()
}

pub(crate) fn limit(most: u32) -> Object {
    let number = whole_number("The most items on the page.", 1, most).maximum(Some(most));
    number.default(Some(most.into())).build()
}

pub(crate) fn order() -> Object {
    let mut field = one_of("Oldest first, or newest first.", ["asc", "desc"]);
    field.default = Some("asc".into());
    field
}

// --- accounts --------------------------------------------------------------------------------------------------------

pub(crate) fn name() -> Object {
    let about = "What the person is called: without hidden characters; blanks around it are dropped.";
    text(about, "Ada Lovelace").min_length(Some(1)).max_length(Some(NAME_CHARS)).build()
}

pub(crate) fn email() -> Object {
    let about = "The e-mail address. No two accounts have one address, in whatever case.";
    let format = SchemaFormat::Custom("email".to_owned());
    text(about, "ada@example.com").format(Some(format)).max_length(Some(EMAIL_BYTES)).build()
}

pub(crate) fn username() -> Object {
    let pattern = format!("[A-Za-z0-9]{{{USERNAME_MIN_CHARS},{USERNAME_MAX_CHARS}}}");
    matching("What the user signs in with, in any case.", &pattern, "ada".to_owned())
}

pub(crate) fn name_to_set() -> Object {
    or_null(name())
}

pub(crate) fn email_to_set() -> Object {
    or_null(email())
}

pub(crate) fn username_to_set() -> Object {
    or_null(username())
}

/// In a form for signing in, where any text is a name that may not exist.
pub(crate) fn username_to_find() -> Object {
    text("The username, in any case.", "ada").build()
}

// --- sessions --------------------------------------------------------------------------------------------------------

pub(crate) fn new_filename() -> Object {
    let about = format!(
        "The file's name, without hidden characters. Of a path only what follows the last slash is kept; it decides the \
         language, and has at most {FILENAME_BYTES} bytes of UTF-8."
    );
    text(&about, "inventory.rs").min_length(Some(1)).build()
}

pub(crate) fn client_session_id() -> Object {
    client_id("the same whenever it sends this file again: one session is created. It is remembered for a day.")
}

pub(crate) fn filename() -> Object {
    text("The file's name.", "inventory.rs").max_length(Some(FILENAME_BYTES)).build()
}

pub(crate) fn filename_given() -> Object {
    let about = "The name as it was sent, if the session has another: folders and final dots are dropped, and the name of a Windows \
                 device gets an underscore. Absent if the name was kept.";
    text(about, "src/inventory.rs").build()
}

pub(crate) fn code_content() -> Object {
    let about = format!("The file's text, at most {} MiB of UTF-8.", CODE_BYTES / 1024 / 1024);
    text(&about, "fn main() {}\n").build()
}

pub(crate) fn language_detected() -> Object {
    language("The language, by the file's name or first line.")
}

pub(crate) fn language_override() -> Object {
    language("The language that the user chose instead.")
}

pub(crate) fn language_to_set() -> Object {
    let names = Language::all().map(|language| json!(language.name()));
    let about = "The language, if not the one that is found by name. Its case does not matter.";
    or_null(text(about, "Rust").enum_values(Some(names.chain([Value::Null]))).build())
}

/// Where `null` says something else than absence.
pub(crate) fn language_to_change() -> Object {
    let mut field = language_to_set();
    let about =
        "The language, if not the one that is found by name; `null` goes back to that. Its case does not matter.";
    field.description = Some(about.to_owned());
    field
}

fn language(description: &str) -> Object {
    let names: Vec<&str> = Language::all().map(Language::name).collect();
    text(description, "Rust").enum_values(Some(names)).build()
}

pub(crate) fn version_number() -> Object {
    whole_number("The code's version: 1 at first, one more with every save of code.", 1, 1).build()
}

pub(crate) fn expected_version_number() -> Object {
    whole_number("The version that was edited. If it is not the current one, nothing is saved.", 0, 1).build()
}

pub(crate) fn code_bytes() -> Object {
    whole_number("How large the code is, in bytes of UTF-8.", 0, 13).build()
}

pub(crate) fn thread_count() -> Object {
    whole_number("How many threads the session has.", 0, 2).build()
}

// --- threads ---------------------------------------------------------------------------------------------------------

pub(crate) fn thread_kind() -> Object {
    let words = [ThreadKind::Block, ThreadKind::File].map(ThreadKind::as_str);
    one_of("Whether the thread is about some lines or about the whole file.", words)
}

/// Without it the question is about a block if it names lines.
pub(crate) fn kind_to_select() -> Object {
    or_null(thread_kind())
}

pub(crate) fn anchor_status() -> Object {
    let words = [AnchorStatus::Stable, AnchorStatus::Approximate].map(AnchorStatus::as_str);
    one_of("Whether the selected text stands at the lines, or only probably stood there.", words)
}

pub(crate) fn start_line() -> Object {
    whole_number("The first line, counted from 1.", 1, 33).build()
}

pub(crate) fn end_line() -> Object {
    whole_number("The last line, itself included.", 1, 35).build()
}

pub(crate) fn selected_text() -> Object {
    let about = format!(
        "The text as it was selected, at most {} KiB: part of a line or whole lines.",
        SELECTED_TEXT_BYTES / 1024
    );
    text(&about, "if best == None:").build()
}

/// A line in a form: a thread on the whole file has none.
pub(crate) fn line_to_select() -> Object {
    let mut line = whole_number("Counted from 1. Needed for a `block`.", 1, 1).build();
    line.schema_type = [Type::Integer, Type::Null].into_iter().collect();
    line
}

pub(crate) fn text_to_select() -> Object {
    let about = format!(
        "The selected text, which begins in the first line and ends in the last, at most {} KiB. Without it, it is that of the lines.",
        SELECTED_TEXT_BYTES / 1024
    );
    or_null(text(&about, "fn main() {}").build())
}

pub(crate) fn client_thread_id() -> Object {
    client_id("the same whenever it sends this selection again: one thread is opened. It is remembered for a day.")
}

/// Of a list of sessions.
pub(crate) fn sort() -> Object {
    let mut field = one_of("By creation, or by last activity; the latest first.", ["created", "updated"]);
    field.default = Some("created".into());
    field
}

/// Of a session.
pub(crate) fn include() -> Object {
    one_of("What to answer beside the session: its threads.", ["threads"])
}

// --- messages --------------------------------------------------------------------------------------------------------

pub(crate) fn new_content() -> Object {
    let about = "The question or note, not blank.";
    text(about, "Is this comparison right?").min_length(Some(1)).max_length(Some(MESSAGE_CHARS)).build()
}

pub(super) fn client_id(about: &str) -> Object {
    let about = format!("A UUID of the client's own, {about}");
    let format = SchemaFormat::Custom("uuid".to_owned());
    or_null(text(&about, "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77").format(Some(format)).build())
}

pub(crate) fn content() -> Object {
    text("What was asked, or the answer in Markdown.", "Is this comparison right?").build()
}

pub(crate) fn role() -> Object {
    one_of("Who wrote it.", [Role::User, Role::Ai].map(Role::as_str))
}

pub(crate) fn suggested_code() -> Object {
    text("Of an answer: code to read rather than to apply.", "if best is None:").build()
}

pub(crate) fn patch_withheld() -> Object {
    text("Of an answer: why its patch is not shown.", "The patch would change nothing.").build()
}

pub(crate) fn context_mode() -> Object {
    let words = [ContextMode::Full, ContextMode::Local].map(ContextMode::as_str);
    one_of("Of an answer: whether the model saw the whole file, or the selection and its surroundings.", words)
}

pub(crate) fn context_lines() -> Array {
    let about = "Of an answer: the first and the last line that the model saw.";
    let line = whole_number("Counted from 1.", 1, 1).build();
    let pair = ArrayBuilder::new().items(line).min_items(Some(2)).max_items(Some(2));
    pair.description(Some(about)).examples([json!([1, 120])]).build()
}

pub(crate) fn history_truncated() -> Object {
    let about = "Of an answer: whether some of the conversation before it was too long to be shown to the model.";
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about)).build()
}

pub(crate) fn warnings() -> Array {
    let about = "Of an answer: what to know about how it came about, a sentence each.";
    let warning = text("A sentence.", "Lines 12 and 40 contain characters that an editor does not show.").build();
    ArrayBuilder::new().items(warning).description(Some(about)).build()
}

pub(crate) fn confidence() -> Object {
    let words = [Confidence::High, Confidence::Medium, Confidence::Low].map(Confidence::as_str);
    one_of("Of an answer: how sure the model says it is.", words)
}

pub(crate) fn token_count() -> Object {
    whole_number("Of an answer: the tokens it took, sent and received.", 0, 1_100).build()
}

pub(crate) fn model_id() -> Object {
    text("Of an answer: the model that gave it.", "local.rule-based-reviewer").build()
}

pub(crate) fn original() -> Object {
    text("The text of the lines, without a final line break, as the model saw it.", "if best == None:").build()
}

pub(crate) fn replacement() -> Object {
    text("What the lines become. Empty deletes them.", "if best is None:").build()
}

pub(crate) fn base_version() -> Object {
    whole_number("The version of the code that the patch applies to.", 1, 1).build()
}

pub(crate) fn patch_status() -> Object {
    let words = [PatchStatus::Verified, PatchStatus::Relocated, PatchStatus::Applied].map(PatchStatus::as_str);
    one_of("Of a patch: whether it stood where the model said, was found elsewhere, or is applied.", words)
}

pub(crate) fn applied_version() -> Object {
    whole_number("Of an applied patch: the version of the code that this made.", 2, 2).build()
}

pub(crate) fn applied_start_line() -> Object {
    whole_number("The first line that the patch replaced.", 1, 33).build()
}

pub(crate) fn applied_end_line() -> Object {
    whole_number("The last line that the patch replaced, itself included.", 1, 35).build()
}
