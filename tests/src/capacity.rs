//! The cost of writes by DynamoDB's documented formula, from the items before and after.
//!
//! Engines report the capacity of single writes and reads as AWS does, but not every engine does so for transactions.
//! AWS documents it: 2 units for each KB of each item, of the larger of the items before and after; and for an index 1
//! unit for each KB of each entry that is written or removed, which is both when an entry moves. (Developer Guide,
//! "Capacity unit consumption for write operations", "DynamoDB Transactions" and "Global secondary indexes: write
//! capacity units".)

use std::collections::HashMap;

use serde_json::Value;

use crate::RawItem;

/// The attributes of an entry of `GSI1`, besides the keys of the table and of the index.
const PROJECTED: [&str; 8] =
    ["user_id", "username", "created_at", "date", "requests", "input_tokens", "output_tokens", "cost_micros"];
const KEYS: [&str; 4] = ["PK", "SK", "GSI1PK", "GSI1SK"];

/// The write units of the one request that changed the items from `before` to `after`. The factor is 2 for a
/// transaction, else 1. Items that a write did not change are not counted.
#[must_use]
pub fn of_write(before: &[RawItem], after: &[RawItem], factor: usize) -> f64 {
    let key = |item: &RawItem| (item.pk().to_owned(), item.sk().to_owned());
    let mut pairs: HashMap<_, (Option<&RawItem>, Option<&RawItem>)> = HashMap::new();
    for item in before {
        pairs.entry(key(item)).or_default().0 = Some(item);
    }
    for item in after {
        pairs.entry(key(item)).or_default().1 = Some(item);
    }
    let changed = pairs.into_values().filter(|(old, new)| old != new);
    // The sum of no floats is -0.
    changed.fold(0.0, |sum, (old, new)| sum + of_item(old, new, factor))
}

/// The write units of the write that changed one item from `old` to `new`, also if it changed nothing. The factor is 2
/// in a transaction, else 1.
#[must_use]
pub fn of_item(old: Option<&RawItem>, new: Option<&RawItem>, factor: usize) -> f64 {
    units(factor * table_units(old, new) + index_units(old, new))
}

/// The write units of a refused write of one item, or of a check in a transaction: those of the existing item, or of
/// the item that would have been put. No index is written. (Developer Guide, "DynamoDB read and write operations".)
#[must_use]
pub fn of_refused_item(old: Option<&RawItem>, put: Option<&RawItem>, factor: usize) -> f64 {
    units(factor * table_units(old, put))
}

fn units(units: usize) -> f64 {
    f64::from(u32::try_from(units).expect("a few thousand units"))
}

fn table_units(old: Option<&RawItem>, new: Option<&RawItem>) -> usize {
    let larger = old.map(size).max(new.map(size));
    kilobytes(larger.unwrap_or_default())
}

fn index_units(old: Option<&RawItem>, new: Option<&RawItem>) -> usize {
    let weight = |entry: &Option<RawItem>| entry.as_ref().map_or(0, |entry| kilobytes(size(entry)));
    let (old, new) = (old.and_then(entry), new.and_then(entry));
    let moved = match (&old, &new) {
        (Some(old), Some(new)) => KEYS.iter().any(|key| old.0.get(*key) != new.0.get(*key)),
        _ => true,
    };
    if old == new {
        0
    } else if moved {
        weight(&old) + weight(&new)
    } else {
        weight(&old).max(weight(&new))
    }
}

/// The entry of `GSI1` for an item, if it has one.
fn entry(item: &RawItem) -> Option<RawItem> {
    item.0.get("GSI1PK")?;
    let mut shown = item.0.clone();
    shown.retain(|name, _| KEYS.contains(&name.as_str()) || PROJECTED.contains(&name.as_str()));
    Some(RawItem(shown))
}

fn kilobytes(bytes: usize) -> usize {
    bytes.div_ceil(1024).max(1)
}

