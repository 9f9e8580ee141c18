//! `schema/<entity>.toml`.

use crate::design::{
    DomainKind, Entity, Field, IndexKey, Migration, Record, Table, Template, Type,
};
use crate::load::raw::{Map, RawEntity, RawField, RawKey, Word, in_order};
use crate::load::toml_problem;
use crate::problem::{Problems, suggestion};
use crate::source::At;

const BUILT_IN: [&str; 12] = [
    "text", "count", "amount", "flag", "bytes", "time", "expiry", "date", "digest", "enum",
    "record", "uuid",
];

pub fn load(
    table: &Table,
    file: &str,
    text: &str,
    at: At,
    problems: &mut Problems,
) -> Option<Entity> {
    let raw: RawEntity = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            toml_problem(&error, at, problems);
            return None;
        }
    };
    let name = raw.entity.get_ref().clone();
    if name != file {
        let message =
            format!("the file is `{file}.toml`, so the entity is \"{file}\", not \"{name}\"");
        problems.push(
            "file-is-named-after-entity",
            at.plus(raw.entity.span().start),
            message,
        );
    }
    let mut loader = Loader {
        table,
        at,
        problems,
    };
    let fields = loader.fields(raw.fields);
    let records = in_order(raw.records)
        .into_iter()
        .map(|(name, fields)| Record {
            name: name.into_inner(),
            fields: loader.fields(fields),
        })
        .collect();
    let (pk, sk) = (loader.template(&raw.key.pk)?, loader.template(&raw.key.sk)?);
    loader.key_fields(&fields, &raw.key.pk, &pk);
    loader.key_fields(&fields, &raw.key.sk, &sk);
    let index_keys = in_order(raw.index)
        .into_iter()
        .filter_map(|(name, key)| loader.index_key(&fields, &name, &key))
        .collect();
    let migration = raw.migration.map(|migration| {
        let at = at.plus(migration.span().start);
        let from = migration.into_inner().from;
        Migration {
            from_pk: from.pk.into_inner(),
            from_sk: from.sk.into_inner(),
            at,
        }
    });
    let type_name = raw.type_name.into_inner();
    Some(Entity {
        name,
        type_name,
        version: raw.version,
        summary: raw.summary,
        pk,
        sk,
        index_keys,
        fields,
        records,
        migration,
        at,
    })
}

struct Loader<'l> {
    table: &'l Table,
    at: At,
    problems: &'l mut Problems,
}

