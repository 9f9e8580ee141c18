//! Computes the data of a person's file before anything is written: the lines of threads, the patches and the versions.

use std::borrow::Cow;

use bedrock::{Prices, Usage};
use model::{Confidence, Date, Email, Filename, Language, SessionVersion, Timestamp, Username};
use review::patch::{Checked, Patch};

use super::files;
use super::person_file::{
    AnalysesFile, Block, InvalidPersonFile, MessageFile, PersonFile, SaveFile, SessionFile, ThreadFile, TomlTime,
};
use super::text_blocks::{find_block, replace_block};

/// A person with sessions and analyses.
pub(super) struct Person {
    /// The name.
    pub(super) name: String,
    /// The username.
    pub(super) username: Username,
    /// The e-mail address.
    pub(super) email: Email,
    /// The time of the sign-up.
    pub(super) joined: Timestamp,
    /// The sessions.
    pub(super) sessions: Vec<Session>,
    /// Days with analyses without a session, with the usage of each.
    pub(super) analyses: Vec<(Date, Vec<Usage>)>,
}

/// A session and its events, in order.
pub(super) struct Session {
    /// The file name.
    pub(super) filename: Filename,
    /// The language that the person chose.
    pub(super) language: Option<Language>,
    /// The time at which it was opened.
    pub(super) opened: Timestamp,
    /// The initial code.
    pub(super) text: Cow<'static, str>,
    /// The events.
    pub(super) events: Vec<Event>,
}

/// An event in a session.
pub(super) struct Event {
    /// The time.
    pub(super) at: Timestamp,
    /// The version of the code at that time.
    pub(super) version: SessionVersion,
    /// The index of the thread; unused for a save.
    pub(super) thread: usize,
    /// The action.
    pub(super) action: Action,
}

/// The action of an event.
pub(super) enum Action {
    /// Opens a thread.
    Open(Anchor),
    /// Asks a question, with its result.
    Ask { seq: u32, question: String, result: AskResult },
    /// Writes a note.
    Note { seq: u32, text: String },
    /// Applies the patch of the answer with this number.
    Apply { seq: u32 },
    /// Saves code.
    Save(String),
}

/// The lines of a thread.
#[derive(Clone)]
pub(super) struct Anchor {
    /// The first and the last line.
    pub(super) lines: (u32, u32),
    /// Their text; `None` for a thread on the whole file.
    pub(super) selected: Option<String>,
}

/// The result of a question.
#[derive(Clone)]
pub(super) enum AskResult {
    /// An answer.
    Answered(Box<Answer>),
    /// The code of the error.
    Failed(String),
}

/// An answer.
#[derive(Clone)]
pub(super) struct Answer {
    /// The explanation.
    pub(super) content: String,
    /// The confidence.
    pub(super) confidence: Option<Confidence>,
    /// The usage of the model.
    pub(super) usage: Usage,
    /// The number of lines of code in the prompt.
    pub(super) lines: u32,
    /// The patch.
    pub(super) patch: Option<Checked>,
}

/// The model id of seeded answers, which no model wrote.
pub(super) const MODEL_ID: &str = "seed";
/// The duration of an answer.
pub(super) const ANSWER_TAKES: std::time::Duration = std::time::Duration::from_secs(9);

/// All people, in the order of their files.
///
/// # Errors
/// With the file and the invalid field.
pub(super) fn people() -> Result<Vec<Person>, InvalidPersonFile> {
    files::PEOPLE.iter().map(|(file, text)| person(file, text)).collect()
}

