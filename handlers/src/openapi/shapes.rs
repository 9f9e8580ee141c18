//! Adjusts schemas for typed clients: named enums, unions with a discriminator, and forms with at least one field.

use model::Language;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;

use crate::error::ErrorCode;
use crate::fields;

type Schemas = Map<String, Value>;

/// Fields that only answers have.
const OF_ANSWERS: [&str; 12] = [
    "suggested_code",
    "patch",
    "patch_status",
    "applied_version",
    "patch_withheld",
    "context_mode",
    "context_lines",
    "history_truncated",
    "warnings",
    "confidence",
    "token_count",
    "model_id",
];
/// Fields that only questions and notes have.
const OF_USERS: [&str; 3] = ["client_message_id", "reply_state", "reply_error"];
/// Fields that only a thread on some lines has.
const OF_BLOCKS: [&str; 3] = ["start_line", "end_line", "selected_text"];

/// Adjusts the schemas of all routes.
pub(super) fn shape(schemas: &mut Schemas) {
    codes(schemas);
    sessions(schemas);
    threads(schemas);
    thread_forms(schemas);
    messages(schemas);
    let names: Vec<Value> = Language::all().map(|language| json!(language.name())).collect();
    for schema in schemas.values_mut() {
        name_languages(schema, &names);
    }
    let about = "A programming language, by its display name.";
    schemas.insert("Language".to_owned(), json!({ "type": "string", "description": about, "enum": names }));
}

/// Requires at least one field of a form whose fields are all optional.
pub(super) fn require_one_field(schemas: &mut Schemas, form: &str) {
    if let Some(schema) = schemas.get_mut(form)
        && schema.get("required").is_none()
    {
        schema["minProperties"] = 1.into();
    }
}

/// A reference to a schema of the document.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn codes(schemas: &mut Schemas) {
    let names: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let about = "The error code, for programs. New codes may be added: handle an unknown code by its status.";
    schemas.insert("ErrorCode".to_owned(), json!({ "type": "string", "description": about, "enum": names }));
}

/// One session with its code, and one without.
fn sessions(schemas: &mut Schemas) {
    let Some(session) = schemas.get_mut("Session") else { return };
    let mut with_code = session.clone();
    require(&mut with_code, &["code_content"]);
    with_code["description"] = "A session with its code.".into();
    remove(session, &["code_content"]);
    schemas.insert("SessionWithCode".to_owned(), with_code);
    point(schemas, "OpenedSession", "session", "SessionWithCode");
}

/// A thread on some lines, or on the whole file.
fn threads(schemas: &mut Schemas) {
    let Some(thread) = schemas.get("Thread").cloned() else { return };
    let required = thread["required"].as_array().cloned().unwrap_or_default();
    let of_blocks: Vec<&str> =
        OF_BLOCKS.into_iter().filter(|name| !required.iter().any(|field| field == name)).collect();
    let (mut block, mut file) = (thread.clone(), thread);
    require(&mut block, &of_blocks);
    remove(&mut file, &of_blocks);
    union(schemas, "Thread", "type", [("block", "BlockThread", block), ("file", "FileThread", file)]);
}

/// The form of a new thread, by its type.
fn thread_forms(schemas: &mut Schemas) {
    let Some(form) = schemas.get("NewThread").cloned() else { return };
    let (mut block, mut file) = (form.clone(), form);
    require(&mut block, &["start_line", "end_line"]);
    for name in OF_BLOCKS {
        let kind = &mut block["properties"][name]["type"];
        // `null` means an absent field, and a block requires all of them.
        if let Some(first) = kind.as_array().and_then(|kinds| kinds.first().cloned()) {
            *kind = first;
        }
    }
    remove(&mut file, &OF_BLOCKS);
    union(schemas, "NewThread", "type", [("block", "NewBlockThread", block), ("file", "NewFileThread", file)]);
}

/// A message of the user, or of the model.
fn messages(schemas: &mut Schemas) {
    let Some(message) = schemas.get("Message").cloned() else { return };
    let (mut user, mut ai) = (message.clone(), message);
    remove(&mut user, &OF_ANSWERS);
    remove(&mut ai, &OF_USERS);
    require(&mut ai, &["history_truncated", "warnings"]);
    if let Some(error) = user["properties"].get_mut("reply_error") {
        let about = error["description"].take();
        *error = reference("ErrorCode");
        error["description"] = about;
    }
    ai["properties"]["content"] = json!(fields::Explanation::schema());
    user["description"] = "A question or a note.".into();
    ai["description"] = "An answer of the model.".into();
    union(schemas, "Message", "role", [("user", "UserMessage", user), ("ai", "AiMessage", ai)]);
    for (name, field, target) in [
        ("Posted", "message", "UserMessage"),
        ("Posted", "reply", "AiMessage"),
        ("AcceptedEvent", "message", "UserMessage"),
        ("DoneEvent", "message", "UserMessage"),
        ("DoneEvent", "reply", "AiMessage"),
        ("Applied", "message", "AiMessage"),
    ] {
        point(schemas, name, field, target);
    }
}

/// Replaces a schema by a union. Each member has one value of the discriminator.
fn union(schemas: &mut Schemas, name: &str, discriminator: &str, members: [(&str, &str, Value); 2]) {
    let about = schemas[name].get("description").cloned();
    let mut mapping = Map::new();
    let mut one_of = Vec::new();
    for (value, member, mut schema) in members {
        let place = &mut schema["properties"][discriminator];
        place["enum"] = json!([value]);
        place["examples"] = json!([value]);
        let target = reference(member);
        mapping.insert(value.to_owned(), target["$ref"].clone());
        one_of.push(target);
        schemas.insert(member.to_owned(), schema);
    }
    let discriminator = json!({ "propertyName": discriminator, "mapping": mapping });
    let mut union = json!({ "oneOf": one_of, "discriminator": discriminator });
    if let Some(about) = about {
        union["description"] = about;
    }
    schemas.insert(name.to_owned(), union);
}

/// Makes a field refer to another schema.
fn point(schemas: &mut Schemas, name: &str, field: &str, target: &str) {
    if let Some(place) = schemas.get_mut(name).and_then(|schema| schema["properties"].get_mut(field)) {
        *place = reference(target);
    }
}

fn require(schema: &mut Value, names: &[&str]) {
    if !schema["required"].is_array() {
        schema["required"] = json!([]);
    }
    if let Some(required) = schema["required"].as_array_mut() {
        for name in names.iter().map(|name| json!(name)) {
            if !required.contains(&name) {
                required.push(name);
            }
        }
    }
}

fn remove(schema: &mut Value, names: &[&str]) {
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|name, _| !names.contains(&name.as_str()));
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| !names.iter().any(|removed| name == removed));
    }
}

/// Replaces each list of languages by a reference.
fn name_languages(schema: &mut Value, names: &[Value]) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| name_languages(item, names)),
        Value::Object(fields) => {
            let listed = fields.get("enum").and_then(Value::as_array);
            if listed.is_none_or(|listed| listed != names) {
                return fields.values_mut().for_each(|field| name_languages(field, names));
            }
            let is_nullable = fields.get("type").is_some_and(Value::is_array);
            let about = fields.get("description").cloned();
            *schema = reference("Language");
            if is_nullable {
                *schema = json!({ "anyOf": [schema, { "type": "null" }] });
            }
            if let Some(about) = about {
                schema["description"] = about;
            }
        }
        _ => {}
    }
}
