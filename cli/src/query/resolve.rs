//! Resolves arguments: from the command line, from a file, and by lookups in the table.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use model::registry::{Argument, Entity};
use model::{Arguments, Date, ENTITIES, PageRequest, Store, StoreError, Timestamp, UserId};
use serde_json::{Map, Value, json};

use super::derivations::{self, Derivation};
use super::{Query, QueryError, flags};
use crate::user_ref::{UserRef, UserRefError};

/// Arguments by their names.
type Values = BTreeMap<&'static str, Value>;

impl Query {
    /// All arguments of the pattern. Lookups need a store.
    ///
    /// # Errors
    /// If an argument is invalid, or the table does not answer.
    pub(super) async fn resolve(&self, store: Option<&Store>) -> Result<Arguments, QueryError> {
        let mut values = Values::new();
        for (argument, typed) in &self.arguments {
            let value = flags::value(argument, typed).map_err(|reason| self.invalid(argument.name, reason))?;
            values.extend(value.map(|value| (argument.name, value)));
        }
        self.compute(&mut values)?;
        self.read_lines(&mut values)?;
        self.find_users(&mut values, store).await?;
        self.take_days(&mut values, store).await?;
        Ok(Arguments::new(values.into_iter().map(|(name, value)| (name.to_owned(), value))))
    }

    /// Computes derived arguments, also inside items and keys.
    fn compute(&self, values: &mut Values) -> Result<(), QueryError> {
        for (argument, _) in &self.arguments {
            if let Some(value) = values.get_mut(argument.name) {
                for object in objects(value) {
                    if let Some((entity, _)) = entity_of(argument) {
                        derivations::derive_missing(entity, object)
                            .map_err(|reason| self.invalid(argument.name, reason))?;
                    }
                }
                continue;
            }
            let Some(source) = Derivation::of(argument) else { continue };
            let text = values.get(source.name).and_then(Value::as_str).or(self
                .indirect
                .derivations
                .get(source.name)
                .map(String::as_str));
            if let Some(text) = text {
                let value = source.value(text).map_err(|reason| self.invalid(source.name, reason))?;
                values.insert(argument.name, value);
            }
        }
        Ok(())
    }

