//! Checks of names: every name has one meaning.

use std::collections::BTreeMap;

use crate::design::{Design, DomainKind, Entity, Operation, Type};
use crate::emit::{camel, has_required, pattern, required_name};
use crate::problem::Problems;
use crate::source::At;

const CHECK: &str = "names-are-unique";

/// The types that generated files import by name, and the types of Rust's prelude.
pub const TAKEN: &[&str] = &[
    "Answer",
    "AnyEntity",
    "Argument",
    "Arguments",
    "BatchWrite",
    "Box",
    "Changes",
    "Condition",
    "CorruptItem",
    "Cost",
    "Counter",
    "Date",
    "Deserialize",
    "Design",
    "Digest",
    "Entity",
    "Err",
    "Expiry",
    "Field",
    "Filling",
    "Filter",
    "FirstItems",
    "From",
    "FromItem",
    "IndexKeys",
    "Item",
    "ItemKey",
    "KeyAttributes",
    "KeyCondition",
    "KeyPart",
    "Keyed",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Order",
    "Page",
    "PageRequest",
    "Parameter",
    "Pattern",
    "Patterns",
    "Primary",
    "Query",
    "Result",
    "Row",
    "RunError",
    "ScanPage",
    "ScanPosition",
    "Serialize",
    "Sharded",
    "Some",
    "Statement",
    "StaticProjection",
    "Step",
    "Store",
    "StoreError",
    "StoredItem",
    "String",
    "Table",
    "TablePrimary",
    "TextSet",
    "Timestamp",
    "Transaction",
    "Vec",
];

/// The functions of every `Patterns`.
const OWN_FUNCTIONS: [&str; 2] = ["new", "table"];

pub fn names_are_unique(design: &Design, problems: &mut Problems) {
    let mut functions: BTreeMap<&str, &str> = BTreeMap::new();
    for pattern in &design.patterns {
        if OWN_FUNCTIONS.contains(&pattern.name.as_str()) {
            let message = format!("`Patterns` has a function `{}` already; choose another name", pattern.name);
            problems.push(CHECK, pattern.at, message);
        }
        if let Some(first) = functions.insert(&pattern.name, &pattern.id) {
            problems.push(
                CHECK,
                pattern.at,
                format!("`{}` is already the name of {first}; choose another", pattern.name),
            );
        }
    }
    let mut stored: BTreeMap<&str, &str> = BTreeMap::new();
    for entity in &design.entities {
        if let Some(first) = stored.insert(&entity.type_name, &entity.name) {
            let message = format!(
                "{first} already has the type \"{}\", which must identify one entity; choose another",
                entity.type_name
            );
            problems.push(CHECK, entity.at, message);
        }
    }
    let mut types: BTreeMap<String, String> =
        TAKEN.iter().map(|name| ((*name).to_owned(), "an existing type".to_owned())).collect();
    for (name, whose, at) in types_of(design) {
        if let Some(first) = types.insert(name.clone(), whose.clone()) {
            problems.push(
                CHECK,
                at,
                format!("`{name}` would be the Rust name of {first} and of {whose}; rename one of them"),
            );
        }
    }
    variants_are_unique(design, problems);
    parts_are_unique(design, problems);
}

/// Every type that is generated or imported by name, with its purpose.
fn types_of(design: &Design) -> Vec<(String, String, At)> {
    let mut types = Vec::new();
    for domain in &design.table.domains {
        let name = domain.rust.rsplit("::").next().unwrap_or(&domain.rust);
        types.push((name.to_owned(), format!("the type {}", domain.name), domain.at));
    }
    for index in &design.table.indexes {
        types.push((camel(&index.name.to_lowercase()), format!("the key of {}", index.name), index.at));
    }
    for entity in &design.entities {
        types.push((camel(&entity.name), format!("the entity {}", entity.name), entity.at));
        types.push((format!("{}Key", camel(&entity.name)), format!("the key of {}", entity.name), entity.at));
        if has_required(entity) {
            types.push((required_name(entity), format!("the required fields of {}", entity.name), entity.at));
        }
        for field in entity.all_fields() {
            if let Type::Enum { rust, .. } | Type::Record { rust, .. } | Type::Records { rust, .. } = &field.ty {
                types.push((rust.clone(), format!("{}.{}", entity.name, field.name), field.at));
            }
        }
    }
    for pattern in &design.patterns {
        let own = pattern::types(pattern).into_iter();
        types.extend(own.map(|(name, what)| (name, format!("{what} of {}", pattern.id), pattern.at)));
    }
    types
}