/// The bytes of an item: the names and values of its attributes.
#[must_use]
pub fn size(item: &RawItem) -> usize {
    item.0.iter().map(|(name, value)| name.len() + weight(value)).sum()
}

fn weight(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else {
        panic!("{value} has no type")
    };
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(number)) => digits(number),
        ("B", Value::String(base64)) => base64_bytes(base64),
        ("BOOL" | "NULL", _) => 1,
        ("L", Value::Array(list)) => 3 + list.iter().map(|value| weight(value) + 1).sum::<usize>(),
        ("M", Value::Object(fields)) => {
            let inner = fields.iter().map(|(name, value)| name.len() + weight(value) + 1);
            3 + inner.sum::<usize>()
        }
        _ => panic!("our items have no attributes of the type {kind}"),
    }
}

/// One byte for each two significant digits, and one more.
fn digits(number: &str) -> usize {
    let significant = number.trim_start_matches('-').trim_matches('0').len();
    significant.div_ceil(2) + 1 + usize::from(number.starts_with('-'))
}

fn base64_bytes(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item(sk: &str, more: &Value) -> RawItem {
        let mut item = json!({ "PK": { "S": "P" }, "SK": { "S": sk } });
        for (name, value) in more.as_object().expect("attributes") {
            item[name] = value.clone();
        }
        RawItem::from(item)
    }

    #[test]
    fn item_size_counts_names_and_values_of_every_type() {
        let more = json!({
            "text": { "S": "añb" },
            "number": { "N": "-1200" },
            "bytes": { "B": "AAECAw==" },
            "flag": { "BOOL": true },
            "map": { "M": { "a": { "N": "7" } } },
        });
        // Two keys; 4+4, 6+(1+1+1), 5+4, 4+1, 3+(3+1+2+1).
        let keys = 6;
        assert_eq!(size(&item("S", &more)), keys + 8 + 9 + 9 + 5 + 10);
    }

    #[test]
    fn a_transaction_charges_twice_the_larger_of_old_and_new_item() {
        let big = [item("S", &json!({ "t": { "S": "x".repeat(1500) } })), item("T", &json!({}))];
        let small = [item("S", &json!({ "t": { "S": "x" } })), item("T", &json!({}))];
        let of = |before: &[RawItem], after: &[RawItem]| of_write(before, after, 2).to_string();
        assert_eq!(of(&[], &big), "6");
        assert_eq!(of(&big, &small), "4");
        assert_eq!(of(&small, &[]), "4");
        assert_eq!(of(&big, &big), "0");
    }

    #[test]
    fn a_refused_write_costs_its_item_and_no_index() {
        let indexed = json!({ "GSI1PK": { "S": "G" }, "GSI1SK": { "N": "1" }, "t": { "S": "x".repeat(1500) } });
        let (large, small) = (item("S", &indexed), item("S", &json!({})));
        let of = |old, put, factor| of_refused_item(old, put, factor).to_string();
        assert_eq!(of(Some(&large), None, 1), "2");
        assert_eq!(of(Some(&small), Some(&large), 2), "4");
        assert_eq!(of(None, None, 2), "2");
        assert_eq!(of_item(Some(&large), Some(&large), 1).to_string(), "2", "an unchanged item is charged too");
    }

    #[test]
    fn an_index_write_costs_one_unit_and_a_moved_entry_two() {
        let at = |sort: u32, hidden: &str| {
            let keys =
                json!({ "GSI1PK": { "S": "G" }, "GSI1SK": { "N": sort.to_string() }, "secret": { "S": hidden } });
            vec![item("S", &keys)]
        };
        let of = |before: &[RawItem], after: &[RawItem]| of_write(before, after, 2).to_string();
        assert_eq!(of(&[], &at(1, "")), "3");
        assert_eq!(of(&at(1, ""), &at(1, "hidden")), "2");
        assert_eq!(of(&at(1, ""), &at(2, "")), "4");
    }
}
