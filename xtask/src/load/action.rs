//! The words of one write: an operation of its own, or an action of a transaction.

use toml::Spanned;

use crate::design::{
    Action, ActionKind, Change, Entity, Expired, Expression, How, Literal, Operand, Require, Shape,
    Type, Value,
};
use crate::load::raw::{Map, RawAction, RawRequire, Word, in_order};
use crate::problem::{Problems, suggestion};
use crate::source::At;

/// What the loaders of blocks share: the entities they may name, and where they are.
pub struct Scope<'l> {
    pub entities: &'l [Entity],
    pub at: At,
    pub problems: &'l mut Problems,
}

impl Scope<'_> {
    pub fn problem(&mut self, check: &'static str, word: &Word, message: impl Into<String>) {
        self.problems
            .push(check, self.at.plus(word.span().start), message);
    }

    pub fn entity(&mut self, word: &Word) -> Option<usize> {
        let name = word.get_ref();
        let found = self.entities.iter().position(|entity| entity.name == *name);
        if found.is_none() {
            let hint = suggestion(
                name,
                self.entities.iter().map(|entity| entity.name.as_str()),
            );
            self.problem(
                "entity-exists",
                word,
                format!("unknown entity \"{name}\"{hint}"),
            );
        }
        found
    }

    pub fn expired(&mut self, word: Option<&Word>, because: Option<&String>) -> Option<Expired> {
        match (word?.get_ref().as_str(), because) {
            ("hidden", None) => Some(Expired::Hidden),
            ("included", Some(reason)) => Some(Expired::Included(reason.clone())),
            ("included", None) => {
                self.problem(
                    "expired-items-are-hidden",
                    word?,
                    "`expired = \"included\"` needs a `because`",
                );
                None
            }
            _ => {
                self.problem(
                    "expired-items-are-hidden",
                    word?,
                    "`expired` is \"hidden\", or \"included\" with a `because`",
                );
                None
            }
        }
    }

    /// Loads one action. `puts` are the items that the same transaction puts, for values like `session.user_id`.
    pub fn action(
        &mut self,
        name: &str,
        raw: RawAction,
        at: At,
        puts: &[(String, usize)],
    ) -> Option<Action> {
        let kinds = [
            (&raw.put, ActionKind::Put),
            (&raw.update, ActionKind::Update),
            (&raw.delete, ActionKind::Delete),
            (&raw.check, ActionKind::Check),
        ];
        let mut named = kinds
            .iter()
            .filter_map(|(word, kind)| word.as_ref().map(|word| (word, *kind)));
        let (Some((word, kind)), None) = (named.next(), named.next()) else {
            self.problems.push(
                "action-kind",
                at,
                "an action is exactly one of `put`, `update`, `delete` and `check` = an entity",
            );
            return None;
        };
        let entity = self.entity(word)?;
        let mut changes = self.changes(entity, raw.set, puts, How::Set);
        changes.extend(self.changes(entity, raw.set_once, puts, How::SetOnce));
        changes.extend(self.changes(entity, raw.add, puts, How::Add));
        changes.extend(self.removals(entity, raw.remove));
        let shape = match (raw.optional, raw.many) {
            (true, _) => Shape::Optional,
            (_, true) => Shape::Many,
            _ => Shape::One,
        };
        Some(Action {
            name: name.to_owned(),
            kind,
            entity,
            key: if kind == ActionKind::Put {
                Vec::new()
            } else {
                self.key(entity, raw.key, puts)
            },
            changes,
            if_missing: raw.if_missing,
            if_present: raw.if_present,
            upsert: raw.upsert,
            replace: raw.replace,
            require: raw
                .require
                .into_iter()
                .filter_map(|require| self.require(entity, require))
                .collect(),
            returns_new: false,
            shape,
            row: raw.row,
            expired: self.expired(raw.expired.as_ref(), raw.because.as_ref()),
            at,
        })
    }

    fn key(
        &mut self,
        entity: usize,
        raw: Map<Spanned<toml::Value>>,
        puts: &[(String, usize)],
    ) -> Vec<(String, Value)> {
        let fields: Vec<_> = self.entities[entity]
            .key_fields()
            .into_iter()
            .cloned()
            .collect();
        let mut given = Vec::new();
        for (word, value) in in_order(raw) {
            match fields.iter().find(|field| field.name == *word.get_ref()) {
                Some(field) => given.extend(
                    self.value(field.optional, &field.ty, &value, puts)
                        .map(|v| (word.get_ref().clone(), v)),
                ),
                None => {
                    let hint = suggestion(
                        word.get_ref(),
                        fields.iter().map(|field| field.name.as_str()),
                    );
                    self.problem(
                        "fields-exist",
                        &word,
                        format!(
                            "`{}` is not in the key of {}{hint}",
                            word.get_ref(),
                            self.entities[entity].name
                        ),
                    );
                }
            }
        }
        let value_of = |field: &crate::design::Field| {
            let value = given
                .iter()
                .find(|(name, _)| *name == field.name)
                .map(|(_, value)| value.clone());
            (
                field.name.clone(),
                value.unwrap_or_else(|| Value::Argument(field.name.clone())),
            )
        };
        fields.iter().map(value_of).collect()
    }

    fn field(&mut self, entity: usize, word: &Word) -> Option<crate::design::Field> {
        let entity = &self.entities[entity];
        let found = entity.field(word.get_ref()).cloned();
        if found.is_none() {
            let hint = suggestion(
                word.get_ref(),
                entity.fields.iter().map(|field| field.name.as_str()),
            );
            let message = format!(
                "`{}` is not a field of {}{hint}",
                word.get_ref(),
                entity.name
            );
            self.problem("fields-exist", word, message);
        }
        found
    }

    fn changes(
        &mut self,
        entity: usize,
        raw: Map<Spanned<toml::Value>>,
        puts: &[(String, usize)],
        how: fn(Value) -> How,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for (word, value) in in_order(raw) {
            let Some(field) = self.field(entity, &word) else {
                continue;
            };
            if let Some(value) = self.value(field.optional, &field.ty, &value, puts) {
                changes.push(Change {
                    field: field.name,
                    how: how(value),
                    at: self.at.plus(word.span().start),
                });
            }
        }
        changes
    }

    fn removals(&mut self, entity: usize, words: Vec<Word>) -> Vec<Change> {
        let mut changes = Vec::new();
        for word in words {
            let Some(field) = self.field(entity, &word) else {
                continue;
            };
            if !field.optional {
                self.problem(
                    "fields-exist",
                    &word,
                    format!("`{}` is not optional, so it cannot be removed", field.name),
                );
            }
            changes.push(Change {
                field: field.name,
                how: How::Remove,
                at: self.at.plus(word.span().start),
            });
        }
        changes
    }

    fn value(
        &mut self,
        optional: bool,
        ty: &Type,
        raw: &Spanned<toml::Value>,
        puts: &[(String, usize)],
    ) -> Option<Value> {
        let at = self.at.plus(raw.span().start);
        let value = match raw.get_ref() {
            toml::Value::Integer(number) => Ok(Value::Literal(Literal::Number(*number))),
            toml::Value::String(text) => Value::parse(text),
            other => Err(format!(
                "{} is no value; write \":argument\", a number or \"'text'\"",
                other.type_str()
            )),
        };
        let checked = value.and_then(|value| match &value {
            Value::Literal(literal) => literal_fits(literal, ty).map(|()| value),
            Value::FieldOf { action, field } => self
                .field_of(action, field, ty, optional, puts)
                .map(|()| value),
            Value::Argument(_) => Ok(value),
        });
        checked
            .map_err(|message| self.problems.push("values-fit-their-fields", at, message))
            .ok()
    }

    fn field_of(
        &self,
        action: &str,
        field: &str,
        ty: &Type,
        optional: bool,
        puts: &[(String, usize)],
    ) -> Result<(), String> {
        let Some((_, entity)) = puts.iter().find(|(name, _)| name == action) else {
            let hint = suggestion(action, puts.iter().map(|(name, _)| name.as_str()));
            return Err(format!(
                "no action \"{action}\" of this transaction puts an item{hint}"
            ));
        };
        let entity = &self.entities[*entity];
        let Some(found) = entity.field(field) else {
            let hint = suggestion(field, entity.fields.iter().map(|field| field.name.as_str()));
            return Err(format!("`{field}` is not a field of {}{hint}", entity.name));
        };
        if found.ty != *ty || found.optional && !optional {
            let optional = if found.optional { "an optional " } else { "" };
            return Err(format!(
                "{action}.{field} is {optional}{}, where {} is needed",
                found.ty.word(),
                ty.word()
            ));
        }
        Ok(())
    }

    fn require(&mut self, entity: usize, raw: RawRequire) -> Option<Require> {
        let at = self.at.plus(raw.that.span().start);
        let that = match Expression::parse(raw.that.get_ref()) {
            Ok(that) => that,
            Err(message) => {
                self.problems.push("condition", at, message);
                return None;
            }
        };
        let entity = &self.entities[entity];
        let mut wrong = Vec::new();
        that.each(
            &mut |field, compared| match (entity.field(field), compared) {
                (None, _) => {
                    let hint =
                        suggestion(field, entity.fields.iter().map(|field| field.name.as_str()));
                    wrong.push(format!("`{field}` is not a field of {}{hint}", entity.name));
                }
                (Some(known), Some((_, Operand::Literal(literal)))) => {
                    wrong.extend(literal_fits(literal, &known.ty).err())
                }
                _ => {}
            },
        );
        let sound = wrong.is_empty();
        for message in wrong {
            self.problems.push("condition", at, message);
        }
        sound.then_some(Require {
            that,
            error: raw.error,
            current: raw.current,
            at,
        })
    }
}

fn literal_fits(literal: &Literal, ty: &Type) -> Result<(), String> {
    match (literal, ty) {
        (Literal::Number(_), Type::Count | Type::Amount) | (Literal::Text(_), Type::Text) => Ok(()),
        (Literal::Text(text), Type::Enum { rust, values }) if !values.contains(text) => {
            Err(format!(
                "'{text}' is not one of {rust}{}",
                suggestion(text, values.iter().map(String::as_str))
            ))
        }
        (Literal::Text(_), Type::Enum { .. }) => Ok(()),
        (Literal::Number(number), other) => Err(format!("{number} is no {}", other.word())),
        (Literal::Text(text), other) => Err(format!("'{text}' is no {}", other.word())),
    }
}
