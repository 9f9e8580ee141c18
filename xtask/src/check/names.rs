//! Checks on names: one thing for each, and words for every error.

use std::collections::BTreeMap;

use crate::design::{
    Action, ActionKind, Argument, Design, DomainKind, Operation, Shape, Type, action_uses,
    pattern_arguments, pattern_uses,
};
use crate::emit::camel;
use crate::problem::Problems;
use crate::source::At;

pub fn names_are_unique(design: &Design, problems: &mut Problems) {
    let mut functions: BTreeMap<&str, &str> = BTreeMap::new();
    for pattern in &design.patterns {
        if let Some(first) = functions.insert(&pattern.name, &pattern.id) {
            let message = format!("`{}` is the name of {first} already", pattern.name);
            problems.push("names-are-unique", pattern.at, message);
        }
    }
    let mut rust: BTreeMap<String, String> = BTreeMap::new();
    for (name, whose, at) in rust_names(design) {
        if let Some(first) = rust.insert(name.clone(), whose.clone())
            && first != whose
        {
            problems.push(
                "names-are-unique",
                at,
                format!("`{name}` would be the name of {first} and of {whose} in Rust"),
            );
        }
    }
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    for entity in &design.entities {
        if let Some(first) = types.insert(&entity.type_name, &entity.name) {
            let message = format!(
                "{first} stores the type \"{}\" already, so their items could not be told apart",
                entity.type_name
            );
            problems.push("names-are-unique", entity.at, message);
        }
    }
}

/// Every type that is generated, and what it is for.
fn rust_names(design: &Design) -> Vec<(String, String, At)> {
    let mut names = Vec::new();
    let rows = design
        .patterns
        .iter()
        .flat_map(|pattern| pattern.actions())
        .filter_map(|action| Some((action.row.clone()?, action.at)));
    names.extend(
        rows.enumerate()
            .map(|(i, (row, at))| (row, format!("row {}", i + 1), at)),
    );
    for entity in &design.entities {
        let words = entity.name.as_str();
        names.push((camel(words), format!("the entity {words}"), entity.at));
        names.push((
            format!("{}Key", camel(words)),
            format!("the key of {words}"),
            entity.at,
        ));
        for field in &entity.fields {
            if let Type::Enum { rust, .. } | Type::Record { rust, .. } = &field.ty {
                names.push((rust.clone(), format!("{words}.{}", field.name), field.at));
            }
        }
    }
    for domain in design
        .table
        .domains
        .iter()
        .filter(|domain| domain.kind == DomainKind::Uuid)
    {
        names.push((
            domain.rust.clone(),
            format!("the type {}", domain.name),
            domain.at,
        ));
    }
    names
}

/// An action's item and an argument of the same name would be one field of the input twice.
pub fn members_are_unique(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        for argument in pattern_arguments(&design.entities, pattern) {
            let is_member = |action: &&Action| {
                action.name == argument.name
                    && (action.kind == ActionKind::Put || action.shape != Shape::One)
            };
            if let (Operation::Transact(_), Some(action)) =
                (&pattern.operation, pattern.actions().iter().find(is_member))
            {
                let message = format!(
                    "`:{}` has the name of an action; both are fields of the input, so name them apart",
                    argument.name
                );
                problems.push("names-are-unique", action.at, message);
            }
        }
    }
}

pub fn arguments_have_one_type(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let mut groups = vec![pattern_uses(&design.entities, pattern)];
        let shaped = pattern
            .actions()
            .iter()
            .filter(|action| action.shape != Shape::One);
        groups.extend(shaped.map(|action| action_uses(&design.entities, action)));
        for uses in groups {
            for (i, a) in uses.iter().enumerate() {
                let differs =
                    |b: &&Argument| b.name == a.name && (b.ty != a.ty || b.optional != a.optional);
                if let Some(b) = uses[i + 1..].iter().find(differs) {
                    let message = format!(
                        "`:{}` is {} in one place and {} in another; name them apart",
                        a.name,
                        describe(a),
                        describe(b)
                    );
                    problems.push("arguments-have-one-type", pattern.at, message);
                }
            }
        }
    }
}

fn describe(argument: &Argument) -> String {
    let optional = if argument.optional { "optional " } else { "" };
    format!("{optional}{}", argument.ty.word())
}

/// Every error that a block names is explained there, and every explanation is used.
pub fn errors_are_explained(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        for action in pattern.actions() {
            let differs = |(name, current): &(&str, bool)| {
                pattern
                    .actions()
                    .iter()
                    .any(|other| other.errors().contains(&(*name, !*current)))
            };
            if let Some((name, _)) = action
                .errors()
                .iter()
                .find(|error| error.1 && differs(error))
            {
                let message = format!(
                    "{name} carries the current item here and none elsewhere; name the two errors apart"
                );
                problems.push("errors-are-explained", action.at, message);
            }
        }
        let used: Vec<&str> = pattern
            .actions()
            .iter()
            .flat_map(|action| action.errors())
            .map(|(name, _)| name)
            .collect();
        for name in &used {
            if !pattern
                .errors
                .iter()
                .any(|(explained, _)| explained == name)
            {
                problems.push(
                    "errors-are-explained",
                    pattern.at,
                    format!("say in `errors` what {name} means"),
                );
            }
        }
        for (name, _) in pattern
            .errors
            .iter()
            .filter(|(name, _)| !used.contains(&name.as_str()))
        {
            let hint = crate::problem::suggestion(name, used.iter().copied());
            problems.push(
                "errors-are-explained",
                pattern.at,
                format!("nothing in the block ends in {name}{hint}"),
            );
        }
    }
}
