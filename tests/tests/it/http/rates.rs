//! Rate limits, as deployed: the number of accepted requests, the refusal, and the subjects that are not affected.

use std::collections::BTreeMap;
use std::time::Duration;

use handlers::rates::{RateLimit, RateSubject};
use model::{RateRule, Timestamp, Window};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response, Session, Thread, sign_up};
use tests::{RawItem, TestApp, concurrently};

use crate::http::{CODE, FILENAME, first_sign_in, stored_messages, user};

/// The rules with routes, each with two people of its own: no test adds hits to another rule's windows.
const RULES: [(RateLimit, &str, &str); 12] = [
    (RateLimit::SIGN_UP, "ada", "bob"),
    (RateLimit::LOGIN, "cleo", "dan"),
    (RateLimit::LOGIN_ACCOUNT, "eve", "fay"),
    (RateLimit::SESSION_CREATE, "gil", "hal"),
    (RateLimit::SESSION_SAVE, "ida", "joe"),
    (RateLimit::NOTE, "kim", "lea"),
    (RateLimit::ANALYSIS, "mia", "noa"),
    (RateLimit::REFRESH, "ole", "pia"),
    (RateLimit::ACCOUNT, "quin", "rob"),
    (RateLimit::PROFILE, "sue", "tom"),
    (RateLimit::REFRESH_REFUSED, "uma", "val"),
    (RateLimit::LOGOUT, "wim", "xia"),
];

/// A user with a session and a thread.
#[derive(Clone)]
pub(super) struct Scene {
    name: &'static str,
    user_id: String,
    sign_in: String,
    pub(super) person: Person,
    session: Session,
    pub(super) thread: Thread,
}

pub(super) async fn scene(app: &TestApp, name: &'static str) -> Scene {
    let person = app.signs_up(name).await;
    let session = person.creates(FILENAME, CODE).await;
    let thread = person.opens_thread(&session, 33..=35).await;
    let user_id = user(app, name).await.user_id.to_string();
    let sign_in = first_sign_in(app, name).await;
    Scene { name, user_id, sign_in, person, session, thread }
}

fn window(limit: RateLimit) -> Duration {
    limit.rule.window
}

fn max(limit: RateLimit) -> u32 {
    let RateRule { max_hits, max_ai_hits, .. } = limit.rule;
    max_hits.into_iter().chain(max_ai_hits).min().expect("a limit")
}

/// The name of the limit in a refusal.
fn name(limit: RateLimit) -> &'static str {
    if limit.rule.max_hits.is_some() { limit.rule.name } else { RateRule::AI }
}

pub(super) fn analysis() -> Value {
    json!({ "filename": FILENAME, "code_content": CODE, "question": "Is this comparison right?" })
}

impl Scene {
    pub(super) fn window(&self, app: &TestApp, limit: RateLimit) -> Window {
        let subject = match limit.subject {
            RateSubject::Ip => &self.person.ip(),
            RateSubject::User => &self.user_id,
            RateSubject::SignIn => &self.sign_in,
            RateSubject::Account => self.name,
            RateSubject::Device => panic!("no rule here counts devices"),
        };
        limit.rule.window(subject, app.table().clock().now())
    }

    /// Moves the clock to the start of the next window under this limit, and returns its end.
    fn next_window(&self, app: &TestApp, limit: RateLimit) -> Timestamp {
        app.advance(self.window(app, limit).ends_at.since(app.table().clock().now()));
        self.window(app, limit).ends_at
    }