/// One person.
///
/// # Errors
/// With the file and the invalid field.
pub(super) fn person(file: &'static str, text: &str) -> Result<Person, InvalidPersonFile> {
    let source = PersonFile::parse(file, text)?;
    let invalid = |reason: String| InvalidPersonFile::new(file, reason);
    let PersonFile { name, username, email, joined, sessions, analyses } = source;
    let mut planned: Vec<Session> = Vec::new();
    for source in &sessions {
        let name = &source.file;
        let invalid_session = |reason: String| invalid(format!("[[session]] {name}: {reason}"));
        let session = session(source).map_err(&invalid_session)?;
        if session.opened <= planned.last().map_or(joined.0, |previous| previous.opened) {
            return Err(invalid_session("`opened` must be after the sign-up and the previous session".to_owned()));
        }
        if planned.iter().any(|previous| previous.filename == session.filename) {
            return Err(invalid_session("`file` must not be the file of another session".to_owned()));
        }
        planned.push(session);
    }
    let analyses = analyses.into_iter().map(|day| day_of(&day, &planned)).collect::<Result<_, _>>().map_err(invalid)?;
    Ok(Person { name, username, email, joined: joined.0, sessions: planned, analyses })
}

/// A day of analyses. It must have no answers in threads: otherwise a load could not see whether the analyses are
/// loaded.
fn day_of(day: &AnalysesFile, sessions: &[Session]) -> Result<(Date, Vec<Usage>), String> {
    let date = day.date.0;
    let mut answered = sessions.iter().flat_map(|session| &session.events).filter(|event| event.is_billed());
    if answered.any(|event| event.at.plus(ANSWER_TAKES).date() == date) {
        return Err(format!("[[analyses]] {date}: `date` must not be a day with answers in threads"));
    }
    Ok((date, day.tokens.iter().map(|tokens| priced(*tokens)).collect()))
}

fn priced((input_tokens, output_tokens): (u32, u32)) -> Usage {
    Prices::default().of(MODEL_ID).cost(Usage { input_tokens, output_tokens, ..Usage::default() })
}

fn session(source: &SessionFile) -> Result<Session, String> {
    let filename = Filename::parse(&source.file).map_err(|error| format!("`file`: {error}"))?;
    let text = files::text(&source.file).ok_or("`file` is not in seed/files")?;
    let mut state =
        State { text: text.to_string(), version: SessionVersion::new(1), events: Vec::new(), threads: Vec::new() };
    let mut steps: Vec<(Timestamp, Step)> = Vec::new();
    for (number, thread) in source.threads.iter().enumerate() {
        steps.push((thread.opened.0, Step::Open(thread)));
        for message in &thread.messages {
            steps.push((message.at.0, Step::Say(number, message)));
            if let Some(TomlTime(at)) = message.applied {
                steps.push((at, Step::Apply(number)));
            }
        }
    }
    steps.extend(source.saves.iter().map(|save| (save.at.0, Step::Save(save))));
    steps.sort_by_key(|(at, _)| *at);
    let mut previous = source.opened.0;
    for (at, step) in steps {
        if at <= previous.plus(ANSWER_TAKES) {
            return Err(format!("the event at {at} must be at least ten seconds after the previous event"));
        }
        state.take(at, &step).map_err(|reason| format!("at {at}: {reason}"))?;
        previous = at;
    }
    Ok(Session { filename, language: source.language, opened: source.opened.0, text, events: state.events })
}

