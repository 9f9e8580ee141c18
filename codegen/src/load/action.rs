//! Loads one write: an operation of its own, or an action of a transaction.

use toml::Spanned;

use crate::design::{Action, ActionKind, Change, Expired, How, Shape, Value};
use crate::load::all;
use crate::load::raw::{Map, RawAction, Word, in_order};
use crate::load::scope::Scope;
use crate::load::value::{Puts, Use};
use crate::source::At;
use crate::suggestion::suggestion;

type Values = Map<Spanned<toml::Value>>;

impl Scope<'_> {
    /// Loads one action. `puts` are the items that the same transaction puts, which values such as `session.user_id`
    /// refer to.
    pub fn action(&mut self, name: &str, raw: RawAction, at: At, puts: &Puts) -> Option<Action> {
        let kinds = [
            (&raw.put, ActionKind::Put),
            (&raw.update, ActionKind::Update),
            (&raw.delete, ActionKind::Delete),
            (&raw.check, ActionKind::Check),
        ];
        let mut named = kinds.into_iter().filter_map(|(word, kind)| Some((word.as_ref()?, kind)));
        let (Some((word, kind)), None) = (named.next(), named.next()) else {
            let message = "an action needs exactly one of `put`, `update`, `delete` and `check`, with an entity";
            self.problems.push("action-kind", at, message);
            return None;
        };
        let shape = match (raw.optional, raw.many) {
            (true, true) => {
                self.problems.push(
                    "action-kind",
                    at,
                    "an action is `optional` or `many`, and not both; a list of `many` may be empty",
                );
                Shape::Many
            }
            (true, false) => Shape::Optional,
            (false, true) => Shape::Many,
            (false, false) => Shape::One,
        };
        let expired = self.expired(raw.expired.as_ref(), raw.because.as_ref());
        if let (Some(word), Ok(Some(Expired::Hidden))) = (&raw.expired, &expired) {
            let message = "a write cannot hide expired items; require that the item has not expired, or write \"included\" and \
                 `because`";
            self.problem("expired-items-are-hidden", word, message);
        }
        let entity = self.entity(word)?;
        let key = if kind == ActionKind::Put { Some(Vec::new()) } else { self.key(entity, raw.key, puts) };
        let changes = [
            self.changes(entity, raw.set, puts, Use::Replaces, How::Set),
            self.changes(entity, raw.set_once, puts, Use::Fills, How::SetOnce),
            self.changes(entity, raw.add, puts, Use::Adds, How::Add),
            self.changes(entity, raw.append, puts, Use::Appends, How::Append),
            self.changes(entity, raw.add_to, puts, Use::AddsTo, How::AddTo),
            self.changes(entity, raw.delete_from, puts, Use::DeletesFrom, How::DeleteFrom),
            self.removals(entity, &raw.remove),
        ];
        let require = all(raw.require.into_iter().map(|require| self.require(entity, require)));
        Some(Action {
            name: name.to_owned(),
            kind,
            entity,
            key: key?,
            changes: all(changes)?.into_iter().flatten().collect(),
            if_missing: raw.if_missing,
            if_present: raw.if_present,
            upsert: raw.upsert,
            replace: raw.replace,
            require: require?,
            returns_new: false,
            shape,
            row: raw.row.map(Spanned::into_inner),
            expired: expired.ok()?,
            callers: raw.callers.into_iter().map(Spanned::into_inner).collect(),
            at,
        })
    }

    /// A value for every key field: the given value, or an argument with the field's name.
    fn key(&mut self, entity: usize, raw: Values, puts: &Puts) -> Option<Vec<(String, Value)>> {
        let entity = &self.known.entities[entity];
        let fields = entity.key_fields();
        let given = all(in_order(raw).into_iter().map(|(word, value)| {
            let Some(field) = fields.iter().find(|field| field.name == *word.get_ref()) else {
                let hint = suggestion(word.get_ref(), fields.iter().map(|field| field.name.as_str()));
                let message = format!("`{}` is not in the key of {}{hint}", word.get_ref(), entity.name);
                self.problem("fields-exist", &word, message);
                return None;
            };
            Some((word.into_inner(), self.value(field, &value, puts, Use::Key)?))
        }))?;
        let value_of = |name: &String| {
            let value = given.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
            (name.clone(), value.unwrap_or_else(|| Value::Argument(name.clone())))
        };
        Some(fields.iter().map(|field| value_of(&field.name)).collect())
    }

    fn changes(
        &mut self,
        entity: usize,
        raw: Values,
        puts: &Puts,
        used: Use,
        how: fn(Value) -> How,
    ) -> Option<Vec<Change>> {
        all(in_order(raw).into_iter().map(|(word, value)| {
            let field = self.field(entity, &word, used.word())?;
            let value = self.value(field, &value, puts, used)?;
            Some(Change { field: field.name.clone(), how: how(value), at: self.place(&word) })
        }))
    }

    fn removals(&mut self, entity: usize, words: &[Word]) -> Option<Vec<Change>> {
        all(words.iter().map(|word| {
            let field = self.field(entity, word, "remove")?;
            if !field.optional {
                self.problem(
                    "fields-exist",
                    word,
                    format!("`{}` is not optional, so it cannot be removed", field.name),
                );
            }
            Some(Change { field: field.name.clone(), how: How::Remove, at: self.place(word) })
        }))
    }
}
