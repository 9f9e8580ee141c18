//! Conditions that are made of parts, some of which a caller may leave out.

use modyne::expr::Condition;

/// The condition that all the given parts hold; `None` if none is given. A placeholder means the same in all parts.
#[must_use]
pub fn all_of<const N: usize>(parts: [Option<Condition>; N]) -> Option<Condition> {
    parts.into_iter().flatten().reduce(joined)
}

/// The condition, and all the given parts.
pub fn and<const N: usize>(condition: Condition, parts: [Option<Condition>; N]) -> Condition {
    parts.into_iter().flatten().fold(condition, joined)
}

fn joined(mut all: Condition, part: Condition) -> Condition {
    all.expression = format!("{} AND {}", all.expression, part.expression);
    for name in part.names {
        if !all.names.contains(&name) {
            all.names.push(name);
        }
    }
    for (of_part, known) in [(part.values, &mut all.values), (part.sensitive_values, &mut all.sensitive_values)] {
        for value in of_part {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> Condition {
        Condition::new(text).name("#a", "a").value(":a", 1)
    }

    #[test]
    fn only_given_parts_are_joined() {
        let all = all_of([Some(part("#a > :a")), None, Some(Condition::new("#a < :b").name("#a", "a").value(":b", 2))]);
        let all = all.expect("two parts are given");
        assert_eq!(all.expression, "#cnd_a > :cnd_a AND #cnd_a < :cnd_b");
        assert_eq!(all.names.len(), 1);
        assert_eq!(all.values.len() + all.sensitive_values.len(), 2);
        assert!(all_of([None, None]).is_none());
        let same = and(part("#a > :a"), [Some(part("#a <> :a"))]);
        assert_eq!((same.names.len(), same.values.len() + same.sensitive_values.len()), (1, 1));
    }
}
