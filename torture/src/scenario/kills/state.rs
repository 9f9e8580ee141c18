//! The state after a kill: the old or the new one. And the state after a repeat: complete, without orphans.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::action::{Action, Scene};
use crate::client::{Answer, Person, outline, until_answered};
use crate::error::TortureError;
use crate::table::{mentions, number};
use crate::world::World;

/// How often an incomplete action is repeated. The lease of a killed question ends meanwhile.
const REPEATS: u32 = 150;
const BETWEEN_REPEATS: Duration = Duration::from_millis(100);
/// Tries of a read.
const READS: u32 = 3;

/// The state that a kill left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// As before the action.
    Old,
    /// As after the action.
    New,
}

impl State {
    const fn opposite(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// The state, or what is neither.
type Found = Result<State, String>;

impl Action {
    /// The state of the scene.
    pub(super) async fn state(self, world: &World, scene: &Scene) -> Found {
        let Scene { session, thread, .. } = scene;
        match self {
            Self::SignUp => by_status(signed_in(&scene.other).await.as_ref(), 401, 200),
            Self::SignIn => by_count(&read(scene, "/users/me/devices").await?, "/devices", 1),
            Self::Refresh => refreshed(world, scene).await,
            Self::Save | Self::SaveChunked => saved(&read(scene, &format!("/sessions/{session}")).await?, scene),
            Self::Create | Self::CreateChunked => by_count(&read(scene, "/sessions").await?, "/sessions", 0),
            Self::CreateThread => by_count(&read(scene, &format!("/sessions/{session}/threads")).await?, "/threads", 0),
            Self::Rename => by_value(
                &read(scene, &format!("/sessions/{session}")).await?,
                "/session/filename",
                "tried.py",
                "renamed.py",
            ),
            Self::MoveThread => {
                by_value(&read(scene, &format!("/threads/{thread}")).await?, "/thread/start_line", 1, 2)
            }
            Self::Note => by_count(&read(scene, &format!("/threads/{thread}/messages")).await?, "/messages", 0),
            Self::EndDevice => by_count(&read(scene, "/users/me/devices").await?, "/devices", 1).map(State::opposite),
            Self::Question | Self::StreamedQuestion => asked(&roles(scene).await?),
            Self::Retry => retried(&roles(scene).await?),
            Self::Analysis => by_value(&read(scene, "/users/me/usage").await?, "/total/requests", 0, 1),
            Self::Apply => applied(&read(scene, &format!("/sessions/{session}")).await?, scene),
            Self::DeleteThread => by_status(scene.person.get(&format!("/threads/{thread}")).await.as_ref(), 200, 404),
            Self::DeleteSession => {
                by_status(scene.person.get(&format!("/sessions/{session}")).await.as_ref(), 200, 404)
            }
            Self::DeleteAccount => by_status(signed_in(&scene.other).await.as_ref(), 200, 401),
            Self::Profile => profile(&read(scene, "/users/me").await?, scene),
            Self::Password => password(scene).await,
        }
    }

    /// Whether the action needs a call of the model to complete.
    pub(super) async fn needs_model(self, scene: &Scene) -> Result<bool, String> {
        match self {
            Self::Question | Self::StreamedQuestion | Self::Retry => {
                Ok(!roles(scene).await?.contains(&"ai".to_owned()))
            }
            // A repeat is another analysis.
            _ => Ok(self == Self::Analysis),
        }
    }

    /// Repeats the action until it is complete. Counts answers of the model that came after the deadline in `late`:
    /// each is billed, and the question is asked again.
    pub(super) async fn complete(self, world: &World, scene: &Scene, late: &AtomicU64) -> Result<(), String> {
        let mut last = None;
        for _ in 0..REPEATS {
            last = self.act(scene).await;
            if last.as_ref().is_some_and(|answer| answer.text.contains("AI_TIMEOUT")) {
                late.fetch_add(1, Ordering::SeqCst);
            }
            if last.as_ref().is_some_and(|answer| self.is_complete(answer)) {
                break;
            }
            tokio::time::sleep(BETWEEN_REPEATS).await;
        }
        if !last.as_ref().is_some_and(|answer| self.is_complete(answer)) {
            return Err(outline(last.as_ref()));
        }
        if matches!(self, Self::SignIn | Self::Analysis) {
            // A repeat is another one.
            return Ok(());
        }
        match self.state(world, scene).await? {
            State::New => self.has_no_duplicate(scene).await,
            State::Old => Err(format!("the state is the old one after {}", outline(last.as_ref()))),
        }
    }

    /// Whether the answer to a repeat says that the action is complete.
    fn is_complete(self, answer: &Answer) -> bool {
        match (self, answer.status) {
            (Self::Question | Self::Retry, 200 | 201) => answer.body.get("reply").is_some(),
            (Self::StreamedQuestion, 200) => answer.text.contains("event: done"),
            (Self::SignUp, 409) => answer.code() == "USER_ALREADY_EXISTS",
            (Self::DeleteThread | Self::DeleteSession | Self::EndDevice, status) => matches!(status, 200 | 404),
            // The account or its sign-ins are gone.
            (Self::DeleteAccount | Self::Password, status) => matches!(status, 200 | 401),
            (_, status) => matches!(status, 200 | 201),
        }
    }

    /// A repeat creates nothing a second time.
    async fn has_no_duplicate(self, scene: &Scene) -> Result<(), String> {
        if !matches!(self, Self::Question | Self::StreamedQuestion | Self::Retry) {
            return Ok(());
        }
        let roles = roles(scene).await?;
        if roles == ["user", "ai"] {
            return Ok(());
        }
        Err(format!("the messages are {roles:?} instead of a question and its answer"))
    }
}

/// Items of deleted things that the sweep left.
pub(super) async fn orphans(world: &World, scenes: &[(Action, Scene)]) -> Result<Vec<String>, TortureError> {
    let deleted = scenes.iter().flat_map(|(action, scene)| match action {
        Action::DeleteSession => vec![&*scene.session],
        Action::DeleteAccount => vec![&*scene.session, &*scene.user],
        Action::DeleteThread => scene.thread.split('.').nth(1).into_iter().collect(),
        _ => Vec::new(),
    });
    let deleted: Vec<&str> = deleted.collect();
    let items = world.table.items().await?;
    let orphans = items.iter().filter(|item| deleted.iter().any(|id| mentions(item, id)));
    Ok(orphans.map(|item| format!("the sweep left an item of the kind {}", item["et"]["S"])).collect())
}

async fn read(scene: &Scene, path: &str) -> Result<Answer, String> {
    match until_answered(READS, || scene.person.get(path)).await {
        Some(answer) if answer.is_success() => Ok(answer),
        answer => Err(format!("a read is answered with {}", outline(answer.as_ref()))),
    }
}

/// The answer to a sign-in. It waits until the server has room for it: the queue for hashes of passwords has an end,
/// and many states are read at the same time.
async fn signed_in(person: &Person) -> Option<Answer> {
    let mut answer = None;
    for _ in 0..REPEATS {
        answer = person.sign_in().await;
        if !answer.as_ref().is_some_and(Answer::is_busy) {
            break;
        }
        tokio::time::sleep(BETWEEN_REPEATS).await;
    }
    answer
}

fn by_status(answer: Option<&Answer>, old: u16, new: u16) -> Found {
    match answer.map(|answer| answer.status) {
        Some(status) if status == old => Ok(State::Old),
        Some(status) if status == new => Ok(State::New),
        _ => Err(format!("a read is answered with {}", outline(answer))),
    }
}

fn list<'a>(answer: &'a Answer, pointer: &str) -> &'a [Value] {
    answer.body.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The new state has one more than the old one.
fn by_count(answer: &Answer, pointer: &str, old: usize) -> Found {
    match list(answer, pointer).len() {
        count if count == old => Ok(State::Old),
        count if count == old + 1 => Ok(State::New),
        count => Err(format!("there are {count} instead of {old} or {}", old + 1)),
    }
}

fn by_value(answer: &Answer, pointer: &str, old: impl Into<Value>, new: impl Into<Value>) -> Found {
    let (old, new) = (old.into(), new.into());
    match answer.body.pointer(pointer) {
        Some(value) if *value == old => Ok(State::Old),
        Some(value) if *value == new => Ok(State::New),
        _ => Err(format!("{pointer} has another value")),
    }
}

async fn refreshed(world: &World, scene: &Scene) -> Found {
    let families = world.table.items_of("refresh_family").await.map_err(|error| error.to_string())?;
    match families.iter().find(|family| mentions(family, &scene.user)).map(|family| number(&family["seq"])) {
        Some(1) => Ok(State::Old),
        Some(2) => Ok(State::New),
        seq => Err(format!("the number of the token is {seq:?}")),
    }
}

fn saved(answer: &Answer, scene: &Scene) -> Found {
    let (version, code) = version_and_code(answer);
    match version {
        1 if code == scene.old => Ok(State::Old),
        2 if code == scene.new => Ok(State::New),
        _ => Err(format!("version {version} has another code")),
    }
}

fn version_and_code(answer: &Answer) -> (u64, &str) {
    let session = &answer.body["session"];
    let version = session["version_number"].as_u64().unwrap_or_default();
    (version, session["code_content"].as_str().unwrap_or_default())
}

/// The roles of the messages of the scene's thread: `user`, `ai`.
async fn roles(scene: &Scene) -> Result<Vec<String>, String> {
    let messages = read(scene, &format!("/threads/{}/messages", scene.thread)).await?;
    let roles = list(&messages, "/messages").iter().filter_map(|message| message["role"].as_str());
    Ok(roles.map(str::to_owned).collect())
}

/// A stored question is the new state: its repeat, or a retry, gets the answer.
fn asked(roles: &[String]) -> Found {
    match roles {
        [] => Ok(State::Old),
        [first] if first == "user" => Ok(State::New),
        roles => answered(roles),
    }
}

/// The failed question is stored already.
fn retried(roles: &[String]) -> Found {
    match roles {
        [first] if first == "user" => Ok(State::Old),
        roles => answered(roles),
    }
}

fn answered(roles: &[String]) -> Found {
    if roles == ["user", "ai"] { Ok(State::New) } else { Err(format!("the messages are {roles:?}")) }
}

fn applied(answer: &Answer, scene: &Scene) -> Found {
    let (version, code) = version_and_code(answer);
    match version {
        1 if code == scene.old => Ok(State::Old),
        2 if code == scene.old.replace("== None", "is None") => Ok(State::New),
        _ => Err(format!("version {version} has another code")),
    }
}

fn profile(answer: &Answer, scene: &Scene) -> Found {
    let user = &answer.body["user"];
    let shown = ["name", "username", "email"].map(|field| user[field].as_str().unwrap_or_default());
    let new = scene.profile();
    let new = ["name", "username", "email"].map(|field| new[field].as_str().unwrap_or_default());
    if shown == ["Tried", &scene.person.username, &scene.person.email] {
        Ok(State::Old)
    } else if shown == new {
        Ok(State::New)
    } else {
        Err("the profile mixes old and new values".to_owned())
    }
}

/// Exactly one of the two passwords is valid.
async fn password(scene: &Scene) -> Found {
    let mut changed = scene.person.elsewhere();
    changed.password = scene.new_password();
    let (old, new) = (signed_in(&scene.other).await, signed_in(&changed).await);
    match [&old, &new].map(|answer| answer.as_ref().map(|answer| answer.status)) {
        [Some(200), Some(401)] => Ok(State::Old),
        [Some(401), Some(200)] => Ok(State::New),
        _ => Err(format!("sign-ins are answered with {} and {}", outline(old.as_ref()), outline(new.as_ref()))),
    }
}
