//! Compares an answer with its prediction, and learns what the model does not predict: ids, the positions of moved
//! threads, and the answers of the reviewer.

use model::Timestamp;
use serde_json::{Value, json};

use super::call::{Block, Selection};
use super::state::{
    Answer, DAY, Family, Kind, Message, Reply, ReplyState, SessionAt, Shown, State, ThreadAt, Time, day, stands,
};

/// `Err` says how the answer differs.
pub(super) type Checked = Result<(), String>;

/// The days that a list of usage contains.
const USAGE_DAYS: Time = 31;
const EXCERPT_CHARS: usize = 120;

/// Checks one value of an answer.
pub(super) fn same(what: &str, shown: &Value, expected: impl Into<Value>) -> Checked {
    let expected = expected.into();
    if *shown == expected { Ok(()) } else { Err(format!("{what} is {shown}, expected {expected}")) }
}

fn same_time(what: &str, shown: &Value, expected: Time) -> Checked {
    let millis = shown.as_str().and_then(|text| text.parse::<Timestamp>().ok()).map(Timestamp::millis);
    same(what, &json!(millis), expected)
}

/// An id: learned at first sight, and the same later.
fn same_id(what: &str, known: &mut Option<String>, shown: &Value) -> Checked {
    match (&*known, shown.as_str()) {
        (Some(id), _) => same(what, shown, id.as_str()),
        (None, Some(id)) => {
            *known = Some(id.to_owned());
            Ok(())
        }
        (None, None) => Err(format!("{what} is missing")),
    }
}

fn list<'j>(json: &'j Value, name: &str, expected: usize) -> Result<&'j Vec<Value>, String> {
    let shown = json[name].as_array().ok_or_else(|| format!("{name} is missing"))?;
    same(&format!("the number of {name}"), &shown.len().into(), expected).map(|()| shown)
}

/// Items whose ids ascend with their creation, in the order of creation.
fn by_id<'j>(shown: &'j [Value], id: &str) -> Vec<&'j Value> {
    let mut shown: Vec<&Value> = shown.iter().collect();
    shown.sort_by_key(|item| item[id].as_str());
    shown
}

impl State {
    /// Compares a whole answer with its prediction.
    pub(super) fn see(&mut self, reply: &Reply, answer: &Answer) -> Checked {
        let error = &answer.json["error"];
        let (code, field) = reply.error.unzip();
        let expected = (reply.status, code.map_or(Value::Null, Value::from));
        if (answer.status, &error["code"]) != (expected.0, &expected.1) {
            return Err(format!("the answer is {} {}, expected {} {}", answer.status, error, expected.0, expected.1));
        }
        if let Some(field) = field.flatten() {
            same("the field of the error", &error["field"], field)?;
        }
        reply.shows.iter().try_for_each(|shown| self.see_part(shown, &answer.json))
    }

    fn see_part(&mut self, shown: &Shown, json: &Value) -> Checked {
        match shown {
            Shown::User(account) | Shown::Profile(account) => self.see_user(*account, shown, &json["user"]),
            Shown::Devices { account, this } => self.see_devices(*account, *this, json),
            Shown::Usage(account) => self.see_usage(*account, json),
            Shown::Session { at, with_code } => self.see_session(*at, *with_code, &json["session"]),
            Shown::Sessions(sessions) => self.see_sessions(sessions, json),
            Shown::Thread(at) => self.see_thread(*at, &json["thread"]),
            Shown::Threads(session) => {
                let threads = self.living_threads(*session);
                let shown = list(json, "threads", threads.len())?;
                threads.into_iter().zip(shown).try_for_each(|(at, shown)| self.see_thread(at, shown))
            }
            Shown::Message(at, seq) => self.see_message(*at, *seq, &json["message"]),
            Shown::Reply(_, None) => same("the reply", &json["reply"], Value::Null),
            Shown::Reply(at, Some(seq)) => self.see_message(*at, *seq, &json["reply"]),
            Shown::Messages(at, seqs) => {
                let shown = list(json, "messages", seqs.len())?;
                seqs.iter().zip(shown).try_for_each(|(seq, shown)| self.see_message(*at, *seq, shown))
            }
            Shown::Current(at) => {
                let (session, error) = (self.at(*at), &json["error"]);
                same("current_version", &error["current_version"], session.version)?;
                same("current_code", &error["current_code"], session.code.as_str())
            }
            Shown::Failed(at, seq) => {
                let id = self.thread_at(*at).id.as_ref().map(|id| format!("{id}.{seq}"));
                same("message_id", &json["error"]["message_id"], id)
            }
            Shown::Lines(start, end) => {
                same("start_line", &json["start_line"], *start)?;
                same("end_line", &json["end_line"], *end)
            }
        }
    }

