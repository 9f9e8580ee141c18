//! The key of an entity in an index, with its shards.

use super::{Loader, Reported};
use crate::design::{Field, IndexKey, Segment, Shards, Template, Type};
use crate::load::raw::{RawIndexKey, Word};
use crate::suggestion::suggestion;

impl Loader<'_> {
    pub(super) fn index_key(
        &mut self,
        fields: &[Field],
        own_key: &[String],
        name: &Word,
        raw: &RawIndexKey,
    ) -> Option<IndexKey> {
        let known = self.table.indexes.iter().position(|index| index.name == *name.get_ref());
        if known.is_none() {
            let hint = suggestion(name.get_ref(), self.table.indexes.iter().map(|index| index.name.as_str()));
            self.problem("index-exists", name, format!("table.toml has no index \"{}\"{hint}", name.get_ref()));
        }
        let pk = self.template(&raw.pk);
        self.key_fields(fields, &raw.pk, pk.as_ref(), true);
        let sorts_texts = known.is_some_and(|index| self.table.indexes[index].sorts_texts);
        let sk = self.index_sort_key(fields, &raw.sk, sorts_texts);
        let shards = self.shards(fields, own_key, raw);
        if let (true, Some(count)) = (sorts_texts, &raw.shards) {
            let message = "shards are merged by a number, and this index sorts texts; remove `shards`".to_owned();
            self.problems.push("shards-spread-writes", self.at.plus(count.span().start), message);
        }
        let at = self.at.plus(raw.pk.span().start);
        Some(IndexKey { index: known?, pk: pk?, sk: sk?, sorts_texts, shards: shards.ok()?, at })
    }

    /// The sort key in an index: the template of a text, or one numeric field.
    fn index_sort_key(&mut self, fields: &[Field], word: &Word, sorts_texts: bool) -> Option<Template> {
        let sk = self.template(word)?;
        if sorts_texts {
            self.key_fields(fields, word, Some(&sk), true);
            return Some(sk);
        }
        let found = |name: &str| fields.iter().find(|field| field.name == name);
        match sk.segments.as_slice() {
            [Segment::Field { name, width: None }] if found(name).is_none() => {
                self.key_fields(fields, word, Some(&sk), true);
                Some(sk)
            }
            [Segment::Field { name, width: None }] if found(name).is_some_and(|field| field.ty.is_number()) => Some(sk),
            _ => {
                let message = "the sort key of this index is a number: one count, amount or time field, as in \
                               `{created_at}`; for a text, the index needs `sort_type = \"text\"` in table.toml";
                self.problem("index-sort-key", word, message.to_owned());
                None
            }
        }
    }

    /// The shards of an index key, if it declares any. An error if the declaration is invalid.
    fn shards(&mut self, fields: &[Field], own_key: &[String], raw: &RawIndexKey) -> Result<Option<Shards>, Reported> {
        const MAX_SHARDS: u32 = 16;
        let (count, by) = match (&raw.shards, &raw.shard_by) {
            (None, None) => return Ok(None),
            (Some(count), Some(by)) => (*count.get_ref(), by),
            _ => {
                let message =
                    "`shards` and `shard_by`, the field whose hash selects the shard, need each other".to_owned();
                self.problem("shards-spread-writes", &raw.pk, message);
                return Err(Reported);
            }
        };
        let name = by.get_ref();
        let ty = fields.iter().find(|field| field.name == *name).map(|field| &field.ty);
        let is_text = ty.is_some_and(|ty| {
            matches!(ty, Type::Uuid(_) | Type::Extern { .. } | Type::Text | Type::Date | Type::Digest)
        });
        let message = if !(2..=MAX_SHARDS).contains(&count) {
            format!(
                "`shards = {count}` is not allowed, because a query reads every shard; write a number from 2 to \
             {MAX_SHARDS}"
            )
        } else if !own_key.contains(name) || !is_text {
            let texts = own_key.iter().map(String::as_str);
            let hint = suggestion(name, texts);
            format!(
                "`{name}` is not a text in the entity's own key, so it could change and move the item to another \
                 shard{hint}"
            )
        } else if raw.pk.get_ref().contains(&format!("{{{name}}}")) {
            format!(
                "`{name}` is part of the partition key, so all items of a partition would be in one shard; \
             choose another field"
            )
        } else {
            return Ok(Some(Shards { count, by: name.clone() }));
        };
        self.problem("shards-spread-writes", by, message);
        Err(Reported)
    }
}
