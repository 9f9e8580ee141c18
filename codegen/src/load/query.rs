//! Loads the keywords of a query.

use crate::design::{Order, Paging, Query, Sort, Type};
use crate::load::all;
use crate::load::raw::{RawPattern, RawSort, Word};
use crate::load::scope::{Reported, Scope};
use crate::source::At;
use crate::suggestion::suggestion;

impl Scope<'_> {
    pub fn query(&mut self, raw: &RawPattern, at: At) -> Option<Query> {
        let entities = self.queried(raw, at);
        let index = raw.index.as_ref().map(|word| self.index(word));
        let consistent = match (&raw.index, raw.consistent) {
            (None, _) => self.consistent(raw.consistent, at),
            (Some(_), None | Some(false)) => Some(false),
            (Some(word), Some(true)) => {
                self.problem("operation", word, "an index is eventually consistent; remove `consistent`");
                None
            }
        };
        let sort = self.sort(raw.sort.as_ref(), at);
        let order = self.order(raw.order.as_ref(), at);
        let paging = self.paging(raw, at);
        let first_max = self.first_max(raw, at);
        let returns = self.returns(raw.returns.as_ref(), &["keys", "stored"]);
        let expired = self.expired(raw.expired.as_ref(), raw.because.as_ref());
        let entities = entities?;
        let row = self.row(&entities, raw, at);
        let total = self.total(&entities, raw);
        let shown =
            usize::from(raw.row.is_some()) + usize::from(raw.returns.is_some()) + usize::from(raw.count.is_some());
        if shown > 1 {
            let message = "a query returns rows (`row`), keys or stored items (`returns`), or a number (`count`); \
             remove all but one";
            self.problems.push("operation", at, message);
        }
        let index = match index {
            None => None,
            Some(found) => Some(found?),
        };
        let returns = returns.ok()?;
        Some(Query {
            entities,
            index,
            sort: sort?,
            order: order?,
            paging: paging?,
            consistent: consistent?,
            expired: expired.ok()?,
            row: row.ok()?,
            returns_keys: returns == Some("keys"),
            returns_stored: returns == Some("stored"),
            first_max: first_max.ok()?,
            total: total?,
            at,
        })
    }

    fn queried(&mut self, raw: &RawPattern, at: At) -> Option<Vec<usize>> {
        match (&raw.entity, &raw.entities) {
            (Some(word), None) => Some(vec![self.entity(word)?]),
            (None, Some(words)) if !words.is_empty() => {
                for (i, word) in words.iter().enumerate() {
                    if words[..i].iter().any(|before| before.get_ref() == word.get_ref()) {
                        self.problem("operation", word, format!("\"{}\" is listed twice; remove one", word.get_ref()));
                    }
                }
                all(words.iter().map(|word| self.entity(word)))
            }
            _ => {
                let message = "a query needs `entity`, or `entities` that share a partition, and not both";
                self.problems.push("operation", at, message);
                None
            }
        }
    }

    fn index(&mut self, word: &Word) -> Option<usize> {
        let indexes = &self.known.table.indexes;
        let found = indexes.iter().position(|index| index.name == *word.get_ref());
        if found.is_none() {
            let hint = suggestion(word.get_ref(), indexes.iter().map(|index| index.name.as_str()));
            self.problem("index-exists", word, format!("table.toml has no index \"{}\"{hint}", word.get_ref()));
        }
        found
    }

    pub fn consistent(&mut self, consistent: Option<bool>, at: At) -> Option<bool> {
        if consistent.is_none() {
            let message = "`consistent` is missing; write `true`, which doubles the cost, or `false`";
            self.problems.push("operation", at, message);
        }
        consistent
    }

    fn order(&mut self, word: Option<&Word>, at: At) -> Option<Order> {
        match word.map(|word| word.get_ref().as_str()) {
            Some("asc") => Some(Order::Ascending),
            Some("desc") => Some(Order::Descending),
            Some("either") => Some(Order::Either),
            _ => {
                let at = word.map_or(at, |word| self.place(word));
                self.problems.push("operation", at, "a query needs `order` = \"asc\", \"desc\" or \"either\"");
                None
            }
        }
    }

    fn paging(&mut self, raw: &RawPattern, at: At) -> Option<Paging> {
        let (page, first) = (self.number(raw.page.as_ref()), self.number(raw.first.as_ref()));
        match (page.ok()?, first.ok()?, raw.all, raw.count) {
            (Some(size @ 1..), None, None, None) => Some(Paging::Page(size)),
            (None, Some(size @ 1..), None, None) => Some(Paging::First(size)),
            (None, None, Some(true), None) => Some(Paging::All),
            (None, None, None, Some(true)) => Some(Paging::Count),
            (Some(0), ..) | (_, Some(0), ..) => {
                self.problems.push("operation", at, "`page` and `first` are at least 1");
                None
            }
            _ => {
                let message = "a query needs exactly one of `page = N`, `first = N`, `all = true` and `count = true`";
                self.problems.push("operation", at, message);
                None
            }
        }
    }

    /// The maximum number of first items that a caller may request.
    fn first_max(&mut self, raw: &RawPattern, at: At) -> Result<Option<u32>, Reported> {
        let max = self.number(raw.first_max.as_ref())?;
        // An invalid `first` is reported with the paging.
        match (self.number(raw.first.as_ref())?, max) {
            (_, None) => Ok(None),
            (Some(first), Some(max)) if max > first => Ok(Some(max)),
            _ => {
                let message =
                    "`first_max`, the maximum number that a caller may request, needs a `first` that is lower";
                self.problems.push("operation", at, message);
                Err(Reported)
            }
        }
    }

    /// The numbers of the row that a total over all rows adds up.
    fn total(&mut self, entities: &[usize], raw: &RawPattern) -> Option<Vec<String>> {
        let words = raw.total.as_deref().unwrap_or_default();
        let shown = raw.fields.as_deref().unwrap_or_default();
        all(words.iter().map(|word| {
            let is_shown = shown.iter().any(|field| field.get_ref() == word.get_ref());
            let field = self.field(*entities.first()?, word, "total")?;
            if !is_shown || raw.all != Some(true) || !matches!(field.ty, Type::Count(_) | Type::Amount) {
                let message = "a total needs a query with `all = true`, and a `count` or an `amount` among its \
                 `fields`";
                self.problem("operation", word, message);
                return None;
            }
            Some(word.get_ref().clone())
        }))
    }

    /// The name and the fields of the row struct, if the query has one.
    fn row(&mut self, entities: &[usize], raw: &RawPattern, at: At) -> Result<Option<(String, Vec<String>)>, Reported> {
        let (Some(row), Some(words)) = (&raw.row, &raw.fields) else {
            if raw.row.is_none() && raw.fields.is_none() {
                return Ok(None);
            }
            self.problems.push("operation", at, "`fields` and `row`, the name of their struct, need each other");
            return Err(Reported);
        };
        let [entity] = entities else {
            self.problem("operation", row, "a row contains fields of one entity, and this query reads several");
            return Err(Reported);
        };
        for (i, word) in words.iter().enumerate() {
            if words[..i].iter().any(|before| before.get_ref() == word.get_ref()) {
                self.problem("operation", word, format!("`{}` is listed twice; remove one", word.get_ref()));
            }
        }
        let fields =
            all(words.iter().map(|word| Some(self.field(*entity, word, "fields")?.name.clone()))).ok_or(Reported)?;
        Ok(Some((row.get_ref().clone(), fields)))
    }

    fn sort(&mut self, raw: Option<&RawSort>, at: At) -> Option<Sort> {
        let Some(raw) = raw else {
            return Some(Sort::Whole);
        };
        match (&raw.begins_with, &raw.between, &raw.below, &raw.above) {
            (Some(word), None, None, None) => {
                let (text, at) = (word.get_ref(), self.place(word));
                let complete = text.strip_suffix('#');
                let template = self.template(word, complete.unwrap_or(text))?;
                Some(Sort::BeginsWith { template, is_delimited: complete.is_some(), at })
            }
            (None, Some([from, to]), None, None) => {
                let at = self.place(from);
                let (from, to) = (self.template(from, from.get_ref()), self.template(to, to.get_ref()));
                Some(Sort::Between { from: from?, to: to?, at })
            }
            (None, None, Some(word), None) => {
                Some(Sort::Below { template: self.template(word, word.get_ref())?, at: self.place(word) })
            }
            (None, None, None, Some(word)) => {
                Some(Sort::Above { template: self.template(word, word.get_ref())?, at: self.place(word) })
            }
            _ => {
                let message = "`sort` needs exactly one of `begins_with`, `between`, `below` and `above`";
                self.problems.push("operation", at, message);
                None
            }
        }
    }
}
