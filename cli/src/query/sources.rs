//! Arguments that are computed from another text: `--email` for the digest of an address, and the like.

use model::registry::{Argument, Entity};
use model::{Digest, Email, Username};
use serde_json::{Map, Value};

/// A text that an argument can be computed from.
#[derive(Debug)]
pub(super) struct Source {
    /// The argument that is computed.
    argument: &'static str,
    /// Its type in the documents.
    kind: &'static str,
    /// The name of the text, which is a flag and can stand in an object of JSON.
    pub(super) name: &'static str,
    /// What the flag takes.
    pub(super) help: &'static str,
    compute: fn(&str) -> Result<String, String>,
}

const SOURCES: [Source; 3] = [
    Source {
        argument: "email_digest",
        kind: "digest",
        name: "email",
        help: "An e-mail address, instead of its digest. For instance ada@example.com",
        compute: |text| {
            text.parse::<Email>().map(|email| email.digest().to_string()).map_err(|error| error.to_string())
        },
    },
    Source {
        argument: "username_key",
        kind: "username_key",
        name: "username",
        help: "A username in any case, with or without an @. For instance @Ada",
        compute: |text| {
            let name = text.strip_prefix('@').unwrap_or(text).parse::<Username>();
            name.map(|name| name.key().as_str().to_owned()).map_err(|error| error.to_string())
        },
    },
    Source {
        argument: "key_digest",
        kind: "digest",
        name: "client_message_id",
        help: "The `client_message_id` of a request, instead of its digest",
        compute: |text| Ok(Digest::of(text).to_string()),
    },
];

impl Source {
    /// What this argument can be computed from, if anything.
    pub(super) fn of(argument: &Argument) -> Option<&'static Self> {
        SOURCES.iter().find(|source| source.argument == argument.name && source.kind == argument.kind)
    }

    /// The argument's value.
    ///
    /// # Errors
    /// With what is wrong with the text.
    pub(super) fn value(&self, text: &str) -> Result<Value, String> {
        (self.compute)(text).map(Value::from)
    }
}

/// Computes the fields of an item or key that are missing and whose source is there instead.
///
/// # Errors
/// With what is wrong with a source.
pub(super) fn complete(entity: &Entity, object: &mut Map<String, Value>) -> Result<(), String> {
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
