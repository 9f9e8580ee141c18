//! Loads `schema/<entity>.toml`.

mod index_key;

use toml::Spanned;

use crate::design::{
    DomainKind, Entity, Field, Limits, Literal, Migration, Record, Segment, Step, Table, Template, Type,
};
use crate::load::raw::{Map, RawEntity, RawField, RawMigration, RawStep, Word, in_order};
use crate::load::{all, fill, sample, toml_problem};
use crate::problem::Problems;
use crate::source::At;
use crate::suggestion::suggestion;

pub const BUILT_IN: [&str; 14] = [
    "text", "texts", "text_set", "count", "amount", "flag", "bytes", "time", "expiry", "date", "digest", "enum",
    "record", "records",
];

pub fn read(text: &str, at: At, problems: &mut Problems) -> Option<RawEntity> {
    toml::from_str(text).map_err(|error| toml_problem(&error, at, problems)).ok()
}

/// The entity, unless one of its parts is invalid.
pub fn load(
    table: &Table,
    limits: &Limits,
    file: &str,
    raw: RawEntity,
    at: At,
    problems: &mut Problems,
) -> Option<Entity> {
    let name = raw.entity.get_ref().clone();
    let entity = (name.clone(), at.plus(raw.entity.span().start));
    let mut loader = Loader { table, limits, at, entity, problems };
    if name != file {
        let message = format!("the file is `{file}.toml`, so the entity must be \"{file}\" and not \"{name}\"");
        loader.problem("file-is-named-after-entity", &raw.entity, message);
    }
    let records = all(in_order(raw.records).into_iter().map(|(name, fields)| {
        let at = at.plus(name.span().start);
        let fields = loader.fields(fields)?;
        loader.stored_names(&fields);
        Some(Record { name: name.into_inner(), fields, at })
    }));
    let fields = loader.fields(raw.fields);
    loader.stored_names(fields.as_deref().unwrap_or_default());
    let (pk, sk) = (loader.template(&raw.key.pk), loader.template(&raw.key.sk));
    // Stop if a field is invalid: every key that uses it would be reported too.
    let (fields, records) = (fields?, records?);
    for (word, template) in [(&raw.key.pk, &pk), (&raw.key.sk, &sk)] {
        loader.key_fields(&fields, word, template.as_ref(), false);
    }
    let own_key: Vec<String> = [&pk, &sk].into_iter().flatten().flat_map(Template::fields).map(str::to_owned).collect();
    let index_keys =
        all(in_order(raw.index).into_iter().map(|(name, key)| loader.index_key(&fields, &own_key, &name, &key)));
    let migrations = match raw.migration {
        Some(migration) => loader.migrations(migration.span().start, migration.into_inner()),
        None => Some(Vec::new()),
    };
    loader.records(&fields, &records);
    let history = all(raw.history.into_iter().map(|step| loader.step(step)));
    let summary = loader.text(&raw.summary);
    let samples = sample::load(raw.sample, &fields, &records, (at, &loader.entity), loader.problems);
    Some(Entity {
        name,
        type_name: raw.type_name.into_inner(),
        version: raw.version,
        write_version: raw.write_version,
        summary,
        root: raw.root,
        pk: pk?,
        sk: sk?,
        index_keys: index_keys?,
        fields,
        records,
        history: history?,
        migrations: migrations?,
        samples,
        at: at.plus(raw.entity.span().start),
        key_at: at.plus(raw.key.pk.span().start),
    })
}

/// The problem is reported already.
struct Reported;

struct Loader<'l> {
    table: &'l Table,
    limits: &'l Limits,
    at: At,
    /// The entity's name and its position.
    entity: (String, At),
    problems: &'l mut Problems,
}