    fn see_user(&mut self, account: usize, shown: &Shown, json: &Value) -> Checked {
        let account = &mut self.accounts[account];
        same_id("the user's id", &mut account.id, &json["id"])?;
        same("name", &json["name"], account.name.as_str())?;
        same("username", &json["username"], account.username.as_str())?;
        same("email", &json["email"], account.email.as_str())?;
        match shown {
            Shown::Profile(_) => same_time("created_at", &json["created_at"], account.created_at),
            _ => Ok(()),
        }
    }

    fn see_devices(&mut self, account: usize, this: usize, json: &Value) -> Checked {
        let now = self.now;
        let families = self.accounts[account].families.iter_mut().enumerate();
        let living: Vec<(usize, &mut Family)> =
            families.filter(|(_, family)| !family.is_ended && now < family.expires).collect();
        let shown = list(json, "devices", living.len())?;
        for ((at, family), shown) in living.into_iter().zip(by_id(shown, "device_id")) {
            same_id("device_id", &mut family.id, &shown["device_id"])?;
            same_time("created_at", &shown["created_at"], family.created_at)?;
            same("is_this", &shown["is_this"], at == this)?;
        }
        Ok(())
    }

    fn see_usage(&self, account: usize, json: &Value) -> Checked {
        let since = day(self.now) - (USAGE_DAYS - 1) * DAY;
        let days = self.accounts[account].usage.range(since..);
        let shown = list(json, "days", days.clone().count())?;
        for ((day, usage), shown) in days.zip(shown) {
            let date = Timestamp::from_millis(*day).map(Timestamp::date).map_err(|error| error.to_string())?;
            same("date", &shown["date"], date.to_string())?;
            same("requests", &shown["amount"]["requests"], usage.answers)?;
            let kinds = ["input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"];
            let tokens: u64 = kinds.iter().filter_map(|kind| shown["amount"][kind].as_u64()).sum();
            if tokens < usage.tokens || usage.unseen == 0 && tokens > usage.tokens {
                return Err(format!("{tokens} tokens are billed, expected {}", usage.tokens));
            }
        }
        Ok(())
    }

    fn see_session(&mut self, at: SessionAt, with_code: bool, json: &Value) -> Checked {
        let (owner, threads) = (self.accounts[at.0].id.clone(), self.living_threads(at).len());
        let session = self.at_mut(at);
        same_id("session_id", &mut session.id, &json["session_id"])?;
        same("filename", &json["filename"], session.filename.as_str())?;
        let detected = match session.filename.rsplit('.').next() {
            Some("py") => "Python",
            Some("rs") => "Rust",
            _ => "SQL",
        };
        same("language_detected", &json["language_detected"], detected)?;
        same("language_override", &json["language_override"], session.language.clone())?;
        same("version_number", &json["version_number"], session.version)?;
        same("code_bytes", &json["code_bytes"], session.code.len())?;
        same("thread_count", &json["thread_count"], threads)?;
        same("last_modified_by", &json["last_modified_by"], owner)?;
        same_time("the session's created_at", &json["created_at"], session.created_at)?;
        same_time("the session's updated_at", &json["updated_at"], session.updated_at)?;
        same_time("last_activity_at", &json["last_activity_at"], session.last_activity())?;
        let code = if with_code { session.code.as_str().into() } else { Value::Null };
        same("code_content", &json["code_content"], code)
    }

