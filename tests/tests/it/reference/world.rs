//! The real API beside the reference model: sends each request to both, and compares the answers.
//!
//! The API runs in several processes on one table: devices with even and odd numbers use two processes, each with its
//! own cache of code. After a crash the model has several possible states; each answer removes those that predict
//! another one.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use bedrock::Reviewer;
use bedrock_local::{Act, LocalBedrock};
use codesensei::local::application_on;
use codesensei::local_keys::LocalKeys;
use handlers::App;
use handlers::messages::Waiting;
use serde_json::Value;
use tests::app::Person;
use tests::proxy::{Moment, Proxy};
use tests::{TestApp, TestTable};

use super::call::Call;
use super::choice::{PASSWORDS, USERNAMES, email};
use super::coverage;
use super::faults::Fault;
use super::operation::{DEVICES, Mishap, Need, Operation, Pause, Selected, SelectedText, Step};
use super::seen::Checked;
use super::state::{Answer, DAY, Device, HOUR, MINUTE, SECOND, State, Time};

/// The device that reads everything at the end.
pub(super) const READER: usize = DEVICES as usize;
/// More time than a sweep needs.
const SWEEP: Duration = Duration::from_mins(2);
/// The most requests that a page sends before another one: to sign in, for a session, a thread and a question.
const MOST_BEFORE: usize = 6;
/// More calls than a sequence makes.
const FAILURES: usize = 200;

pub(super) struct World {
    app: TestApp,
    /// The two processes.
    processes: [Person; 2],
    /// A process whose model refuses every call, started when it is needed.
    refused: Option<(LocalBedrock, Person)>,
    /// A process that can lose an answer of the table, started when it is needed.
    lossy: Option<(Proxy, Person)>,
    fault: Option<Fault>,
    /// The status of the last answer.
    status: u16,
    devices: Vec<Person>,
    /// The states that explain all answers so far.
    pub(super) states: Vec<State>,
}

impl World {
    /// Three users, each signed in on two devices.
    pub(super) async fn new(fault: Option<Fault>) -> Result<Self, String> {
        let app = TestApp::new().await;
        let endpoint = app.table().endpoint().to_owned();
        let endpoint = match fault {
            Some(fault) => fault.before(&endpoint).await,
            None => endpoint,
        };
        let stranger = app.stranger();
        let [one, two] = [app.table().store_through(&endpoint).await, app.table().store_through(&endpoint).await];
        let processes = [one, two].map(|store| planted(fault, &app.on(store, &stranger)));
        let devices = (0..=READER).map(|_| app.stranger()).collect();
        let states = vec![State::new(app.table().clock().now().millis(), READER + 1)];
        let mut world = Self { app, processes, refused: None, lossy: None, fault, status: 0, devices, states };
        for (user, name) in USERNAMES.iter().take(usize::from(DEVICES) / 2).enumerate() {
            let (username, password) = ((*name).to_owned(), PASSWORDS[0].to_owned());
            let email = email(name);
            let sign_up =
                Call::SignUp { name: username.clone(), username: username.clone(), email, password: password.clone() };
            world.request(2 * user, &sign_up, Mishap::None).await?;
            world.request(2 * user + 1, &Call::SignIn { username, password }, Mishap::None).await?;
        }
        Ok(world)
    }

    /// The table of the API.
    pub(super) const fn table(&self) -> &TestTable {
        self.app.table()
    }

    /// The API a second later on another table, which is empty, beside the same states of the model.
    pub(super) async fn on_another_table(&self) -> Self {
        let app = TestApp::new().await;
        let now = self.app.table().clock().now().plus(Duration::from_secs(1));
        app.table().clock().set(now);
        let process = app.stranger();
        let mut states = self.states.clone();
        for state in &mut states {
            state.now = now.millis();
            state.devices = vec![Device::default(); READER + 1];
        }
        let devices = (0..=READER).map(|_| app.stranger()).collect();
        let processes = [process.clone(), process];
        Self { app, processes, refused: None, lossy: None, fault: None, status: 0, devices, states }
    }

    pub(super) async fn step(&mut self, step: Step) -> Checked {
        match step {
            Step::Wait(pause) => {
                self.wait(length(pause));
                Ok(())
            }
            Step::Request { device, operation, by_page, mishap } => {
                let device = usize::from(device);
                if by_page {
                    self.prepare(device, operation.need()).await?;
                }
                match operation {
                    Operation::FillThreads { session } => {
                        let selection = Selected { first: 0, more: 0, kind: SelectedText::WholeFile };
                        self.fill(device, Operation::CreateThread { session, selection, client: None }).await
                    }
                    Operation::FillSessions => {
                        let create = Operation::CreateSession { filename: 0, code: 7, language: 0, client: None };
                        self.fill(device, create).await
                    }
                    _ => {
                        let call = self.states[0].call(device, operation);
                        self.request(device, &call, mishap).await
                    }
                }
            }
        }
    }