/// An entry of the file, in the order of time.
enum Step<'s> {
    Open(&'s ThreadFile),
    Say(usize, &'s MessageFile),
    Apply(usize),
    Save(&'s SaveFile),
}

/// The state of the session before the next step.
struct State {
    text: String,
    version: SessionVersion,
    events: Vec<Event>,
    /// By thread: the number of messages, and the number and the patch of the last answer.
    threads: Vec<(u32, Option<(u32, model::Patch)>)>,
}

impl State {
    fn take(&mut self, at: Timestamp, step: &Step<'_>) -> Result<(), String> {
        match step {
            Step::Open(source) => {
                let anchor = self.anchor(source.lines.as_ref())?;
                self.threads.push((0, None));
                self.push_event(at, self.threads.len() - 1, Action::Open(anchor));
            }
            Step::Say(thread, source) => self.add_message(at, *thread, source)?,
            Step::Apply(thread) => {
                let (_, patch) = self.threads.get_mut(*thread).ok_or("the `opened` of its thread is later")?;
                let (seq, patch) = patch.take().ok_or("`applied` needs a patch in the last answer of the thread")?;
                let invalid = |reason| format!("`applied`: {reason}");
                let patch = patch.locate(self.version, None, &self.text).map_err(invalid)?;
                let text = patch.apply(&self.text).map_err(invalid)?;
                self.push_event(at, *thread, Action::Apply { seq });
                self.save(text);
            }
            Step::Save(SaveFile { replace, with, .. }) => {
                let text = replace_block(&self.text, &replace.0, &with.0).ok_or_else(|| not_found_once("replace"))?;
                self.push_event(at, 0, Action::Save(text.clone()));
                self.save(text);
            }
        }
        Ok(())
    }

    fn add_message(&mut self, at: Timestamp, thread: usize, source: &MessageFile) -> Result<(), String> {
        let taken = self.threads.get(thread).ok_or("the `opened` of its thread is later")?.0;
        let patch = self.patch(source)?;
        let action = match source {
            MessageFile { note: Some(text), question: None, answer: None, fails: None, .. } => {
                self.threads[thread].0 = taken + 1;
                Action::Note { seq: taken + 1, text: text.clone() }
            }
            MessageFile { question: Some(question), note: None, answer, fails, .. } => {
                let seq = taken + 1;
                let result = match (answer, fails) {
                    (Some(content), None) => AskResult::Answered(Box::new(Answer {
                        content: content.trim().to_owned(),
                        confidence: source.confidence,
                        usage: priced(source.tokens.ok_or("an answer needs `tokens`, input and output")?),
                        lines: super::text_blocks::line_count(&self.text),
                        patch: patch.clone(),
                    })),
                    (None, Some(code)) => AskResult::Failed(code.clone()),
                    _ => return Err("a question needs either an `answer` or `fails` with an error code".to_owned()),
                };
                let stored = patch.map(|checked| (seq + 1, model::Patch::based_on(checked.patch, self.version, None)));
                self.threads[thread] = (seq + 1, stored);
                Action::Ask { seq, question: question.clone(), result }
            }
            _ => return Err("a message must be either a `question` or a `note`".to_owned()),
        };
        self.push_event(at, thread, action);
        Ok(())
    }

    fn patch(&self, source: &MessageFile) -> Result<Option<Checked>, String> {
        let (replace, with) = match (&source.replace, &source.with) {
            (None, None) => return Ok(None),
            (Some(replace), Some(with)) => (replace, with),
            _ => return Err("a patch needs both `replace` and `with`".to_owned()),
        };
        let (start_line, end_line) = find_block(&self.text, &replace.0).ok_or_else(|| not_found_once("replace"))?;
        let patch = Patch { start_line, end_line, original: replace.0.clone(), replacement: with.0.clone() };
        patch.check(&self.text, (1, u32::MAX)).map(Some).map_err(|reason| format!("`with`: {reason}"))
    }

    fn anchor(&self, lines: Option<&Block>) -> Result<Anchor, String> {
        match lines {
            None => Ok(Anchor { lines: (1, super::text_blocks::line_count(&self.text)), selected: None }),
            Some(Block(selected)) => {
                let lines = find_block(&self.text, selected).ok_or_else(|| not_found_once("lines"))?;
                Ok(Anchor { lines, selected: Some(selected.clone()) })
            }
        }
    }

    fn push_event(&mut self, at: Timestamp, thread: usize, action: Action) {
        self.events.push(Event { at, version: self.version, thread, action });
    }

    fn save(&mut self, text: String) {
        self.text = text;
        self.version = self.version.next();
    }
}

impl Event {
    /// Whether the event has a billed answer.
    fn is_billed(&self) -> bool {
        matches!(self.action, Action::Ask { result: AskResult::Answered(_), .. })
    }
}

fn not_found_once(field: &str) -> String {
    format!("the lines in `{field}` must be in the file exactly once at that time")
}
