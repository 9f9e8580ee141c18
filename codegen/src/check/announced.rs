//! Checks of announced enum values: no pattern writes them yet, because other running programs cannot read them.

use crate::design::{Design, Literal, Type, Value};
use crate::problem::Problems;

pub fn announced_values_are_not_written(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "announced-values-are-not-written";
    for entity in &design.entities {
        for (path, field) in entity.stored_fields() {
            let Type::Enum { values, .. } = &field.ty else { continue };
            for value in field.announced.iter().filter(|value| !values.contains(value)) {
                let message =
                    format!("`{value}` is in `announced` and not in `values` of `{path}`; add it to `values`");
                problems.push(CHECK, field.at, message);
            }
            if values.iter().all(|value| field.announced.contains(value)) {
                let message = format!(
                    "every value of `{path}` is announced, so no pattern could write one; remove a \
                 value from `announced`"
                );
                problems.push(CHECK, field.at, message);
            }
            for step in &entity.history {
                let filled = step.default.iter().any(|(name, literal)| {
                    *name == path && matches!(literal, Literal::Text(text) if field.announced.contains(text))
                });
                if filled {
                    let message = format!(
                        "the default of `{path}` is only announced, and an upgrade would write it; choose \
                         another default"
                    );
                    problems.push(CHECK, step.at, message);
                }
            }
        }
    }
    for action in design.patterns.iter().flat_map(crate::design::Pattern::actions) {
        for change in &action.changes {
            let Some(field) = design.entity(action.entity).field(&change.field) else { continue };
            if let Some(Value::Literal(Literal::Text(text))) = change.how.value()
                && field.announced.contains(text)
            {
                let message = format!(
                    "`{text}` of `{}` is only announced; write it when every running program knows it",
                    change.field
                );
                problems.push(CHECK, change.at, message);
            }
        }
    }
}
