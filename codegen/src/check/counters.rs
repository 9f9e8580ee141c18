//! Checks of counters: no write makes one negative, because a negative `count` cannot be read.

use crate::design::{Action, Comparison, Design, Expression, How, Literal, Operand, Pattern, Type, Value};
use crate::problem::Problems;

/// A write that lowers a `count` needs a condition in the same write that the count is large enough.
pub fn counters_have_a_floor(design: &Design, problems: &mut Problems) {
    for action in design.patterns.iter().flat_map(Pattern::actions) {
        for change in &action.changes {
            let is_count = design
                .entity(action.entity)
                .field(&change.field)
                .is_some_and(|field| matches!(field.ty, Type::Count(_)));
            let lowered = match &change.how {
                How::Add(Value::Literal(Literal::Number(number))) if is_count && *number < 0 => number.unsigned_abs(),
                _ => continue,
            };
            if !has_floor(action, &change.field, lowered) {
                let field = &change.field;
                let message = format!(
                    "this can take `{field}` below 0, and a count is never negative: require `{field} >= {lowered}` in this write"
                );
                problems.push("counters-have-a-floor", change.at, message);
            }
        }
    }
}

fn has_floor(action: &Action, field: &str, lowered: u64) -> bool {
    let always = action.require.iter().filter(|require| require.optional_argument().is_none());
    always.into_iter().any(|require| ensures_minimum(&require.that, field, lowered))
}

/// Whether the condition implies that the field is at least `least`.
fn ensures_minimum(that: &Expression, field: &str, least: u64) -> bool {
    match that {
        Expression::And(parts) => parts.iter().any(|part| ensures_minimum(part, field, least)),
        Expression::Or(parts) => parts.iter().all(|part| ensures_minimum(part, field, least)),
        Expression::Compare { field: compared, comparison, operand: Operand::Literal(Literal::Number(number)) } => {
            let reached = u64::try_from(*number).unwrap_or(0);
            compared == field
                && match comparison {
                    Comparison::Equal | Comparison::GreaterOrEqual => reached >= least,
                    Comparison::Greater => *number >= 0 && reached + 1 >= least,
                    Comparison::NotEqual | Comparison::Less | Comparison::LessOrEqual => false,
                }
        }
        Expression::In { field: compared, operands } => {
            let is_enough = |operand: &Operand| matches!(operand, Operand::Literal(Literal::Number(number)) if u64::try_from(*number).is_ok_and(|number| number >= least));
            compared == field && operands.iter().all(is_enough)
        }
        Expression::Compare { .. }
        | Expression::Contains { .. }
        | Expression::Size { .. }
        | Expression::Missing(_)
        | Expression::Present(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Limits;

    #[test]
    fn only_conditions_that_ensure_the_minimum_are_accepted() {
        let ensures = |that: &str, least| {
            let that = Expression::parse(that, &Limits::default()).expect("it is a condition");
            ensures_minimum(&that, "copies", least)
        };
        assert!(ensures("copies > 0", 1));
        assert!(ensures("copies >= 2", 2));
        assert!(ensures("state = 'open' and copies >= 1", 1));
        assert!(ensures("copies = 3 or copies > 4", 3));
        assert!(ensures("copies in (2, 3)", 2));
        assert!(!ensures("copies in (1, 3)", 2));
        assert!(!ensures("copies >= 1", 2));
        assert!(!ensures("copies > 0 or state = 'open'", 1));
        assert!(!ensures("copies = :seen", 1));
        assert!(!ensures("copies <> 0", 1));
        assert!(!ensures("pages > 0", 1));
        assert!(!ensures("copies present", 1));
    }
}