impl Loader<'_> {
    fn problem(&mut self, check: &'static str, word: &Word, message: String) {
        self.problems.push(check, self.at.plus(word.span().start), message);
    }

    /// Reports a field that a key uses and the entity does not have.
    fn missing_field(&mut self, check: &'static str, word: &Word, message: String, field: &str, known: &[&str]) {
        let (at, (entity, entity_at)) = (self.at.plus(word.span().start), &self.entity);
        self.problems.missing_field(check, at, message, (entity, *entity_at, field), (known, "a key template"));
    }

    /// The text with the values of its limits filled in.
    fn text(&mut self, word: &Word) -> String {
        // Skip the opening quote.
        fill(self.limits, word.get_ref(), self.at.plus(word.span().start + 1), self.problems)
    }

    fn fields(&mut self, raw: Map<RawField>) -> Option<Vec<Field>> {
        all(in_order(raw).into_iter().map(|(name, raw)| {
            let ty = self.field_type(&raw)?;
            let at = self.at.plus(name.span().start);
            let doc = self.text(&raw.doc);
            let RawField { optional, pii, announced, example, stored_as, .. } = raw;
            let (name, stored_as) = (name.into_inner(), stored_as.map(Word::into_inner));
            Some(Field { name, ty, optional, pii, announced, doc, stored_as, example, at })
        }))
    }

    /// Reports two fields of one item or record with the same attribute name.
    fn stored_names(&mut self, fields: &[Field]) {
        for (i, field) in fields.iter().enumerate() {
            let stored = field.stored_name();
            if stored.is_empty() {
                let message = format!("`stored_as` of `{}` is empty; write a name", field.name);
                self.problems.push("stored-names-are-unique", field.at, message);
            } else if let Some(first) = fields[..i].iter().find(|first| first.stored_name() == stored) {
                let message = format!("`{}` and `{}` are both stored as \"{stored}\"", first.name, field.name);
                self.problems.push("stored-names-are-unique", field.at, message);
            }
        }
    }

    fn field_type(&mut self, raw: &RawField) -> Option<Type> {
        let word = raw.type_name.get_ref().as_str();
        self.check_type_keywords(raw, word);
        if let Some(domain) = self.table.domains.iter().find(|domain| domain.name == word) {
            return Some(match domain.kind {
                DomainKind::Uuid => Type::Uuid(domain.rust.clone()),
                DomainKind::Extern => Type::Extern { rust: domain.rust.clone(), copy: domain.copy },
                DomainKind::Count => Type::Count(Some(domain.rust.clone())),
            });
        }
        Some(match word {
            "text" => Type::Text,
            "texts" => Type::Texts,
            "text_set" if raw.optional => Type::TextSet,
            "text_set" => {
                let message = "a text_set must be optional, because DynamoDB stores no empty set; add `optional = \
                 true`";
                self.problem("field-type", &raw.type_name, message.to_owned());
                return None;
            }
            "count" => Type::Count(None),
            "amount" => Type::Amount,
            "flag" => Type::Flag,
            "bytes" => Type::Bytes,
            "time" => Type::Time,
            "expiry" => Type::Expiry,
            "date" => Type::Date,
            "digest" => Type::Digest,
            "enum" => match (&raw.rust, &raw.values) {
                (Some(rust), Some(values)) if !values.is_empty() => {
                    Type::Enum { rust: rust.clone(), values: values.clone() }
                }
                _ => {
                    let message = "an enum needs `rust`, its name, and `values`".to_owned();
                    self.problem("field-type", &raw.type_name, message);
                    return None;
                }
            },
            "record" | "records" => {
                let (Some(rust), Some(record)) = (&raw.rust, &raw.record) else {
                    let message = "a record needs `rust`, its name, and `record`, the name of its `[records.<name>]`";
                    self.problem("field-type", &raw.type_name, message.to_owned());
                    return None;
                };
                let (record, rust) = (record.get_ref().clone(), rust.clone());
                if word == "record" { Type::Record { record, rust } } else { Type::Records { record, rust } }
            }
            other => {
                let own: Vec<&str> = self.table.domains.iter().map(|domain| domain.name.as_str()).collect();
                let hint = suggestion(other, own.iter().copied().chain(BUILT_IN));
                let of_table =
                    if own.is_empty() { String::new() } else { format!("; of table.toml {}", own.join(", ")) };
                let message =
                    format!("unknown type \"{other}\"; the types are {}{of_table}{hint}", BUILT_IN.join(", "));
                self.problem("field-type", &raw.type_name, message);
                return None;
            }
        })
    }

    /// Reports keywords that have no effect on this type.
    fn check_type_keywords(&mut self, raw: &RawField, word: &str) {
        let of_record = matches!(word, "record" | "records");
        let idle = [
            ("rust", raw.rust.is_some() && !of_record && word != "enum"),
            ("values", raw.values.is_some() && word != "enum"),
            ("record", raw.record.is_some() && !of_record),
            ("announced", !raw.announced.is_empty() && word != "enum"),
        ];
        for (idle, _) in idle.into_iter().filter(|(_, given)| *given) {
            self.problem(
                "field-type",
                &raw.type_name,
                format!("`{idle}` has no effect on the type \"{word}\"; remove it"),
            );
        }
    }

    fn template(&mut self, word: &Word) -> Option<Template> {
        match Template::parse(word.get_ref()) {
            Ok(template) => Some(template),
            Err((offset, message)) => {
                // Skip the opening quote.
                let at = self.at.plus(word.span().start + 1 + offset);
                self.problems.push("key-template", at, message);
                None
            }
        }
    }

    /// `may_be_absent` is true for a key of an index: an item without one of its optional fields is not in the index.
    fn key_fields(&mut self, fields: &[Field], word: &Word, template: Option<&Template>, may_be_absent: bool) {
        let Some(template) = template else { return };
        let names: Vec<&str> = template.fields().collect();
        for (i, segment) in template.segments.iter().enumerate() {
            let Segment::Field { name, width } = segment else {
                continue;
            };
            if template.segments[..i].iter().any(|before| before.field() == Some(name)) {
                let message = format!("the key uses `{name}` twice; remove one");
                self.problem("key-fields-exist", word, message);
            }
            match fields.iter().find(|field| field.name == *name) {
                None => {
                    let unused = fields.iter().map(|field| field.name.as_str()).filter(|field| !names.contains(field));
                    let unused: Vec<&str> = unused.collect();
                    let message = format!("the key uses `{name}`, which is not a field");
                    self.missing_field("key-fields-exist", word, message, name, &unused);
                }
                Some(field) if field.optional && !may_be_absent => {
                    let message = format!("the key uses `{name}`, which is optional, and a key needs required fields");
                    self.problem("key-fields-exist", word, message);
                }
                Some(field) if !field.ty.fits_a_key() => {
                    let message = format!("`{name}` is {}, which cannot be part of a string key", field.ty.word());
                    self.problem("key-fields-exist", word, message);
                }
                Some(field) => self.width(word, field, *width),
            }
        }
    }

    fn width(&mut self, word: &Word, field: &Field, width: Option<usize>) {
        let name = &field.name;
        let message = match (width, &field.ty) {
            (None, Type::Count(_)) => {
                format!(
                    "`{name}` is a count, which needs a number of digits, as in `{{{name}:04}}`; otherwise \
                 \"10\" sorts before \"9\""
                )
            }
            (Some(_), other) if !matches!(other, Type::Count(_)) => {
                format!("`{name}` is {}, which has a fixed width; remove the number of digits", other.word())
            }
            _ => return,
        };
        self.problem("key-width", word, message);
    }

    fn step(&mut self, raw: Spanned<RawStep>) -> Option<Step> {
        let at = self.at.plus(raw.span().start);
        let RawStep { version, because, rename, default, remove, optional, index } = raw.into_inner();
        let default = all(in_order(default).into_iter().map(|(field, value)| {
            let literal = match value.get_ref() {
                toml::Value::Integer(number) => Literal::Number(*number),
                toml::Value::String(text) => Literal::Text(text.clone()),
                other => {
                    let message = format!("the default is of the kind {}; write a number or a text", other.type_str());
                    self.problems.push("history-fits-the-fields", self.at.plus(value.span().start), message);
                    return None;
                }
            };
            Some((field.into_inner(), literal))
        }));
        let names = |words: Vec<Word>| words.into_iter().map(Word::into_inner).collect();
        let rename = in_order(rename).into_iter().map(|(old, new)| (old.into_inner(), new.into_inner())).collect();
        Some(Step {
            version,
            because: because.into_inner(),
            rename,
            default: default?,
            remove: names(remove),
            optional: names(optional),
            index: names(index),
            at,
        })
    }

    fn migrations(&mut self, offset: usize, raw: RawMigration) -> Option<Vec<Migration>> {
        let at = self.at.plus(offset);
        let of_indexes = in_order(raw.index).into_iter().map(|(name, key)| (Some(name.into_inner()), key));
        let all_keys = raw.from.into_iter().map(|key| (None, key)).chain(of_indexes);
        all(all_keys.map(|(index, key)| {
            let (pk, sk) = (self.template(&key.pk), self.template(&key.sk));
            Some(Migration { index, pk: pk?, sk: sk?, at })
        }))
    }

    /// Reports an unknown record of a field, and a record that is not used by exactly one field.
    fn records(&mut self, fields: &[Field], records: &[Record]) {
        let all_fields = || fields.iter().chain(records.iter().flat_map(|record| &record.fields));
        let users = |name: &str| {
            let uses = |field: &&Field| field.ty.record().is_some_and(|(record, _)| record == name);
            all_fields().filter(uses).count()
        };
        for field in all_fields() {
            if let Some((record, _)) = field.ty.record()
                && !records.iter().any(|known| known.name == record)
            {
                let hint = suggestion(record, records.iter().map(|record| record.name.as_str()));
                let message = format!("`{}` uses `[records.{record}]`, which does not exist{hint}", field.name);
                self.problems.push("field-type", field.at, message);
            }
        }
        for record in records {
            let message = match users(&record.name) {
                0 => format!("no field uses `[records.{}]`; remove it", record.name),
                1 => continue,
                _ => format!("several fields use `[records.{}]`; add a record for each of them", record.name),
            };
            self.problems.push("field-type", record.at, message);
        }
    }
}
