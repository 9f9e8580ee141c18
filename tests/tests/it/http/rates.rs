//! Limits on requests, as deployed: how many pass, what the next one is told, and whom it does not concern.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use handlers::limits::RateLimit;
use model::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response, Session, Thread, sign_up};
use tests::{TestApp, at_once};

use crate::http::{CODE, FILENAME, stored_messages};

/// The rules whose routes are counted, each with two people of its own: none has a hit of another rule's test.
const RULES: [(RateLimit, &str, &str); 9] = [
    (RateLimit::SIGN_UP, "ada", "bob"),
    (RateLimit::LOGIN, "cleo", "dan"),
    (RateLimit::LOGIN_ACCOUNT, "eve", "fay"),
    (RateLimit::SESSION_CREATE, "gil", "hal"),
    (RateLimit::SESSION_SAVE, "ida", "joe"),
    (RateLimit::MESSAGE, "kim", "lea"),
    (RateLimit::AI, "mia", "noa"),
    (RateLimit::REFRESH, "ole", "pia"),
    (RateLimit::ACCOUNT, "quin", "rob"),
];

/// Somebody with a session and a thread, whose every window has ended.
#[derive(Clone)]
struct Scene {
    name: &'static str,
    person: Person,
    session: Session,
    thread: Thread,
}

async fn scene(app: &TestApp, name: &'static str) -> Scene {
    let person = app.signs_up(name).await;
    let session = person.creates(FILENAME, CODE).await;
    let thread = person.opens_thread(&session, 33..=35).await;
    Scene { name, person, session, thread }
}

fn window(limit: RateLimit) -> Duration {
    Duration::from_secs(limit.rule.window_seconds.into())
}

fn analysis() -> Value {
    json!({ "filename": FILENAME, "code_content": CODE, "question": "Is this comparison right?" })
}

impl Scene {
    /// A request that the rule counts: a good one, or one that is refused for what it says.
    async fn sends(&self, app: &TestApp, limit: RateLimit, number: u32, good: bool) -> Response {
        let Self { name, person, session, thread } = self;
        let or_bad = |body: Value| if good { body } else { json!({}) };
        let credentials = json!({ "username": name, "password": PASSWORD });
        match limit.rule.name {
            "signup" => person.posts("/auth/signup", &or_bad(sign_up(&format!("{name}{number}")))).await,
            "login" => {
                // Another account each time, so that no account's own limit is met.
                let other = json!({ "username": format!("nobody{number}"), "password": PASSWORD });
                person.posts("/auth/login", &or_bad(other)).await
            }
            "login-account" => {
                let wrong = json!({ "username": name, "password": "wrong" });
                app.stranger().posts("/auth/login", if good { &credentials } else { &wrong }).await
            }
            "session-create" => {
                person.posts("/sessions", &or_bad(json!({ "filename": FILENAME, "code_content": CODE }))).await
            }
            "session-save" => {
                let save = json!({ "expected_version_number": 1, "language_override": "Python" });
                person.puts(&session.path, &or_bad(save)).await
            }
            "message" => person.posts(&thread.messages(), &or_bad(json!({ "content": "note", "ask": false }))).await,
            "ai" => person.posts("/ai/analyze", &or_bad(analysis())).await,
            "refresh" => {
                // A token that says nothing of a user is nobody's request: there is no bad one to count.
                person.posts("/auth/refresh", &json!({})).await
            }
            "account" => {
                let same =
                    json!({ "current_password": PASSWORD, "new_password": PASSWORD, "confirm_password": PASSWORD });
                person.puts("/users/me/password", &or_bad(same)).await
            }
            other => panic!("there is no request for {other}"),
        }
    }
}

/// The answer was refused, and says exactly when to come back.
#[track_caller]
fn is_refused(answer: Response, now: Timestamp, retry_at: Timestamp) {
    let header = answer.headers.get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let seconds = retry_at.since(now).as_millis().div_ceil(1_000).max(1);
    assert_eq!(header, Some(seconds.to_string()), "{}", answer.what);
    let error = answer.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(error["retry_after"], retry_at.to_rfc3339());
}

/// The patterns of the bill, with their requests.
fn bill(answer: &Response) -> Vec<(&'static str, u32)> {
    answer.bill.iter().map(|call| (call.pattern.id, call.requests)).collect()
}

