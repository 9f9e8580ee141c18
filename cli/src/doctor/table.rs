//! Whether the table is there and as the schema says: keys, indexes, expiry, backups and protection.

use model::{StoreError, TableDescription, TableError, defined_table};

use super::finding::Finding;
use crate::aws::deepest;
use crate::target::Opened;

const CHECK: &str = "table";

/// Describes the table and compares it.
pub(super) async fn check(opened: &Opened) -> Vec<Finding> {
    let (name, place) = (opened.store.table().name(), &opened.place);
    if let Err(StoreError::TableMissing { .. }) = opened.store.ping().await {
        return vec![missing(name, place, opened.is_on_aws())];
    }
    match opened.store.table().describe().await {
        Ok(live) => compared(&live, name, place, opened.is_on_aws()),
        Err(TableError::Missing { .. }) => vec![missing(name, place, opened.is_on_aws())],
        Err(error) => vec![Finding::problem(
            CHECK,
            format!(
                "{place} does not answer: {}. Check --store, --region, --profile and that it is running.",
                cause(&error)
            ),
        )],
    }
}

fn missing(name: &str, place: &str, is_on_aws: bool) -> Finding {
    let mend = if is_on_aws {
        "Deploy infra/template.yaml, which makes it, or name another with --table"
    } else {
        "`codesensei table create` makes an empty one, `codesensei seed` one with data to look at"
    };
    Finding::problem(CHECK, format!("there is no table {name} at {place}. {mend}."))
}

fn compared(live: &TableDescription, name: &str, place: &str, is_on_aws: bool) -> Vec<Finding> {
    let defined = match defined_table() {
        Ok(defined) => defined,
        Err(error) => return vec![Finding::problem(CHECK, format!("{error}."))],
    };
    let mut findings = Vec::new();
    if live.status != "ACTIVE" {
        findings.push(Finding::problem(CHECK, format!("{name} is {}. Wait until it is ACTIVE.", live.status)));
    }
    for (fact, wanted, found) in live.differences(&defined) {
        if !is_on_aws && is_for_aws(&fact) {
            findings.push(Finding::skipped(CHECK, format!("{fact} is {found}, which a table outside AWS may be")));
            continue;
        }
        let (wanted, found) = (shown(&wanted), shown(&found));
        let told = format!("{fact} is {found}, and the schema says {wanted}. {}.", mend(&fact, name));
        findings.push(Finding::problem(CHECK, told));
    }
    for fact in &live.untold {
        findings.push(Finding::unknown(CHECK, format!("{fact}: {place} does not report it")));
    }
    if super::finding::is_well(&findings) {
        findings.insert(0, Finding::ok(CHECK, format!("{name} at {place} is what the schema says")));
    }
    findings
}

/// What protects data that belongs to users.
fn is_for_aws(fact: &str) -> bool {
    ["deletion_protection", "point_in_time_recovery", "encryption"].contains(&fact)
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "absent" } else { value }
}

fn mend(fact: &str, name: &str) -> String {
    match fact {
        "deletion_protection" => {
            format!("Turn it on: aws dynamodb update-table --table-name {name} --deletion-protection-enabled")
        }
        "point_in_time_recovery" => format!(
            "Turn it on: aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification \
             PointInTimeRecoveryEnabled=true"
        ),
        "time_to_live" => "`codesensei table create` turns it on and changes nothing else".to_owned(),
        "billing" => format!("Change it: aws dynamodb update-table --table-name {name} --billing-mode PAY_PER_REQUEST"),
        fact if fact.starts_with("index.") => {
            "`codesensei table update` adds an index that is absent; docs/add-an-index.md \
             tells what to do about another one"
                .to_owned()
        }
        fact if fact.starts_with("key.") => "It is no table of this schema: name another with --table".to_owned(),
        _ => "Compare with schema/table.toml and deploy infra/template.yaml again".to_owned(),
    }
}

/// Without what the SDK adds in parentheses: its own structures.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    deepest(error).split(" (").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::{State, is_well};

    fn live() -> TableDescription {
        let facts = defined_table().expect("a definition");
        TableDescription { facts, untold: Vec::new(), status: "ACTIVE".to_owned(), items: 0, bytes: 0 }
    }

    #[test]
    fn a_table_as_defined_is_well() {
        let found = compared(&live(), "reviews", "AWS", true);
        assert!(found.len() == 1 && found[0].state == State::Ok, "{found:?}");
    }

    #[test]
    fn each_difference_of_a_table_on_aws_is_a_problem_that_can_be_mended() {
        for (fact, value, mend) in [
            ("deletion_protection", "off", "--deletion-protection-enabled"),
            ("point_in_time_recovery", "off", "update-continuous-backups"),
            ("time_to_live", "off", "codesensei table create"),
            ("billing", "PROVISIONED", "PAY_PER_REQUEST"),
            ("index.GSI1.projection", "ALL", "codesensei table update"),
            ("key.PK", "HASH N", "name another with --table"),
        ] {
            let mut live = live();
            live.facts.insert(fact.to_owned(), value.to_owned());
            let found = compared(&live, "reviews", "AWS", true);
            assert!(found.len() == 1 && found[0].state == State::Problem, "{found:?}");
            assert!(
                found[0].told.starts_with(&format!("{fact} is {value}")) && found[0].told.contains(mend),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_local_table_needs_no_protection_but_its_indexes() {
        let mut live = live();
        live.facts.insert("deletion_protection".to_owned(), "off".to_owned());
        live.untold.push("point_in_time_recovery");
        assert!(is_well(&compared(&live, "reviews", "here", false)));
        live.facts.remove("index.GSI1.projection");
        assert!(!is_well(&compared(&live, "reviews", "here", false)));
    }
}