    /// Sends the requests that a page sends before. After a crash, the page may have to read the lists first.
    async fn prepare(&mut self, device: usize, need: Need) -> Checked {
        for _ in 0..MOST_BEFORE {
            let Some(call) = self.states[0].before(device, need) else { break };
            self.request(device, &call, Mishap::None).await?;
        }
        Ok(())
    }

    /// Repeats an operation until it is refused.
    async fn fill(&mut self, device: usize, operation: Operation) -> Checked {
        let call = self.states[0].call(device, operation);
        self.status = 201;
        while self.status == 201 {
            self.request(device, &call, Mishap::None).await?;
        }
        Ok(())
    }

    /// Sends a request, and compares its answer with the model's.
    pub(super) async fn request(&mut self, device: usize, call: &Call, mishap: Mishap) -> Checked {
        if self.states.iter().any(|state| state.asks_about_large_code(call)) {
            return Ok(());
        }
        // What a crash leaves of such a request cannot be predicted.
        let is_open = self.states.iter().any(|state| state.is_for_another_version(call));
        match mishap {
            Mishap::Killed { after, is_executed } if !is_open => {
                return self.kill(device, call, usize::from(after), is_executed).await;
            }
            _ => {}
        }
        let process = match mishap {
            _ if call.fails() => self.refused().await,
            Mishap::TableAnswerLost { after } => self.lossy(usize::from(after)).await,
            _ => self.processes[device % 2].clone(),
        };
        let person = self.devices[device].in_the_process_of(&process);
        if mishap == Mishap::AnswerLost {
            let lost = send(&person.copied(), call).await?;
            coverage::LOST_ANSWERS.add(1);
            self.judge(device, call, &lost, false)?;
        }
        let answer = send(&person, call).await;
        if let Some((proxy, _)) = &self.lossy {
            proxy.clear_traps();
            coverage::LOST_TABLE_ANSWERS.add(proxy.take_caught());
        }
        self.judge(device, call, &answer?, true)?;
        self.check_cookies(device, call)
    }

    /// The process whose model refuses every call.
    async fn refused(&mut self) -> Person {
        if self.refused.is_none() {
            let model = LocalBedrock::start().expect("a free port");
            model.script(vec![Act::fault(403, "AccessDeniedException", "no"); FAILURES]);
            let reviewer = reviewer_at(&self.app, &model).await;
            let process = self.app.in_another_process(&self.app.stranger(), |app| app.reviewer = reviewer);
            self.refused = Some((model, planted(self.fault, &process)));
        }
        self.refused.as_ref().map(|(_, process)| process.clone()).expect("it was just started")
    }

    /// A process that loses one answer of the table, after this number of others.
    async fn lossy(&mut self, after: usize) -> Person {
        if self.lossy.is_none() {
            let proxy = Proxy::before(self.app.table().endpoint()).await;
            let store = self.app.table().store_through(&proxy.url()).await;
            self.lossy = Some((proxy, planted(self.fault, &self.app.on(store, &self.app.stranger()))));
        }
        let (proxy, process) = self.lossy.as_ref().expect("it was just started");
        proxy.lose_answers("", after, 1);
        process.clone()
    }

    /// Keeps the states that predict the answer. If the client did not receive it, its cookies stay.
    fn judge(&mut self, device: usize, call: &Call, answer: &Answer, is_delivered: bool) -> Checked {
        if device != READER {
            coverage::note(call, answer.status);
        }
        self.status = answer.status;
        let (mut kept, mut differences) = (Vec::new(), Vec::new());
        for mut state in std::mem::take(&mut self.states) {
            let cookies = state.devices[device].clone();
            let reply = state.perform(device, call, Some(answer));
            if !is_delivered {
                state.devices[device] = cookies;
            }
            match state.see(&reply, answer) {
                Ok(()) if !kept.contains(&state) => kept.push(state),
                Ok(()) => {}
                Err(difference) => differences.push(difference),
            }
        }
        self.states = kept;
        if self.states.is_empty() { Err(format!("{call:?}: {}", differences.join("; or "))) } else { Ok(()) }
    }

    fn check_cookies(&mut self, device: usize, call: &Call) -> Checked {
        let has = ["access_token", "refresh_token"].map(|name| self.devices[device].cookie(name).is_some());
        self.states.retain(|state| {
            let cookies = &state.devices[device];
            has == [cookies.access.is_some(), cookies.refresh.is_some()]
        });
        if self.states.is_empty() { Err(format!("{call:?}: the tokens in cookies are {has:?}")) } else { Ok(()) }
    }