#[tokio::test]
async fn so_many_requests_pass_good_or_bad_and_the_next_is_told_exactly_when_to_come_back() {
    let app = TestApp::with_rate_limits().await;
    for (limit, name, other) in RULES {
        let (scene, other) = (scene(&app, name).await, scene(&app, other).await);
        app.later(Duration::from_mins(1));
        let opened = app.table().clock().now();
        let pause = window(limit) / limit.rule.max_hits / 2;
        for hit in 0..limit.rule.max_hits {
            let answer = scene.sends(&app, limit, hit, hit % 2 == 0).await;
            assert_ne!(answer.status, 429, "{limit:?}: {hit} of {}", limit.rule.max_hits);
            app.later(pause);
        }
        let retry_at = opened.plus(window(limit));
        for good in [true, false] {
            let refused = scene.sends(&app, limit, 100, good).await;
            // By account they are counted when the request's own address has been.
            let counted = if limit == RateLimit::LOGIN_ACCOUNT { 2 } else { 1 };
            assert_eq!(bill(&refused), vec![("AP-60", 1); counted], "{limit:?}");
            is_refused(refused, app.table().clock().now(), retry_at);
        }
        assert_ne!(other.sends(&app, limit, 100, true).await.status, 429, "{limit:?}: somebody else");
        app.later(retry_at.minus(Duration::from_millis(1)).since(app.table().clock().now()));
        is_refused(scene.sends(&app, limit, 101, true).await, app.table().clock().now(), retry_at);
        app.later(Duration::from_millis(1));
        let passed = scene.sends(&app, limit, 102, true).await;
        assert_ne!(passed.status, 429, "{limit:?}: after the window");
        app.later(window(limit));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_requests_at_once_than_a_window_takes_exactly_those_pass() {
    let app = std::sync::Arc::new(TestApp::with_rate_limits().await);
    for (limit, name, _) in RULES {
        let scene = scene(&app, name).await;
        app.later(Duration::from_mins(1));
        // The first window is opened by them, the second one restarted.
        for _ in 0..2 {
            let retry_at = app.table().clock().now().plus(window(limit));
            let max = usize::try_from(limit.rule.max_hits).unwrap();
            let answers = at_once(max + 5, |hit| {
                let (app, scene, hit) = (app.clone(), scene.clone(), u32::try_from(hit).unwrap());
                async move { scene.sends(&app, limit, hit, hit % 2 == 1).await }
            })
            .await;
            let (refused, passed): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 429);
            assert_eq!((passed.len(), refused.len()), (max, 5), "{limit:?}");
            for answer in refused {
                is_refused(answer, app.table().clock().now(), retry_at);
            }
            app.later(window(limit));
        }
    }
}

#[tokio::test]
async fn a_question_in_a_thread_and_an_analysis_are_counted_together() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    let opened = app.table().clock().now();
    for _ in 0..5 {
        ada.person.asks(&ada.thread, "Is this comparison right?").await;
        ada.person.posts("/ai/analyze", &analysis()).await.is(200);
    }
    let (now, retry_at) = (app.table().clock().now(), opened.plus(Duration::from_mins(1)));
    is_refused(ada.person.posts("/ai/analyze", &analysis()).await, now, retry_at);
    let question = json!({ "content": "Is this comparison right?" });
    let refused = ada.person.posts(&ada.thread.messages(), &question).await;
    assert_eq!(bill(&refused), [("AP-60", 1), ("AP-60", 1)], "as a message and as a question");
    is_refused(refused, now, retry_at);
    assert_eq!(stored_messages(&app, &ada.thread.id).await.len(), 10);
    ada.person.notes(&ada.thread, "A note asks nobody.").await;
}

/// What a window of the rule should let through, whatever comes when.
#[derive(Default)]
struct Windows(BTreeMap<&'static str, (i64, u32)>);

impl Windows {
    fn hit(&mut self, subject: &'static str, limit: RateLimit, now: Timestamp) -> Result<(), Timestamp> {
        let (opened, hits) = self.0.entry(subject).or_insert((now.millis(), 0));
        let ends = *opened + i64::from(limit.rule.window_seconds) * 1_000;
        if ends <= now.millis() {
            (*opened, *hits) = (now.millis(), 0);
        } else if *hits == limit.rule.max_hits {
            return Err(Timestamp::from_millis(ends).unwrap());
        }
        *hits += 1;
        Ok(())
    }
}

#[tokio::test]
async fn in_whatever_order_and_with_whatever_pauses_the_same_number_passes() {
    let app = TestApp::with_rate_limits().await;
    let people = [scene(&app, "ada").await, scene(&app, "bob").await];
    app.later(Duration::from_mins(1));
    let (mut random, mut windows) = (StdRng::seed_from_u64(1843), Windows::default());
    let mut outcomes = BTreeMap::new();
    for step in 0..250 {
        let scene = &people[random.random_range(0..2)];
        let good = random.random_bool(0.1);
        let now = app.table().clock().now();
        let answer = scene.sends(&app, RateLimit::AI, step, good).await;
        *outcomes.entry(answer.status).or_insert(0) += 1;
        match windows.hit(scene.name, RateLimit::AI, now) {
            Ok(()) => assert_eq!(answer.status, if good { 200 } else { 400 }, "step {step}"),
            Err(retry_at) => is_refused(answer, now, retry_at),
        }
        app.later(Duration::from_millis(random.random_range(0..=6_000)));
    }
    assert!(outcomes.values().all(|count| *count >= 10), "all of them happened: {outcomes:?}");
}

#[tokio::test]
async fn two_windows_that_meet_let_through_one_less_than_two_limits_within_one_window() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    app.later(Duration::from_mins(1));
    let moment = Duration::from_millis(1);
    let sends = || async { ada.sends(&app, RateLimit::AI, 0, false).await.status };
    let (opened, mut passed) = (app.table().clock().now(), Vec::new());
    // One hit opens the window; the rest of it comes at its last moment, and a whole limit in the moment after.
    assert_eq!(sends().await, 400);
    app.later(Duration::from_millis(59_999));
    for _ in 0..30 {
        if sends().await == 400 {
            passed.push(app.table().clock().now());
        }
    }
    app.later(moment);
    for _ in 0..30 {
        if sends().await == 400 {
            passed.push(app.table().clock().now());
        }
    }
    assert_eq!(passed.len(), 9 + 10);
    assert_eq!(passed[18].since(passed[0]), moment);
    // With the hit that opened the first window it would be two limits, but that one is a whole window away.
    assert_eq!(passed[18].since(opened), Duration::from_mins(1));
}