    /// A request that the rule counts: a valid one, or one with invalid contents.
    async fn sends(&self, app: &TestApp, limit: RateLimit, number: u32, good: bool) -> Response {
        let Self { name: username, person, session, thread, .. } = self;
        let or_bad = |body: Value| if good { body } else { json!({}) };
        match name(limit) {
            // An invalid form is not counted; a form with a taken name is.
            "signup" if good => person.posts("/auth/signup", &sign_up(&format!("{username}{number}"))).await,
            "signup" => person.posts("/auth/signup", &sign_up(username)).await,
            "profile" if good => person.puts("/users/me", &json!({ "name": format!("{username} {number}") })).await,
            "profile" => person.puts("/users/me", &json!({ "username": "taken" })).await,
            "login" => {
                // Another account each time, so that no limit of an account applies.
                let other = if good { format!("absent{number}") } else { "no name at all".to_owned() };
                person.posts("/auth/login", &json!({ "username": other, "password": PASSWORD })).await
            }
            "login-account" => {
                // Only failures count.
                let wrong = json!({ "username": username, "password": "wrong" });
                app.stranger().posts("/auth/login", &wrong).await
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
            "refresh" => person.posts("/auth/refresh", &json!({})).await,
            "refresh-refused" => {
                let without = person.copied();
                without.with_cookie("refresh_token", if good { None } else { Some("x.y.z") });
                without.posts("/auth/refresh", &json!({})).await
            }
            "logout" => person.copied().posts("/auth/logout", &json!({})).await,
            "account" => {
                // The right password would start another sign-in, which has its own windows.
                let change = json!({ "current_password": "wrong", "new_password": PASSWORD });
                let deletion = json!({ "password": "wrong" });
                if good {
                    person.puts("/users/me/password", &change).await
                } else {
                    person.deletes_with("/users/me", &deletion).await
                }
            }
            other => panic!("there is no request for {other}"),
        }
    }
}

/// Asserts that this limit refused the request, with the exact retry time.
#[track_caller]
pub(super) fn assert_limited(answer: Response, limit: &str, now: Timestamp, retry_at: Timestamp) {
    let header = answer.headers.get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let seconds = retry_at.since(now).as_millis().div_ceil(1_000).max(1);
    assert_eq!(header, Some(seconds.to_string()), "{}", answer.what);
    let error = answer.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(error["retry_after"], retry_at.to_rfc3339());
    assert_eq!(error["limit"], limit);
}

/// The cost of a refused request: its hits, and the read that is sent at the same time.
fn refusal(limit: RateLimit, good: bool) -> Vec<(&'static str, u32)> {
    let patterns: &[_] = match limit {
        RateLimit::LOGIN_ACCOUNT => &["AP-60", "AP-02", "AP-60", "AP-04"],
        RateLimit::ACCOUNT | RateLimit::REFRESH | RateLimit::PROFILE => &["AP-60", "AP-15"],
        RateLimit::NOTE if good => &["AP-60", "AP-32"],
        RateLimit::ANALYSIS => &["AP-60", "AP-04"],
        RateLimit::SESSION_SAVE if good => &["AP-60", "AP-23"],
        _ => &["AP-60"],
    };
    patterns.iter().map(|pattern| (*pattern, 1)).collect()
}

/// The patterns of the bill, with their numbers of requests.
pub(super) fn bill(answer: &Response) -> Vec<(&'static str, u32)> {
    answer.bill.iter().map(|call| (call.pattern.id, call.requests)).collect()
}

#[tokio::test]
async fn requests_up_to_the_limit_pass_and_the_next_gets_the_exact_retry_time() {
    let app = TestApp::with_rate_limits().await;
    app.signs_up("taken").await;
    for (limit, person, other) in RULES {
        let (scene, other) = (scene(&app, person).await, scene(&app, other).await);
        let retry_at = scene.next_window(&app, limit);
        let pause = window(limit) / max(limit) / 2;
        for hit in 0..max(limit) {
            let answer = scene.sends(&app, limit, hit, hit % 2 == 0).await;
            assert_ne!(answer.status, 429, "{limit:?}: {hit} of {}", max(limit));
            app.advance(pause);
        }
        for good in [true, false] {
            let refused = scene.sends(&app, limit, 100, good).await;
            assert_eq!(bill(&refused), refusal(limit, good), "{limit:?}");
            assert_limited(refused, name(limit), app.table().clock().now(), retry_at);
        }
        assert_ne!(other.sends(&app, limit, 100, true).await.status, 429, "{limit:?}: another user");
        app.advance(retry_at.minus(Duration::from_millis(1)).since(app.table().clock().now()));
        assert_limited(scene.sends(&app, limit, 101, true).await, name(limit), app.table().clock().now(), retry_at);
        app.advance(Duration::from_millis(1));
        let passed = scene.sends(&app, limit, 102, true).await;
        assert_ne!(passed.status, 429, "{limit:?}: after the window");
        app.advance(window(limit));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_pass_exactly_up_to_the_limit() {
    let app = std::sync::Arc::new(TestApp::with_rate_limits().await);
    for (limit, person, _) in RULES {
        let scene = scene(&app, person).await;
        for _ in 0..2 {
            let retry_at = scene.next_window(&app, limit);
            let max = usize::try_from(max(limit)).unwrap();
            let answers = concurrently(max + 5, |hit| {
                let (app, scene, hit) = (app.clone(), scene.clone(), u32::try_from(hit).unwrap());
                async move { scene.sends(&app, limit, hit, hit % 2 == 1).await }
            })
            .await;
            let (refused, passed): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 429);
            assert_eq!((passed.len(), refused.len()), (max, 5), "{limit:?}");
            for answer in refused {
                assert_limited(answer, name(limit), app.table().clock().now(), retry_at);
            }
        }
    }
}

#[tokio::test]
async fn questions_in_threads_and_analyses_share_one_limit() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    let retry_at = ada.next_window(&app, RateLimit::QUESTION);
    for _ in 0..5 {
        ada.person.asks(&ada.thread, "Is this comparison right?").await;
        ada.person.posts("/ai/analyze", &analysis()).await.is(200);
    }
    let now = app.table().clock().now();
    assert_limited(ada.person.posts("/ai/analyze", &analysis()).await, "ai", now, retry_at);
    let question = json!({ "content": "Is this comparison right?" });
    let refused = ada.person.posts(&ada.thread.messages(), &question).await;
    assert_eq!(bill(&refused), [("AP-60", 1), ("AP-47", 1), ("AP-45", 1)], "as a message and as a question");
    assert_limited(refused, "ai", now, retry_at);
    assert_eq!(stored_messages(&app, &ada.thread.id).await.len(), 10);
    for _ in 0..25 {
        ada.person.notes(&ada.thread, "A note asks no model.").await;
    }
    assert_limited(ada.person.posts(&ada.thread.messages(), &question).await, "message", now, retry_at);
    assert_eq!(app.table().raw().items().await.iter().filter(|item| counts_questions(item)).count(), 1);
}

fn counts_questions(item: &RawItem) -> bool {
    item.number("ai_hits").is_some_and(|hits| hits > 0)
}

/// The number of hits that each window must let through, for any order of requests.
#[derive(Default)]
struct Windows(BTreeMap<(&'static str, u32), u32>);

impl Windows {
    fn hit(&mut self, subject: &'static str, limit: RateLimit, window: Window) -> Result<(), Timestamp> {
        let hits = self.0.entry((subject, window.number)).or_insert(0);
        if *hits == max(limit) {
            return Err(window.ends_at);
        }
        *hits += 1;
        Ok(())
    }
}

#[tokio::test]
async fn the_same_number_passes_in_any_order_and_with_any_pauses() {
    let app = TestApp::with_rate_limits().await;
    let people = [scene(&app, "ada").await, scene(&app, "bob").await];
    app.advance(Duration::from_mins(1));
    let (mut random, mut windows) = (StdRng::seed_from_u64(1843), Windows::default());
    let mut outcomes = BTreeMap::new();
    for step in 0..250 {
        let scene = &people[random.random_range(0..2)];
        let good = random.random_bool(0.1);
        let now = app.table().clock().now();
        let window = scene.window(&app, RateLimit::ANALYSIS);
        let answer = scene.sends(&app, RateLimit::ANALYSIS, step, good).await;
        *outcomes.entry(answer.status).or_insert(0) += 1;
        match windows.hit(scene.name, RateLimit::ANALYSIS, window) {
            Ok(()) => assert_eq!(answer.status, if good { 200 } else { 400 }, "step {step}"),
            Err(retry_at) => assert_limited(answer, "ai", now, retry_at),
        }
        app.advance(Duration::from_millis(random.random_range(0..=6_000)));
    }
    assert!(outcomes.values().all(|count| *count >= 10), "all of them happened: {outcomes:?}");
}

#[tokio::test]
async fn two_adjacent_windows_pass_two_limits_within_a_moment() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    let ends_at = ada.next_window(&app, RateLimit::ANALYSIS);
    let moment = Duration::from_millis(1);
    app.advance(ends_at.minus(moment).since(app.table().clock().now()));
    // A whole limit in the last moment of a window, and a whole limit in the first moment of the next.
    let mut passed = Vec::new();
    for _ in 0..2 {
        for _ in 0..30 {
            if ada.sends(&app, RateLimit::ANALYSIS, 0, false).await.status == 400 {
                passed.push(app.table().clock().now());
            }
        }
        app.advance(moment);
    }
    assert_eq!(passed.len(), 2 * 10);
    assert_eq!(passed[19].since(passed[0]), moment);
    // No further request passes within the length of one window: such a period overlaps at most two windows.
    app.advance(window(RateLimit::ANALYSIS).saturating_sub(3 * moment));
    assert_eq!(ada.sends(&app, RateLimit::ANALYSIS, 0, false).await.status, 429);
}

#[tokio::test]
async fn a_limited_address_or_user_does_not_block_others() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    app.advance(Duration::from_mins(1));
    let wrong = json!({ "username": "ada", "password": "wrong" });
    for _ in 0..5 {
        ada.person.posts("/auth/login", &wrong).await.refused(401, "INVALID_CREDENTIALS");
    }
    ada.person.posts("/auth/login", &wrong).await.refused(429, "RATE_LIMIT_EXCEEDED");
    // The other limits of that address, and the account at another address, have their own windows.
    ada.person.posts("/auth/signup", &sign_up("adassister")).await.is(201);
    ada.person.gets("/sessions").await.is(200);
    app.signs_in("ada").await;
}

#[tokio::test]
async fn a_refused_address_does_not_count_against_an_account() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    app.advance(Duration::from_mins(1));
    let wrong = json!({ "username": "ada", "password": "wrong" });
    for _ in 0..5 {
        ada.person.posts("/auth/login", &wrong).await.refused(401, "INVALID_CREDENTIALS");
    }
    for _ in 0..20 {
        let error = ada.person.posts("/auth/login", &wrong).await.refused(429, "RATE_LIMIT_EXCEEDED");
        assert_eq!(error["limit"], "login");
    }
    app.signs_in("ada").await;
}