impl Loader<'_> {
    fn problem(&mut self, check: &'static str, word: &Word, message: String) {
        self.problems
            .push(check, self.at.plus(word.span().start), message);
    }

    fn fields(&mut self, raw: Map<RawField>) -> Vec<Field> {
        let mut fields = Vec::new();
        for (name, raw) in in_order(raw) {
            if let Some(ty) = self.field_type(&raw) {
                let at = self.at.plus(name.span().start);
                fields.push(Field {
                    name: name.into_inner(),
                    ty,
                    optional: raw.optional,
                    pii: raw.pii,
                    doc: raw.doc,
                    at,
                });
            }
        }
        fields
    }

    fn field_type(&mut self, raw: &RawField) -> Option<Type> {
        let word = raw.type_name.get_ref().as_str();
        if let Some(domain) = self.table.domains.iter().find(|domain| domain.name == word) {
            return Some(match domain.kind {
                DomainKind::Uuid => Type::Uuid(domain.rust.clone()),
                DomainKind::Extern => Type::Extern {
                    rust: domain.rust.clone(),
                    copy: domain.copy,
                },
            });
        }
        Some(match word {
            "text" => Type::Text,
            "count" => Type::Count,
            "amount" => Type::Amount,
            "flag" => Type::Flag,
            "bytes" => Type::Bytes,
            "time" => Type::Time,
            "expiry" => Type::Expiry,
            "date" => Type::Date,
            "digest" => Type::Digest,
            "enum" => match (&raw.rust, &raw.values) {
                (Some(rust), Some(values)) => Type::Enum {
                    rust: rust.clone(),
                    values: values.clone(),
                },
                _ => {
                    self.problem(
                        "field-type",
                        &raw.type_name,
                        "an enum needs `rust`, its name, and `values`".to_owned(),
                    );
                    return None;
                }
            },
            "record" => match (&raw.rust, &raw.record) {
                (Some(rust), Some(record)) => Type::Record {
                    record: record.get_ref().clone(),
                    rust: rust.clone(),
                },
                _ => {
                    let message = "a record needs `rust`, its name, and `record`, the `[records.<name>]` it is made of".to_owned();
                    self.problem("field-type", &raw.type_name, message);
                    return None;
                }
            },
            other => {
                let known = self
                    .table
                    .domains
                    .iter()
                    .map(|domain| domain.name.as_str())
                    .chain(BUILT_IN);
                let message = format!("unknown type \"{other}\"{}", suggestion(other, known));
                self.problem("field-type", &raw.type_name, message);
                return None;
            }
        })
    }

    fn template(&mut self, word: &Word) -> Option<Template> {
        Template::parse(word.get_ref())
            .map_err(|(offset, message)| {
                // The value begins after its opening quote.
                self.problems.push(
                    "key-template",
                    self.at.plus(word.span().start + 1 + offset),
                    message,
                );
            })
            .ok()
    }

    fn key_fields(&mut self, fields: &[Field], word: &Word, template: &Template) {
        for name in template.fields() {
            match fields.iter().find(|field| field.name == name) {
                None => {
                    let hint = suggestion(name, fields.iter().map(|field| field.name.as_str()));
                    self.problem(
                        "key-fields-exist",
                        word,
                        format!("the key uses `{name}`, which is not a field{hint}"),
                    );
                }
                Some(field) if field.optional => {
                    self.problem(
                        "key-fields-exist",
                        word,
                        format!(
                            "the key uses `{name}`, which is optional; an item always has its key"
                        ),
                    );
                }
                Some(field) if !field.ty.fits_a_key() => {
                    let message = format!(
                        "`{name}` is {}, which cannot stand in a string key",
                        field.ty.word()
                    );
                    self.problem("key-fields-exist", word, message);
                }
                Some(field) => self.width(word, field, template),
            }
        }
    }

    fn width(&mut self, word: &Word, field: &Field, template: &Template) {
        let padded = template.segments.iter().any(
            |segment| matches!(segment, crate::design::Segment::Field { name, width: Some(_) } if *name == field.name),
        );
        if padded != (field.ty == Type::Count) {
            let message = match padded {
                true => format!(
                    "`{}` is {}, which has one width already",
                    field.name,
                    field.ty.word()
                ),
                false => format!(
                    "`{0}` is a count: say its digits, as in `{{{0}:04}}`, or \"10\" sorts before \"9\"",
                    field.name
                ),
            };
            self.problem("key-width", word, message);
        }
    }

    fn index_key(&mut self, fields: &[Field], name: &Word, raw: &RawKey) -> Option<IndexKey> {
        let Some(index) = self
            .table
            .indexes
            .iter()
            .position(|index| index.name == *name.get_ref())
        else {
            let hint = suggestion(
                name.get_ref(),
                self.table.indexes.iter().map(|index| index.name.as_str()),
            );
            self.problem(
                "index-exists",
                name,
                format!("table.toml has no index \"{}\"{hint}", name.get_ref()),
            );
            return None;
        };
        let pk = self.template(&raw.pk)?;
        self.key_fields(fields, &raw.pk, &pk);
        let sk = self.template(&raw.sk)?;
        let one = match sk.segments.as_slice() {
            [crate::design::Segment::Field { name, width: None }] => Some(name.clone()),
            _ => None,
        };
        let numeric = one.filter(|name| {
            fields
                .iter()
                .any(|field| field.name == *name && field.ty.is_number() && !field.optional)
        });
        if numeric.is_none() {
            let message = "an index's sort key is a number: one count, amount or time field, as in `{created_at}`".to_owned();
            self.problem("index-sort-key", &raw.sk, message);
        }
        Some(IndexKey {
            index,
            pk,
            sk: numeric?,
        })
    }
}
