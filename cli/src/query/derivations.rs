//! Arguments that are derived from another text, such as a digest from `--email`.

use model::registry::{Argument, Entity};
use model::{Digest, Email, Username};
use serde_json::{Map, Value};

/// The derivation of an argument from a text.
#[derive(Debug)]
pub(super) struct Derivation {
    /// The derived argument.
    argument: &'static str,
    /// Its type in the schema.
    kind: &'static str,
    /// The name of the text: a flag, or a field of a JSON object.
    pub(super) name: &'static str,
    /// The help of the flag.
    pub(super) help: &'static str,
    compute: fn(&str) -> Result<String, String>,
}

const SOURCES: [Derivation; 3] = [
    Derivation {
        argument: "email_digest",
        kind: "digest",
        name: "email",
        help: "An e-mail address, instead of its digest. Example: ada@example.com",
        compute: |text| {
            text.parse::<Email>().map(|email| email.digest().to_string()).map_err(|error| error.to_string())
        },
    },
    Derivation {
        argument: "username_key",
        kind: "username_key",
        name: "username",
        help: "A username in any case, with or without an @. Example: @Ada",
        compute: |text| {
            let name = text.strip_prefix('@').unwrap_or(text).parse::<Username>();
            name.map(|name| name.key().as_str().to_owned()).map_err(|error| error.to_string())
        },
    },
    Derivation {
        argument: "key_digest",
        kind: "digest",
        name: "client_message_id",
        help: "The `client_message_id` of a request, instead of its digest",
        compute: |text| Ok(Digest::of(text).to_string()),
    },
];

impl Derivation {
    /// The derivation of this argument, if there is one.
    pub(super) fn of(argument: &Argument) -> Option<&'static Self> {
        SOURCES.iter().find(|source| source.argument == argument.name && source.kind == argument.kind)
    }

    /// The value of the argument.
    ///
    /// # Errors
    /// If the text is invalid.
    pub(super) fn value(&self, text: &str) -> Result<Value, String> {
        (self.compute)(text).map(Value::from)
    }
}

/// Derives the missing fields of an item or key whose source texts are present.
///
/// # Errors
/// If a source text is invalid.
pub(super) fn derive_missing(entity: &Entity, object: &mut Map<String, Value>) -> Result<(), String> {
    let has = |name: &str| entity.fields.iter().any(|field| field.name == name);
    for source in SOURCES.iter().filter(|source| has(source.argument) && !has(source.name)) {
        if !object.contains_key(source.argument)
            && let Some(Value::String(text)) = object.remove(source.name)
        {
            object.insert(source.argument.to_owned(), source.value(&text)?);
        }
    }
    Ok(())
}
