//! The arguments of a run: what was typed, what is read from a file, and what is looked up in the table.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use model::registry::{Argument, Entity};
use model::{Arguments, Date, ENTITIES, PageRequest, Store, StoreError, Timestamp, UserId};
use serde_json::{Map, Value, json};

use super::sources::{self, Source};
use super::{Query, QueryError, flags};
use crate::who::{Who, WhoError};

/// Arguments by their names.
type Values = BTreeMap<&'static str, Value>;

impl Query {
    /// Everything that the pattern is run with. Without a store nothing can be looked up.
    ///
    /// # Errors
    /// With what is wrong with which argument, and when the table does not answer.
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

    /// Digests and other derived keys, and those inside items and keys.
    fn compute(&self, values: &mut Values) -> Result<(), QueryError> {
        for (argument, _) in &self.arguments {
            if let Some(value) = values.get_mut(argument.name) {
                for object in objects(value) {
                    if let Some((entity, _)) = entity_of(argument) {
                        sources::complete(entity, object).map_err(|reason| self.invalid(argument.name, reason))?;
                    }
                }
                continue;
            }
            let Some(source) = Source::of(argument) else { continue };
            let text = values.get(source.name).and_then(Value::as_str).or(self
                .extra
                .sources
                .get(source.name)
                .map(String::as_str));
            if let Some(text) = text {
                let value = source.value(text).map_err(|reason| self.invalid(source.name, reason))?;
                values.insert(argument.name, value);
            }
        }
        Ok(())
    }

    /// Reads the file of items or keys, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read_input(&mut self) -> Result<(), QueryError> {
        let (Some(file), Some(argument)) = (&self.extra.lines_from, flags::many(self.pattern)) else { return Ok(()) };
        let failed =
            |error| self.invalid(flags::lines_flag(argument), format!("cannot read {}: {error}", file.display()));
        self.extra.lines = Some(read(file).map_err(failed)?);
        Ok(())
    }

    /// Items or keys from a file, one JSON object on each line.
    fn read_lines(&self, values: &mut Values) -> Result<(), QueryError> {
        let (Some(text), Some(argument)) = (&self.extra.lines, flags::many(self.pattern)) else { return Ok(()) };
        let wrong = |reason: String| self.invalid(flags::lines_flag(argument), reason);
        let mut read = Vec::new();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let at = |reason: String| wrong(format!("line {number}: {reason}"));
            let value: Value = serde_json::from_str(line).map_err(|_| at("this is not JSON".to_owned()))?;
            let Value::Object(mut object) = value else { return Err(at("a JSON object is expected".to_owned())) };
            if let Some((entity, is_key)) = entity_of(argument) {
                sources::complete(entity, &mut object).map_err(at)?;
                if is_key {
                    // A row that another pattern printed is more than its key.
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

    /// The ids of users who are named as `@name`.
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
        let who: Who = text.parse().map_err(|error: crate::who::InvalidWho| self.invalid(flag, error.to_string()))?;
        match (store, who) {
            (_, Who::Id(user_id)) => Ok(user_id),
            (Some(store), who) => who.id(store).await.map_err(|error| match error {
                WhoError::Store(error) => QueryError::Run(error.into()),
                WhoError::NotFound { .. } => QueryError::Absent(error.to_string()),
            }),
            (None, who) => {
                let reason = format!("{text} is looked up in the table, and --explain sends nothing; give the id");
                debug_assert!(matches!(who, Who::Named(_)), "an id needs no table");
                Err(self.invalid(flag, reason))
            }
        }
    }

    /// What `--before` stands for: the end of a range of days, or the keys of the days before it.
    async fn take_days(&self, values: &mut Values, store: Option<&Store>) -> Result<(), QueryError> {
        let Some(before) = self.extra.before else { return Ok(()) };
        let (first, last) = (Timestamp::EPOCH.date(), before.days_before(1));
        let Some(argument) = flags::many(self.pattern) else {
            values.entry("from").or_insert_with(|| first.to_string().into());
            values.insert("to", last.to_string().into());
            return Ok(());
        };
        let user = self.extra.user.as_deref().unwrap_or_default();
        let user_id = self.find("user_id", user, store).await?;
        let Some(store) = store else {
            return Err(
                self.invalid("before", "the days are looked up in the table, and --explain sends nothing".to_owned())
            );
        };
        let keys = days(store, user_id, first, last).await.map_err(|error| QueryError::Run(error.into()))?;
        if keys.is_empty() {
            return Err(QueryError::Absent(format!(
                "there is nothing to delete: the user has no days before {before}"
            )));
        }
        values.insert(argument.name, Value::Array(keys));
        Ok(())
    }

    /// DynamoDB refuses a range whose end lies before its beginning.
    ///
    /// # Errors
    /// With both ends.
    pub(super) fn check_range(&self) -> Result<(), QueryError> {
        let typed = |name| self.arguments.iter().find(|(argument, _)| argument.name == name);
        let date = |name| typed(name).and_then(|(_, texts)| texts.first()).and_then(|text| text.parse::<Date>().ok());
        match (date("from"), date("to"), self.extra.before) {
            (Some(from), Some(to), _) if from > to => {
                Err(self.invalid("to", format!("the range ends on {to}, before it begins on {from}; swap the two")))
            }
            (Some(from), None, Some(before)) if from >= before => {
                let reason = format!("no day is before {before} when the range begins on {from}; take a later day");
                Err(self.invalid("before", reason))
            }
            _ => Ok(()),
        }
    }
}

/// The entity that the argument is an item or a key of, and whether only its key.
fn entity_of(argument: &Argument) -> Option<(&'static Entity, bool)> {
    let (name, is_key) = argument.kind.strip_suffix(" key").map_or((argument.kind, false), |name| (name, true));
    ENTITIES.iter().find(|entity| entity.name == name).map(|entity| (*entity, is_key))
}

/// The objects of a value that is one, or a list of them.
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

/// The keys of a user's days in this range.
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