#[tokio::test]
async fn an_address_or_a_user_that_has_had_its_share_keeps_nobody_else_from_theirs() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    app.later(Duration::from_mins(1));
    let wrong = json!({ "username": "ada", "password": "wrong" });
    for _ in 0..5 {
        ada.person.posts("/auth/login", &wrong).await.refused(401, "INVALID_CREDENTIALS");
    }
    ada.person.posts("/auth/login", &wrong).await.refused(429, "RATE_LIMIT_EXCEEDED");
    // The other limits of that address and the account at another address have windows of their own.
    ada.person.posts("/auth/signup", &sign_up("adassister")).await.is(201);
    ada.person.gets("/sessions").await.is(200);
    app.signs_in("ada").await;
}

#[tokio::test]
async fn a_capped_day_takes_so_many_questions_that_reach_the_model_and_ends_a_day_after_the_first() {
    let app = TestApp::with(|app| app.ai_daily_cap = NonZeroU32::new(3)).await;
    let ada = scene(&app, "ada").await;
    app.later(Duration::from_mins(1));
    let opened = app.table().clock().now();
    // What is refused for what it says is no question.
    ada.person.posts("/ai/analyze", &json!({})).await.invalid("filename");
    let mut large = analysis();
    let two_lines = format!("{0}\n{0}", "x".repeat(250_000));
    (large["code_content"], large["start_line"], large["end_line"]) = (two_lines.into(), 1.into(), 2.into());
    large["selected_text"] = "x".into();
    ada.person.posts("/ai/analyze", &large).await.refused(413, "TOKEN_LIMIT_EXCEEDED");
    let answer = ada.person.posts("/ai/analyze", &analysis()).await;
    assert_eq!(bill(&answer), [("AP-60", 1), ("AP-60", 1), ("AP-66", 1)]);
    ada.person.asks(&ada.thread, "one").await;
    ada.person.asks(&ada.thread, "two").await;
    let (now, retry_at) = (app.table().clock().now(), opened.plus(Duration::from_hours(24)));
    is_refused(ada.person.posts("/ai/analyze", &analysis()).await, now, retry_at);
    let question = json!({ "content": "three" });
    is_refused(ada.person.posts(&ada.thread.messages(), &question).await, now, retry_at);
    assert_eq!(stored_messages(&app, &ada.thread.id).await.len(), 4, "a refused question is not stored");
    assert_eq!(app.bedrock().seen().len(), 3);
    ada.person.notes(&ada.thread, "A note asks nobody.").await;
    scene(&app, "bob").await.person.posts("/ai/analyze", &analysis()).await.is(200);

    app.later(Duration::from_hours(24) - Duration::from_millis(1));
    let again = app.signs_in("ada").await;
    is_refused(again.posts("/ai/analyze", &analysis()).await, app.table().clock().now(), retry_at);
    app.later(Duration::from_millis(1));
    again.posts("/ai/analyze", &analysis()).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_questions_at_once_than_are_left_of_a_capped_day_exactly_those_are_asked() {
    let app = TestApp::with(|app| app.ai_daily_cap = NonZeroU32::new(4)).await;
    let ada = scene(&app, "ada").await;
    let answers = at_once(10, |_| {
        let ada = ada.clone();
        async move { ada.person.posts("/ai/analyze", &analysis()).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 4);
    assert_eq!(app.bedrock().seen().len(), 4);
}

#[tokio::test]
async fn without_a_cap_a_day_has_no_limit_of_its_own() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    let answer = ada.person.posts("/ai/analyze", &analysis()).await;
    assert_eq!(bill(&answer), [("AP-60", 1), ("AP-66", 1)]);
}