    /// The order is that of the list. If ids are still unknown, those of the list are theirs in the order of creation.
    fn see_sessions(&mut self, sessions: &[SessionAt], json: &Value) -> Checked {
        let shown = list(json, "sessions", sessions.len())?;
        let mut created = sessions.to_vec();
        created.sort_unstable();
        for (at, shown) in created.into_iter().zip(by_id(shown, "session_id")) {
            self.see_session(at, false, shown)?;
        }
        // Sessions with the same activity are ordered by id, also in the model: its sort is stable.
        for (at, shown) in sessions.iter().zip(shown) {
            same("the order of the sessions", &shown["session_id"], self.at(*at).id.clone())?;
        }
        Ok(())
    }

    fn see_thread(&mut self, at: ThreadAt, json: &Value) -> Checked {
        let session = self.at((at.0, at.1));
        let (session_id, code) = (session.id.clone(), session.code.clone());
        let thread = self.thread_at_mut(at);
        same_id("thread_id", &mut thread.id, &json["thread_id"])?;
        same("the thread's session_id", &json["session_id"], session_id)?;
        same_time("the thread's created_at", &json["created_at"], thread.created_at)?;
        same("message_count", &json["message_count"], thread.messages.len())?;
        self.see_anchor(at, &code, json)?;
        self.see_last_message(at, &json["last_message"])
    }

    /// After a save, a thread may be anywhere in the code, but its status is true. It changed if its position did.
    fn see_anchor(&mut self, at: ThreadAt, code: &str, json: &Value) -> Checked {
        let thread = self.thread_at_mut(at);
        let status = |is_stable: bool| if is_stable { "stable" } else { "approximate" };
        let Selection::Block(block) = &mut thread.selection else {
            same("type", &json["type"], "file")?;
            same("anchor_status", &json["anchor_status"], "stable")?;
            return same_time("the thread's updated_at", &json["updated_at"], thread.updated_at);
        };
        same("type", &json["type"], "block")?;
        same("selected_text", &json["selected_text"], block.text.as_str())?;
        if let Some(saved_at) = thread.unseen_saves.last().copied() {
            let line = |name: &str| json[name].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or_default();
            let moved = Block { start: line("start_line"), end: line("end_line"), text: block.text.clone() };
            let lines = u32::try_from(code.split('\n').count()).unwrap_or(u32::MAX);
            if moved.start == 0 || moved.end < moved.start || lines < moved.end {
                return Err(format!("the thread is at the lines {} to {} of {lines}", moved.start, moved.end));
            }
            let is_stable = stands(code, &moved);
            let has_moved = (&moved, is_stable) != (block, thread.is_stable);
            // After several saves, the last ones may have left it where an earlier one moved it.
            let is_one = thread.unseen_saves.len() == 1;
            if has_moved && is_one {
                thread.updated_at = thread.updated_at.max(saved_at);
            } else if !is_one {
                let shown = json["updated_at"].as_str().and_then(|text| text.parse().ok()).map(Timestamp::millis);
                let later = thread.unseen_saves.iter().find(|saved| Some(**saved) == shown);
                thread.updated_at = thread.updated_at.max(later.copied().unwrap_or(thread.updated_at));
            }
            (*block, thread.is_stable) = (moved, is_stable);
            thread.unseen_saves.clear();
        }
        same("the thread's start_line", &json["start_line"], block.start)?;
        same("the thread's end_line", &json["end_line"], block.end)?;
        same("anchor_status", &json["anchor_status"], status(thread.is_stable))?;
        same_time("the thread's updated_at", &json["updated_at"], thread.updated_at)
    }

