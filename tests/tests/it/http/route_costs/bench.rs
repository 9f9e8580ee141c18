//! A table on which requests are measured, one after another.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use handlers::rates::RateLimit;
use model::{CallCost, Hit, NewThread, Session, Thread, User};
use tests::app::contract::operation_of;
use tests::app::{Person, Response};
use tests::proxy::Units;
use tests::story::lines;
use tests::texts::gzip_size;
use tests::{Proxy, TestApp};

use crate::http::{CODE, user};

/// Lists the scenes of a module.
macro_rules! scenes {
    ($($scene:ident),+ $(,)?) => {
        pub(super) const SCENES: &[super::Scene] = &[$(|| Box::pin($scene())),+];
    };
}
pub(super) use scenes;

/// The kind of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    /// All requests that succeed cost the same.
    Always,
    /// The most frequent case.
    Typical,
    /// Another case.
    Other,
    /// The most expensive case.
    Worst,
    /// A request that is refused.
    Refused,
}

impl Case {
    pub(super) const ALL: [Self; 5] = [Self::Always, Self::Typical, Self::Other, Self::Worst, Self::Refused];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Typical => "typical",
            Self::Other => "other",
            Self::Worst => "worst",
            Self::Refused => "refused",
        }
    }
}

/// A row of the tables.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) route: String,
    pub(super) case: Case,
    pub(super) when: String,
    /// The status, and the code of an error: `409 VERSION_CONFLICT`.
    pub(super) answer: String,
    pub(super) requests: usize,
    pub(super) steps: usize,
    /// By AWS's formulas, as the write units.
    pub(super) rcu: f64,
    pub(super) wcu: f64,
    /// As the engine reports them, unless the store estimates a part.
    pub(super) metered: Option<Units>,
}

impl Row {
    /// The row in Markdown.
    pub(super) fn line(&self) -> String {
        let Self { route, case, when, answer, requests, steps, rcu, wcu, .. } = self;
        format!("| `{route}` | {} | {when} | {answer} | {requests} | {steps} | {rcu} | {wcu} |", case.name())
    }
}

/// The application with all limits, its table, and the measured requests.
pub(super) struct Bench {
    pub(super) app: TestApp,
    proxy: Proxy,
    rows: Mutex<Vec<Row>>,
}

impl Bench {
    pub(super) async fn new() -> Self {
        let app = TestApp::with_rate_limits().await;
        let proxy = Proxy::billing(app.table().endpoint()).await;
        Self { app, proxy, rows: Mutex::default() }
    }

    /// The store of a process that has no code in memory. Its requests are measured.
    pub(super) async fn store(&self) -> model::Store {
        Box::pin(self.app.table().store_through(&self.proxy.url())).await
    }

    /// The same person; their requests go to a process that has no code in memory, and are measured.
    pub(super) async fn at(&self, person: &Person) -> Person {
        self.app.on(self.store().await, person)
    }

    /// Measures a request, from a person of [`at`](Self::at).
    pub(super) async fn measure(&self, case: Case, when: &str, request: impl Future<Output = Response>) -> Response {
        let _ = (self.proxy.take_steps(), self.proxy.take_bill());
        let response = Box::pin(request).await;
        let (steps, units) = (self.proxy.take_steps(), self.proxy.take_bill());
        let (method, path) = response.what.split_once(' ').unwrap();
        let operation = operation_of(method, path).expect("a documented route");
        let code = response.json["error"]["code"].as_str();
        let row = Row {
            route: operation.route(),
            case,
            when: when.to_owned(),
            answer: code.map_or_else(|| response.status.to_string(), |code| format!("{} {code}", response.status)),
            requests: steps.iter().map(Vec::len).sum(),
            steps: steps.len(),
            rcu: units.read,
            wcu: units.write,
            metered: metered(&response),
        };
        let sent: usize = response.bill.iter().map(|call| call.requests as usize).sum();
        assert!(row.requests == sent || path == "/health", "{when}: {sent} metered requests, and {steps:?}");
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
        response
    }

    pub(super) fn rows(self) -> Vec<Row> {
        self.rows.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reaches a limit without requests over HTTP.
    pub(super) async fn reach(&self, limit: RateLimit, subject: &str) {
        let table = self.app.table();
        let window = limit.rule.window(subject, table.clock().now());
        for _ in 0..100 {
            let hit = table.rate_limits().hit_in(limit.rule, subject, window).await.unwrap();
            if matches!(hit, Hit::Refused { .. }) {
                return;
            }
        }
        panic!("{} has no limit", limit.rule.name);
    }

    /// The next window of every limit on requests.
    pub(super) fn next_minute(&self) {
        self.app.advance(Duration::from_secs(61));
    }

    /// Adds `count` threads on the first line, each with this text, by its store.
    pub(super) async fn threads(&self, session: &Session, count: usize, selected_text: &str) {
        for _ in 0..count {
            let new = NewThread { selected_text: selected_text.to_owned(), ..lines(1, 1) };
            let threads = self.app.table().threads();
            threads.create(session.user_id, session.session_id, None, new).await.unwrap();
        }
    }

    /// A thread with this many of the longest messages.
    pub(super) async fn with_long_notes(&self, session: &Session, count: u32) -> Thread {
        let mut thread = self.app.table().thread(session, 1, 1).await;
        for number in 1..=count {
            self.app.table().messages().add_note(&thread, &longest_message(), None).await.unwrap();
            thread.message_slots = number;
        }
        thread
    }

    /// Ada, who has signed up, and her stored user.
    pub(super) async fn ada(&self) -> (Person, User) {
        let ada = self.app.signs_up("ada").await;
        (ada, user(&self.app, "ada").await)
    }
}

/// The units of a response as the engine reports them; `None` if the store estimates those of a refused write, or does
/// not meter the request.
fn metered(response: &Response) -> Option<Units> {
    let is_exact = !response.bill.is_empty() && response.bill.iter().all(|call| !call.is_estimated);
    let sum = |units: fn(&CallCost) -> f64| response.bill.iter().map(units).sum();
    is_exact.then(|| Units { read: sum(|call| call.rcu), write: sum(|call| call.wcu) })
}

/// The code of a file of 3 KB whose gzip has 1.2 KB: line 34 has the comparison that the reviewer corrects.
pub(super) fn typical_code() -> String {
    let others = codesensei::seed::FILES.iter().flat_map(|(_, text)| text.lines());
    let mut code = CODE.to_owned();
    for line in others {
        code.extend(["# ", line, "\n"]);
        if gzip_size(&code) >= 1_200 {
            break;
        }
    }
    code
}

/// A file name so long that the head of its session has 500 bytes.
pub(super) fn long_filename() -> String {
    format!("{}.rs", "f".repeat(66))
}

/// The longest message, of characters with four bytes.
pub(super) fn longest_message() -> String {
    "\u{1f980}".repeat(5_000)
}
