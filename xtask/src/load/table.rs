//! `schema/table.toml`.

use crate::design::{Domain, DomainKind, Index, Table};
use crate::load::raw::{RawTable, in_order};
use crate::load::toml_problem;
use crate::problem::{Problems, suggestion};
use crate::source::At;

pub fn load(text: &str, at: At, problems: &mut Problems) -> Option<Table> {
    let raw: RawTable = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            toml_problem(&error, at, problems);
            return None;
        }
    };
    let mut domains = Vec::new();
    for (name, domain) in in_order(raw.types) {
        let kind = match domain.kind.get_ref().as_str() {
            "uuid" => DomainKind::Uuid,
            "extern" => DomainKind::Extern,
            other => {
                let hint = suggestion(other, ["uuid", "extern"]);
                problems.push(
                    "toml",
                    at.plus(domain.kind.span().start),
                    format!("unknown kind \"{other}\"{hint}"),
                );
                continue;
            }
        };
        let at = at.plus(name.span().start);
        let name = name.into_inner();
        domains.push(Domain {
            name,
            kind,
            rust: domain.rust,
            copy: domain.copy,
            doc: domain.doc,
            at,
        });
    }
    let index = |spanned: toml::Spanned<crate::load::raw::RawIndex>| {
        let at = at.plus(spanned.span().start);
        let raw = spanned.into_inner();
        Index {
            name: raw.name,
            partition_key: raw.partition_key,
            sort_key: raw.sort_key,
            projection: raw.projection,
            at,
        }
    };
    Some(Table {
        name: raw.name,
        partition_key: raw.partition_key,
        sort_key: raw.sort_key,
        entity_attribute: raw.entity_attribute,
        version_attribute: raw.version_attribute,
        ttl_attribute: raw.ttl_attribute,
        billing_mode: raw.billing_mode,
        encryption: raw.encryption,
        point_in_time_recovery: raw.point_in_time_recovery,
        deletion_protection: raw.deletion_protection,
        functions: raw.functions,
        indexes: raw.index.into_iter().map(index).collect(),
        domains,
    })
}
