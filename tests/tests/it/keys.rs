//! Keys: no text of a client can leave its place in a key, or reach another user's key.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use model::{
    CountHit, Email, KeyPart as _, NewUser, PageRequest, SessionId, SignUpError, StoredItem, SweepJob,
    SweepJobRequired, SweepKind, SweepState, Timestamp, UserId, Username, UsernameKey,
};
use proptest::prelude::*;
use tests::TestTable;
use tests::story::{A_WEEK, newcomer};
use tokio::runtime::Runtime;

/// Texts of key delimiters, of escape characters, and of any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[#%/23A-Fa-f.@|:\\\\]{0,12}",
        "(USER|RATE|CLAIM|SESSION|%23|#|/|%2F|\u{0}|\n|é|e\u{301}|\u{1F980}){0,6}",
        "\\PC{0,20}",
        any::<String>().prop_map(|text| text.chars().take(30).collect()),
    ]
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Whether a key part is printable ASCII without a delimiter.
fn is_one_segment(part: &str) -> bool {
    part.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'#' && byte != b'/')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rule_and_subject_has_its_own_window(
        hits in prop::collection::btree_set((text(), text(), prop_oneof![Just(60_u32), 0..100_000_u32]), 1..12)
    ) {
        runtime().block_on(async {
            let table = TestTable::new().await;
            let now = table.clock().now();
            for (rule, subject, window) in &hits {
                // The limit is one hit, so a second one in the same window would be refused.
                let (window, expires_at) = (*window, now.expiry());
                let (hits, ai_hits, max_hits, max_ai_hits) = (1, 0, 1, 1);
                let hit = CountHit { rule, subject, window, hits, ai_hits, max_hits, max_ai_hits, expires_at };
                table.patterns().count_hit(hit).await.expect("the window has no hit");
            }
            let windows = table.raw().items().await;
            prop_assert_eq!(windows.len(), hits.len());
            for window in windows {
                let segments: Vec<&str> = window.pk().split('#').collect();
                prop_assert_eq!((segments.len(), segments[0], window.sk()), (4, "RATE", "RATE"));
                prop_assert!(segments.iter().all(|segment| is_one_segment(segment)));
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_target_has_its_own_job_in_its_shard(
        targets in prop::collection::btree_set(text(), 1..12), shard in 0..8_u32
    ) {
        runtime().block_on(async {
            let table = TestTable::new().await;
            let ada: UserId = table.ids().next(table.clock().now());
            for target in &targets {
                let job = job(shard, table.clock().now(), target, ada);
                table.patterns().leave_sweep_job(&job).await.expect("the job is new");
            }
            for job in table.raw().items().await {
                let segments: Vec<&str> = job.sk().split('#').collect();
                prop_assert_eq!((segments.len(), segments[1]), (3, "staged"));
                prop_assert!(segments.iter().all(|segment| is_one_segment(segment)));
            }
            let later = table.clock().now().plus(std::time::Duration::from_millis(1));
            let due = table.patterns().list_due_sweep_jobs(shard, later, PageRequest::default()).await.unwrap();
            let target = |item: &StoredItem| item.to_dynamodb_json()["Item"]["target"]["S"].as_str().map(str::to_owned);
            let found: BTreeSet<_> = due.items.iter().filter_map(target).collect();
            prop_assert_eq!(&found, &targets);
            // Settling one job settles no other.
            let first = targets.first().expect("there is one");
            table.patterns().settle_sweep_job(shard, table.clock().now(), SweepKind::Staged, first).await.unwrap();
            prop_assert_eq!(table.raw().items().await.len(), targets.len() - 1);
            Ok(())
        })?;
    }

    #[test]
    fn two_addresses_are_one_account_only_if_they_differ_in_case_or_composition(
        locals in prop::collection::vec("[a-zA-Z#/%+éÉ]{1,6}|e\u{301}|[A-Z#%/23]{1,4}", 2..6)
    ) {
        runtime().block_on(async {
            let table = TestTable::new().await;
            let mut known = BTreeSet::new();
            for (number, local) in locals.iter().enumerate() {
                let email: Email = format!("{local}@example.com").parse().expect("a legal address");
                let folded = local.to_lowercase().replace("e\u{301}", "é");
                let user = NewUser { email, ..newcomer(&format!("user{number}")) };
                match table.accounts().create(user, A_WEEK).await {
                    Ok(_) => prop_assert!(known.insert(folded)),
                    Err(SignUpError::EmailTaken) => prop_assert!(known.contains(&folded)),
                    Err(error) => prop_assert!(false, "{error}"),
                }
            }
            let claims = table.raw().all("email_claim").await;
            prop_assert_eq!(claims.len(), known.len());
            for claim in claims {
                // No key contains the address.
                let digest = claim.pk().strip_prefix("EMAIL#").expect("its prefix");
                prop_assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
            Ok(())
        })?;
    }
}

fn job(shard: u32, due: Timestamp, target: &str, user_id: UserId) -> SweepJob {
    SweepJobRequired {
        shard,
        due,
        kind: SweepKind::Staged,
        target: target.to_owned(),
        state: SweepState::Waiting,
        user_id,
        chunk_count: 0,
        attempts: 0,
    }
    .into()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_name_is_one_key_segment(text in text()) {
        if let Ok(name) = Username::from_str(&text) {
            prop_assert_eq!(name.as_str(), &text);
            let key = name.key();
            prop_assert_eq!(key.key_part().into_owned(), text.to_ascii_lowercase());
            prop_assert!(is_one_segment(&key.key_part()));
        }
    }

    #[test]
    fn names_share_a_key_only_if_they_differ_in_case(one in "[a-cA-C0-1]{3,4}", other in "[a-cA-C0-1]{3,4}") {
        let key = |text: &str| UsernameKey::from_str(text).expect("a legal name");
        prop_assert_eq!(key(&one) == key(&other), one.eq_ignore_ascii_case(&other));
    }

    #[test]
    fn every_accepted_id_is_one_key_segment_and_has_one_spelling(
        text in prop_oneof![
            text(),
            "[0-9a-fA-F]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89abAB][0-9a-f]{3}-[0-9a-f]{12}",
            "[{]?(urn:uuid:)?0190[0-9a-f]{4}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?8[0-9a-f]{3}-?[0-9a-f]{12}[}#]?",
        ]
    ) {
        if let Ok(id) = SessionId::from_str(&text) {
            prop_assert_eq!(id.to_string(), text.as_str());
            prop_assert_eq!(id.key_part(), text.as_str());
            prop_assert!(text.len() == 36 && is_one_segment(&text));
        }
    }
}