    fn see_last_message(&mut self, at: ThreadAt, json: &Value) -> Checked {
        let thread = self.thread_at(at);
        let Some(last) = thread.last.and_then(|last| thread.message(last)) else {
            return same("last_message", json, Value::Null);
        };
        let id = thread.id.as_ref().map(|id| format!("{id}.{}", last.seq));
        same("the last message's id", &json["message_id"], id)?;
        same_time("the last message's timestamp", &json["timestamp"], last.at)?;
        same("the last message's role", &json["role"], if last.text().is_some() { "user" } else { "ai" })?;
        if let Some(text) = last.text() {
            let excerpt: String = text.chars().take(EXCERPT_CHARS).collect();
            same("the excerpt", &json["excerpt"], excerpt)?;
        }
        match &last.kind {
            Kind::Question(_, state) if !thread.is_row_unsure => {
                same("the last message's reply_state", &json["reply_state"], state.shown().0)
            }
            _ => Ok(()),
        }
    }

    fn see_message(&mut self, at: ThreadAt, seq: u32, json: &Value) -> Checked {
        let thread_id = self.thread_at(at).id.clone();
        let owner = at.0;
        let Some(message) = self.thread_at_mut(at).message_mut(seq) else { return Err(format!("no message {seq}")) };
        let id = thread_id.as_ref().map(|id| format!("{id}.{seq}"));
        same("message_id", &json["message_id"], id)?;
        same("the message's thread_id", &json["thread_id"], thread_id)?;
        same_time("the message's timestamp", &json["timestamp"], message.at)?;
        same("client_message_id", &json["client_message_id"], message.client.clone())?;
        let role = if message.text().is_some() { "user" } else { "ai" };
        same("role", &json["role"], role)?;
        let written = day(message.at);
        match &mut message.kind {
            Kind::Note(content) => same("content", &json["content"], content.as_str()),
            Kind::Question(content, state) => {
                let (state, error) = state.shown();
                same("content", &json["content"], content.as_str())?;
                same("reply_state", &json["reply_state"], state)?;
                same("reply_error", &json["reply_error"], error)
            }
            Kind::Answer { .. } => {
                if let Some(tokens) = see_answer(message, json)? {
                    let usage = self.accounts[owner].usage.entry(written).or_default();
                    usage.tokens += tokens;
                    usage.unseen -= 1;
                }
                Ok(())
            }
        }
    }
}

/// The reviewer's answer is learned at first sight; then only the state of its patch changes. Returns the tokens of an
/// answer that is new.
fn see_answer(message: &mut Message, json: &Value) -> Result<Option<u64>, String> {
    let Kind::Answer { shown, base_version, applied } = &mut message.kind else { return Ok(None) };
    let patch = &json["patch"];
    if patch.is_object() {
        same("base_version", &patch["base_version"], *base_version)?;
        same("patch_status", &json["patch_status"], if applied.is_some() { "applied" } else { "verified" })?;
    }
    same("applied_version", &json["applied_version"], applied.map(|applied| applied.version))?;
    let mut rest = json.clone();
    rest.as_object_mut().ok_or("no answer")?.retain(|name, _| name != "patch_status" && name != "applied_version");
    if let Some(shown) = shown {
        return same("the answer", &rest, shown.clone()).map(|()| None);
    }
    if json["content"].as_str().is_none_or(str::is_empty) {
        return Err("the answer is empty".to_owned());
    }
    let tokens = json["token_count"].as_u64().ok_or("the answer has no token_count")?;
    *shown = Some(rest);
    Ok(Some(tokens))
}

impl ReplyState {
    /// The state and the error code of a question, as a client sees them.
    const fn shown(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Answered => ("answered", None),
            Self::Failed(code) => ("failed", Some(code)),
            Self::Abandoned => ("failed", Some("INTERNAL_ERROR")),
            Self::Cancelled => ("cancelled", None),
        }
    }
}