    /// Kills a process that handles the request, and starts it again a minute later. The scheduled sweep runs.
    async fn kill(&mut self, device: usize, call: &Call, after: usize, is_executed: bool) -> Checked {
        let proxy = Proxy::before(self.app.table().endpoint()).await;
        let store = self.app.table().store_through(&proxy.url()).await;
        let mut reviewer = None;
        if call.fails() {
            self.refused().await;
            if let Some((model, _)) = &self.refused {
                reviewer = reviewer_at(&self.app, model).await;
            }
        }
        let killed = self.app.in_another_process(&self.devices[device].copied(), |app: &mut App| {
            (app.store, app.waiting) = (store, Waiting::default());
            app.reviewer = reviewer.or(app.reviewer.take());
        });
        let moment = if is_executed { Moment::BeforeTheAnswer } else { Moment::BeforeTheEngine };
        let stalled = proxy.stall_after("", after, moment);
        let answer = tokio::select! {
            biased;
            answer = send(&killed, call) => Some(answer?),
            () = stalled.arrived() => None,
        };
        if let Some(answer) = answer {
            self.judge(device, call, &answer, false)?;
        } else {
            coverage::KILLS.add(1);
            // Requests that reached the engine before.
            while proxy.forwarding() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            self.allow_all_outcomes(device, call);
        }
        self.wait(MINUTE);
        self.sweep().await
    }

    /// The request changed nothing, or everything, or it stored a question without an answer.
    fn allow_all_outcomes(&mut self, device: usize, call: &Call) {
        let mut possible: Vec<State> = Vec::new();
        for before in std::mem::take(&mut self.states) {
            let (mut abandoned, mut after) = (before.clone(), before.clone());
            let is_abandoned = call.may_ask() && abandoned.abandon(device, call);
            let cookies = after.devices[device].clone();
            after.perform(device, call, None);
            after.devices[device] = cookies;
            for mut state in [before, after].into_iter().chain(is_abandoned.then_some(abandoned)) {
                state.forget_row(call);
                if !possible.contains(&state) {
                    possible.push(state);
                }
            }
        }
        self.states = possible;
    }

    /// The scheduled sweep.
    pub(super) async fn sweep(&self) -> Checked {
        let swept = self.app.table().maintenance().sweep_due(SWEEP).await;
        swept.map(|_| ()).map_err(|error| error.to_string())
    }

    fn wait(&mut self, length: Time) {
        self.app.advance(Duration::from_millis(length.unsigned_abs()));
        self.states.iter_mut().for_each(|state| state.now += length);
    }
}

/// The process with its fault, if there is one.
fn planted(fault: Option<Fault>, process: &Person) -> Person {
    fault.map_or_else(|| process.clone(), |fault| fault.around(process))
}

/// The reviewer of a process that asks this model.
async fn reviewer_at(app: &TestApp, model: &LocalBedrock) -> Option<Arc<Reviewer>> {
    static KEYS: LazyLock<LocalKeys> = LazyLock::new(|| LocalKeys::generate().expect("keys"));
    let other = application_on(app.table().store().clone(), &KEYS, &model.url, 4).await;
    other.expect("valid keys").reviewer
}

/// Sends a request. A list is read to its end.
async fn send(person: &Person, call: &Call) -> Result<Answer, String> {
    coverage::REQUESTS.add(1);
    let http = call.http();
    let (mut path, mut whole) = (http.path.clone(), None::<Value>);
    loop {
        let builder = Request::builder().method(http.method).uri(&path);
        let response = match &http.body {
            Some(body) => person.sends_json(builder, body.to_string()).await,
            None => person.sends(builder, Body::empty()).await,
        };
        let (status, mut json) = (response.status, response.json);
        let cursor = json["cursor"].take();
        let Some(all) = &mut whole else {
            if !call.is_paged() || status != 200 || cursor.is_null() {
                return Ok(Answer { status, json });
            }
            path = next(&http.path, &cursor)?;
            whole = Some(json);
            continue;
        };
        let name = ["sessions", "threads", "messages"].into_iter().find(|name| all[name].is_array());
        let (Some(items), Some(more)) =
            (name.and_then(|name| all[name].as_array_mut()), name.map(|name| json[name].take()))
        else {
            return Err(format!("{path}: a page without a list: {status} {json}"));
        };
        let Value::Array(more) = more else { return Err(format!("{path}: {status} {json}")) };
        items.extend(more);
        if cursor.is_null() {
            return Ok(Answer { status, json: whole.unwrap_or_default() });
        }
        path = next(&http.path, &cursor)?;
    }
}

fn next(path: &str, cursor: &Value) -> Result<String, String> {
    let cursor = cursor.as_str().ok_or_else(|| format!("{path}: the cursor is no text"))?;
    Ok(format!("{path}&cursor={cursor}"))
}

const fn length(pause: Pause) -> Time {
    match pause {
        Pause::Second => SECOND,
        Pause::QuarterMinute => 15 * SECOND,
        Pause::Minute => MINUTE,
        Pause::SixteenMinutes => 16 * MINUTE,
        Pause::Day => DAY,
        Pause::SixDaysAndAnHour => 6 * DAY + HOUR,
        Pause::EightDays => 8 * DAY,
    }
}
