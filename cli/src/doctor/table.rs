//! Checks that the table exists and matches the schema: keys, indexes, TTL, backups and deletion protection.

use handlers::lambda::aws::root_cause;
use model::{StoreError, TableDescription, TableError, defined_table};

use super::finding::Finding;
use crate::target::OpenTable;

const CHECK: &str = "table";

/// Describes the table and compares it with the schema.
pub(super) async fn check(opened: &OpenTable) -> Vec<Finding> {
    let (name, location) = (opened.store.table().name(), &opened.location);
    if let Err(StoreError::TableMissing { .. }) = opened.store.ping().await {
        return vec![missing_table(name, location, opened.is_on_aws())];
    }
    match opened.store.table().describe().await {
        Ok(live) => compare(&live, name, location, opened.is_on_aws()),
        Err(TableError::Missing { .. }) => vec![missing_table(name, location, opened.is_on_aws())],
        Err(error) => vec![Finding::problem(
            CHECK,
            format!(
                "{location} does not answer: {}. Check --store, --region, --profile and that the store is running.",
                short_cause(&error)
            ),
        )],
    }
}

fn missing_table(name: &str, location: &str, is_on_aws: bool) -> Finding {
    let fix = if is_on_aws {
        "Deploy infra/template.yaml, which creates it, or name another table with --table"
    } else {
        "Create it empty with `codesensei table create`, or with sample data with `codesensei seed`"
    };
    Finding::problem(CHECK, format!("the table {name} does not exist at {location}. {fix}."))
}

fn compare(live: &TableDescription, name: &str, location: &str, is_on_aws: bool) -> Vec<Finding> {
    let defined = match defined_table() {
        Ok(defined) => defined,
        Err(error) => return vec![Finding::problem(CHECK, format!("{error}."))],
    };
    let mut findings = Vec::new();
    if live.status != "ACTIVE" {
        findings.push(Finding::problem(CHECK, format!("{name} is {}. Wait until it is ACTIVE.", live.status)));
    }
    for (fact, expected, actual) in live.differences(&defined) {
        if !is_on_aws && is_required_on_aws_only(&fact) {
            findings.push(Finding::skipped(CHECK, format!("{fact} is {actual}, which is allowed outside AWS")));
            continue;
        }
        let (expected, actual) = (or_absent(&expected), or_absent(&actual));
        let message = format!("{fact} is {actual}, but the schema says {expected}. {}.", fix(&fact, name));
        findings.push(Finding::problem(CHECK, message));
    }
    for fact in &live.unreported {
        findings.push(Finding::unknown(CHECK, format!("{fact}: {location} does not report it")));
    }
    if super::finding::is_healthy(&findings) {
        findings.insert(0, Finding::ok(CHECK, format!("{name} at {location} matches the schema")));
    }
    findings
}

/// Facts that protect the data of users.
fn is_required_on_aws_only(fact: &str) -> bool {
    ["deletion_protection", "point_in_time_recovery", "encryption"].contains(&fact)
}

fn or_absent(value: &str) -> &str {
    if value.is_empty() { "absent" } else { value }
}

fn fix(fact: &str, name: &str) -> String {
    match fact {
        "deletion_protection" => {
            format!("Turn it on: aws dynamodb update-table --table-name {name} --deletion-protection-enabled")
        }
        "point_in_time_recovery" => format!(
            "Turn it on: aws dynamodb update-continuous-backups --table-name {name} \
             --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        ),
        "time_to_live" => "To turn it on without other changes: codesensei table create".to_owned(),
        "billing" => format!("Change it: aws dynamodb update-table --table-name {name} --billing-mode PAY_PER_REQUEST"),
        fact if fact.starts_with("index.") => {
            "To add a missing index: codesensei table update. For a different index, see docs/add-an-index.md"
                .to_owned()
        }
        fact if fact.starts_with("key.") => {
            "The table does not belong to this schema: name another table with --table".to_owned()
        }
        _ => "Compare with schema/table.toml and deploy infra/template.yaml again".to_owned(),
    }
}

/// The root cause, without the structures that the SDK appends in parentheses.
fn short_cause(error: &(dyn std::error::Error + 'static)) -> String {
    root_cause(error).split(" (").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::{State, is_healthy};

    fn live() -> TableDescription {
        let facts = defined_table().expect("a definition");
        TableDescription { facts, unreported: Vec::new(), status: "ACTIVE".to_owned(), items: 0, bytes: 0 }
    }

    #[test]
    fn a_matching_table_is_ok() {
        let actual = compare(&live(), "reviews", "AWS", true);
        assert!(actual.len() == 1 && actual[0].state == State::Ok, "{actual:?}");
    }

    #[test]
    fn each_difference_on_aws_is_a_problem_with_a_remedy() {
        for (fact, value, fix) in [
            ("deletion_protection", "off", "--deletion-protection-enabled"),
            ("point_in_time_recovery", "off", "update-continuous-backups"),
            ("time_to_live", "off", "codesensei table create"),
            ("billing", "PROVISIONED", "PAY_PER_REQUEST"),
            ("index.GSI1.projection", "ALL", "codesensei table update"),
            ("key.PK", "HASH N", "name another table with --table"),
        ] {
            let mut live = live();
            live.facts.insert(fact.to_owned(), value.to_owned());
            let actual = compare(&live, "reviews", "AWS", true);
            assert!(actual.len() == 1 && actual[0].state == State::Problem, "{actual:?}");
            assert!(
                actual[0].message.starts_with(&format!("{fact} is {value}")) && actual[0].message.contains(fix),
                "{actual:?}"
            );
        }
    }

    #[test]
    fn a_local_table_needs_indexes_but_no_protection() {
        let mut live = live();
        live.facts.insert("deletion_protection".to_owned(), "off".to_owned());
        live.unreported.push("point_in_time_recovery");
        assert!(is_healthy(&compare(&live, "reviews", "here", false)));
        live.facts.remove("index.GSI1.projection");
        assert!(!is_healthy(&compare(&live, "reviews", "here", false)));
    }
}
