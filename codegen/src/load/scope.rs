//! The common functions of the block loaders, with the names that a block may refer to.

use toml::Spanned;

use crate::design::{Entity, Expired, Limits, Table, Template};
use crate::load::raw::{RawCount, Word};
use crate::problem::Problems;
use crate::source::At;
use crate::suggestion::suggestion;

/// The loaded documents of `schema/`.
#[derive(Debug, Clone, Copy)]
pub struct Known<'l> {
    pub table: &'l Table,
    pub limits: &'l Limits,
    pub entities: &'l [Entity],
    /// Entities with a problem of their own, whose fields are therefore not checked.
    pub broken: &'l [String],
}

/// The problem is reported already.
#[derive(Debug, Clone, Copy)]
pub struct Reported;

/// One block, while it is loaded.
pub struct Scope<'l> {
    pub known: Known<'l>,
    /// The position of the block.
    pub at: At,
    pub problems: &'l mut Problems,
}

impl<'l> Scope<'l> {
    pub fn place<T>(&self, word: &Spanned<T>) -> At {
        self.at.plus(word.span().start)
    }

    pub fn problem<T>(&mut self, check: &'static str, word: &Spanned<T>, message: impl Into<String>) {
        self.problems.push(check, self.place(word), message);
    }

    pub fn entity(&mut self, word: &Word) -> Option<usize> {
        let name = word.get_ref();
        let Known { entities, broken, .. } = self.known;
        let found = entities.iter().position(|entity| entity.name == *name);
        if found.is_none() && !broken.contains(name) {
            let known = entities.iter().map(|entity| &entity.name).chain(broken);
            let hint = suggestion(name, known.map(String::as_str));
            self.problem("entity-exists", word, format!("unknown entity \"{name}\"{hint}"));
        }
        found
    }

    /// The entity's field with this name. `used` is the keyword of the block that names it.
    pub fn field(&mut self, entity: usize, word: &Word, used: &str) -> Option<&'l crate::design::Field> {
        let entity = &self.known.entities[entity];
        let found = entity.field(word.get_ref());
        if found.is_none() {
            let at = self.place(word);
            self.problems.not_a_field("fields-exist", at, (entity, word.get_ref()), format!("`{used}`"));
        }
        found
    }

    pub fn template(&mut self, word: &Word, text: &str) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => Some(template),
            Err((offset, message)) => {
                // Skip the opening quote.
                let at = self.place(word).plus(1 + offset);
                self.problems.push("key-template", at, message);
                None
            }
        }
    }

    /// A number of the block, from a literal or from a limit.
    pub fn number(&mut self, raw: Option<&Spanned<RawCount>>) -> Result<Option<u32>, Reported> {
        let Some(raw) = raw else { return Ok(None) };
        let name = match raw.get_ref() {
            RawCount::Number(number) => return Ok(Some(*number)),
            RawCount::Limit(name) => name,
        };
        let number = self.known.limits.number(name).and_then(|number| {
            u32::try_from(number).map_err(|_| Some(format!("`@{name}` is {number}, which is more than {}", u32::MAX)))
        });
        number.map(Some).map_err(|message| {
            if let Some(message) = message {
                self.problem("limits-exist", raw, message);
            }
            Reported
        })
    }

    /// How the block treats expired items, if it has the keyword.
    pub fn expired(&mut self, word: Option<&Word>, because: Option<&Word>) -> Result<Option<Expired>, Reported> {
        let (place, message) = match (word, because) {
            (None, None) => return Ok(None),
            (Some(word), None) if word.get_ref() == "hidden" => return Ok(Some(Expired::Hidden)),
            (Some(word), Some(reason)) if word.get_ref() == "included" => {
                return Ok(Some(Expired::Included(reason.get_ref().clone())));
            }
            (Some(word), None) if word.get_ref() == "included" => (word, "`expired = \"included\"` needs a `because`"),
            (_, Some(reason)) => (reason, "`because` is only for `expired = \"included\"`; remove it"),
            (Some(word), None) => (word, "`expired` must be \"hidden\", or \"included\" with a `because`"),
        };
        self.problem("expired-items-are-hidden", place, message);
        Err(Reported)
    }

    /// The value of `returns`, if the block has one. `known` lists the values that are allowed here.
    pub fn returns(&mut self, word: Option<&Word>, known: &[&'static str]) -> Result<Option<&'static str>, Reported> {
        let Some(word) = word else { return Ok(None) };
        let found = known.iter().find(|known| *known == word.get_ref());
        if found.is_none() {
            let known = known.iter().map(|known| format!("\"{known}\"")).collect::<Vec<_>>().join(", ");
            self.problem("operation", word, format!("`returns` must be {known}, or absent"));
        }
        found.copied().map(Some).ok_or(Reported)
    }
}