fn variants_are_unique(design: &Design, problems: &mut Problems) {
    for field in design.entities.iter().flat_map(Entity::all_fields) {
        let Type::Enum { values, .. } = &field.ty else {
            continue;
        };
        for (i, value) in values.iter().enumerate() {
            if let Some(first) = values[..i].iter().find(|first| camel(first) == camel(value)) {
                let message = format!(
                    "`{first}` and `{value}` would be the same Rust variant, {}; rename one of them",
                    camel(value)
                );
                problems.push(CHECK, field.at, message);
            }
        }
    }
    for pattern in &design.patterns {
        if pattern.errors.iter().any(|(error, _)| error == "Store") {
            let message = "`Store` is the name of the error for a failed request; choose another name";
            problems.push(CHECK, pattern.at, message);
        }
    }
    for domain in design.table.domains.iter().filter(|domain| domain.kind != DomainKind::Extern && domain.copy) {
        let message = format!("`copy` is for `extern` types; {} is always `Copy`, so remove the line", domain.name);
        problems.push(CHECK, domain.at, message);
    }
}

/// The names of a transaction's actions and of a batch's parts become fields and parameters.
fn parts_are_unique(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let actions = pattern.actions().iter().map(|action| (action.name.as_str(), action.at));
        let names: Vec<(&str, At)> = match &pattern.operation {
            Operation::ReadParts { parts, .. } => parts.iter().map(|part| (part.name.as_str(), pattern.at)).collect(),
            Operation::WriteBatch(parts) => parts.iter().map(|part| (part.name(), pattern.at)).collect(),
            _ => actions.collect(),
        };
        for (i, (name, at)) in names.iter().enumerate() {
            if names[..i].iter().any(|(before, _)| before == name) {
                problems.push(
                    CHECK,
                    *at,
                    format!("{} has two parts with the name \"{name}\"; rename one of them", pattern.id),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::codegen::compile;
    use crate::corpus;

    /// The names that a line like `use a::{B, C};` imports, except names from the documents.
    fn imported(line: &str) -> Option<Vec<String>> {
        let path = line.strip_prefix("use ")?.strip_suffix(';')?;
        let (module, names) = match path.split_once("::{") {
            Some((module, names)) => (module, names.strip_suffix('}')?),
            None => path.rsplit_once("::")?,
        };
        let is_of_the_design = module.starts_with("crate::generated") || module == "crate::place";
        (!is_of_the_design && !names.contains("fmt")).then(|| names.split(", ").map(str::to_owned).collect())
    }

    #[test]
    fn every_imported_name_of_generated_files_is_reserved() {
        let mut names = BTreeSet::new();
        for case in corpus::cases(&corpus::folder()).expect("the corpus can be read") {
            // The file of the limits contains no entity.
            let files = compile(&case.documents).unwrap_or_default().into_iter();
            for file in files.filter(|file| !file.path.ends_with("/limits.rs")) {
                names.extend(file.text.lines().filter_map(imported).flatten());
            }
        }
        // Hand-written types, which the documents name.
        names.remove("Isbn");
        // Types and functions have different namespaces.
        names.retain(|name| name.starts_with(char::is_uppercase));
        let untaken: Vec<_> = names.iter().filter(|name| !TAKEN.contains(&name.as_str())).collect();
        assert!(names.contains("Transaction") && names.contains("PageRequest"), "{names:?}");
        assert!(untaken.is_empty(), "an entity could be called {untaken:?}: add them to TAKEN");
    }
}