    /// Reads the file of items or keys, if one is given.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read_input(&mut self) -> Result<(), QueryError> {
        let (Some(file), Some(argument)) = (&self.indirect.lines_from, flags::repeated_argument(self.pattern)) else {
            return Ok(());
        };
        let to_query_error =
            |error| self.invalid(flags::lines_flag(argument), format!("cannot read {}: {error}", file.display()));
        self.indirect.lines = Some(read(file).map_err(to_query_error)?);
        Ok(())
    }

    /// Parses items or keys from a file, one JSON object per line.
    fn read_lines(&self, values: &mut Values) -> Result<(), QueryError> {
        let (Some(text), Some(argument)) = (&self.indirect.lines, flags::repeated_argument(self.pattern)) else {
            return Ok(());
        };
        let invalid_line = |reason: String| self.invalid(flags::lines_flag(argument), reason);
        let mut read = Vec::new();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let at = |reason: String| invalid_line(format!("line {number}: {reason}"));
            let value: Value = serde_json::from_str(line).map_err(|_| at("not valid JSON".to_owned()))?;
            let Value::Object(mut object) = value else { return Err(at("expected a JSON object".to_owned())) };
            if let Some((entity, is_key)) = entity_of(argument) {
                derivations::derive_missing(entity, &mut object).map_err(at)?;
                if is_key {
                    // A row that another pattern printed has more fields than its key.
                    object.retain(|name, _| entity.key.contains(&name.as_str()));
                }
            }
            read.push(Value::Object(object));
        }
        if let Some(Value::Array(typed)) = values.get_mut(argument.name) {
            typed.extend(read);
        }
        Ok(())
    }

    /// Replaces usernames, given as `@name`, with user ids.
    async fn find_users(&self, values: &mut Values, store: Option<&Store>) -> Result<(), QueryError> {
        for (argument, _) in &self.arguments {
            let Some(value) = values.get_mut(argument.name) else { continue };
            let named: Vec<&mut Value> = if argument.kind == "user_id" {
                vec![value]
            } else {
                let of_user = |entity: &Entity, name: &str| {
                    name == "owner" || entity.fields.iter().any(|field| field.name == name && field.kind == "user_id")
                };
                let entity = entity_of(argument).map(|(entity, _)| entity);
                let members = objects(value).flat_map(Map::iter_mut);
                members
                    .filter(|(name, _)| entity.is_some_and(|entity| of_user(entity, name)))
                    .map(|(_, value)| value)
                    .collect()
            };
            for value in named {
                if let Some(text) = value.as_str() {
                    *value = self.find(argument.name, text, store).await?.to_string().into();
                }
            }
        }
        Ok(())
    }

    async fn find(&self, flag: &str, text: &str, store: Option<&Store>) -> Result<UserId, QueryError> {
        let user_ref: UserRef =
            text.parse().map_err(|error: crate::user_ref::InvalidUserRef| self.invalid(flag, error.to_string()))?;
        match (store, user_ref) {
            (_, UserRef::Id(user_id)) => Ok(user_id),
            (Some(store), user_ref) => user_ref.id(store).await.map_err(|error| match error {
                UserRefError::Store(error) => QueryError::Run(error.into()),
                UserRefError::NotFound { .. } => QueryError::Absent(error.to_string()),
            }),
            (None, user_ref) => {
                let reason = format!("{text} needs a lookup in the table, and --explain sends nothing; pass the id");
                debug_assert!(matches!(user_ref, UserRef::Name(_)), "an id needs no lookup");
                Err(self.invalid(flag, reason))
            }
        }
    }

    /// Replaces `--before` with the end of a range of days, or with the keys of the days before it.
    async fn take_days(&self, values: &mut Values, store: Option<&Store>) -> Result<(), QueryError> {
        let Some(before) = self.indirect.before else { return Ok(()) };
        let (first, last) = (Timestamp::EPOCH.date(), before.days_before(1));
        let Some(argument) = flags::repeated_argument(self.pattern) else {
            values.entry("from").or_insert_with(|| first.to_string().into());
            values.insert("to", last.to_string().into());
            return Ok(());
        };
        let user = self.indirect.user.as_deref().unwrap_or_default();
        let user_id = self.find("user_id", user, store).await?;
        let Some(store) = store else {
            return Err(
                self.invalid("before", "the days need a lookup in the table, and --explain sends nothing".to_owned())
            );
        };
        let keys = days(store, user_id, first, last).await.map_err(|error| QueryError::Run(error.into()))?;
        if keys.is_empty() {
            return Err(QueryError::Absent(format!(
                "there is nothing to delete: the user has no usage before {before}"
            )));
        }
        values.insert(argument.name, Value::Array(keys));
        Ok(())
    }

    /// Refuses a range that ends before it begins, as DynamoDB does.
    ///
    /// # Errors
    /// With both ends of the range.
    pub(super) fn check_range(&self) -> Result<(), QueryError> {
        let typed = |name| self.arguments.iter().find(|(argument, _)| argument.name == name);
        let date = |name| typed(name).and_then(|(_, texts)| texts.first()).and_then(|text| text.parse::<Date>().ok());
        match (date("from"), date("to"), self.indirect.before) {
            (Some(from), Some(to), _) if from > to => {
                Err(self.invalid("to", format!("the range ends on {to}, before it begins on {from}; swap the dates")))
            }
            (Some(from), None, Some(before)) if from >= before => {
                let reason = format!("no day from {from} on is before {before}; use a later day");
                Err(self.invalid("before", reason))
            }
            _ => Ok(()),
        }
    }
}

/// The entity of an item or key argument, and whether it is a key.
fn entity_of(argument: &Argument) -> Option<(&'static Entity, bool)> {
    let (name, is_key) = argument.kind.strip_suffix(" key").map_or((argument.kind, false), |name| (name, true));
    ENTITIES.iter().find(|entity| entity.name == name).map(|entity| (*entity, is_key))
}

/// The objects of a value: the value itself, or the elements of a list.
fn objects(value: &mut Value) -> Box<dyn Iterator<Item = &mut Map<String, Value>> + '_> {
    match value {
        Value::Object(object) => Box::new(std::iter::once(object)),
        Value::Array(values) => Box::new(values.iter_mut().filter_map(Value::as_object_mut)),
        _ => Box::new(std::iter::empty()),
    }
}

fn read(file: &Path) -> io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    fs::read_to_string(file)
}

/// The keys of a user's usage days in this range.
async fn days(store: &Store, user_id: UserId, first: Date, last: Date) -> Result<Vec<Value>, StoreError> {
    let (mut keys, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page =
            store.usage().list(user_id, first, last, PageRequest { limit: None, cursor: cursor.as_deref() }).await?;
        keys.extend(
            page.items.iter().map(|day| json!({ "user_id": user_id.to_string(), "date": day.date.to_string() })),
        );
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(keys);
        }
    }
}
