//! What a person's file means, worked out before anything is written: each thread's lines, each patch, each version.

use std::borrow::Cow;

use bedrock::{Prices, Usage};
use model::{Confidence, Date, Email, Filename, Language, Timestamp, Username};
use review::patch::{Checked, Patch};

use super::files;
use super::places::{lines_of, replaced};
use super::story::{AnalysesFile, At, Block, InvalidStory, MessageFile, PersonFile, SaveFile, SessionFile, ThreadFile};

/// A person, and what they did.
pub(super) struct Person {
    /// What to call them.
    pub(super) name: String,
    /// What they sign in with.
    pub(super) username: Username,
    /// Their address.
    pub(super) email: Email,
    /// When they signed up.
    pub(super) joined: Timestamp,
    /// The sessions they opened.
    pub(super) sessions: Vec<Session>,
    /// Days on which they asked about code without a session.
    pub(super) analyses: Vec<(Date, Vec<Usage>)>,
}

/// A session, and what happened in it, in order.
pub(super) struct Session {
    /// Its file.
    pub(super) filename: Filename,
    /// What they say the language is.
    pub(super) language: Option<Language>,
    /// When it was opened.
    pub(super) opened: Timestamp,
    /// The code it was opened with.
    pub(super) text: Cow<'static, str>,
    /// What happened.
    pub(super) events: Vec<Event>,
}

/// Something that happened in a session.
pub(super) struct Event {
    /// When.
    pub(super) at: Timestamp,
    /// The version of the code that it was about.
    pub(super) version: u32,
    /// Which of the session's threads, for all but a save.
    pub(super) thread: usize,
    /// What.
    pub(super) deed: Deed,
}

/// What happened.
pub(super) enum Deed {
    /// A thread was opened.
    Open(Anchor),
    /// A question was asked, and this came of it.
    Ask { seq: u32, question: String, outcome: Outcome },
    /// A note was written.
    Note { seq: u32, text: String },
    /// The patch of the answer with this number was applied.
    Apply { seq: u32 },
    /// Code was saved.
    Save(String),
}

/// The lines of a thread. None when it is about the whole file.
#[derive(Clone)]
pub(super) struct Anchor {
    /// The first and the last line.
    pub(super) lines: (u32, u32),
    /// Their text, if it is about some lines.
    pub(super) selected: Option<String>,
}

/// What came of a question.
#[derive(Clone)]
pub(super) enum Outcome {
    /// An answer.
    Answered(Box<Answer>),
    /// The code of an error.
    Failed(String),
}

/// An answer.
#[derive(Clone)]
pub(super) struct Answer {
    /// The explanation.
    pub(super) content: String,
    /// How sure it is.
    pub(super) confidence: Option<Confidence>,
    /// What it cost.
    pub(super) usage: Usage,
    /// How many lines of code were shown.
    pub(super) lines: u32,
    /// Its patch.
    pub(super) patch: Option<Checked>,
}

/// How long an answer takes.
pub(super) const ANSWER_TAKES: std::time::Duration = std::time::Duration::from_secs(9);

/// All people, in the order of their files.
///
/// # Errors
/// With the file and the field that is wrong.
pub(super) fn people() -> Result<Vec<Person>, InvalidStory> {
    files::PEOPLE.iter().map(|(file, text)| person(file, text)).collect()
}

/// One person.
///
/// # Errors
/// With the file and the field that is wrong.
pub(super) fn person(file: &'static str, text: &str) -> Result<Person, InvalidStory> {
    let story = PersonFile::parse(file, text)?;
    let invalid = |reason: String| InvalidStory::new(file, reason);
    let PersonFile { name, username, email, joined, sessions, analyses } = story;
    let mut planned: Vec<Session> = Vec::new();
    for story in &sessions {
        let name = &story.file;
        let wrong = |reason: String| invalid(format!("[[session]] {name}: {reason}"));
        let session = session(story).map_err(&wrong)?;
        if session.opened <= planned.last().map_or(joined.0, |before| before.opened) {
            return Err(wrong("`opened` is not after what comes before it".to_owned()));
        }
        if planned.iter().any(|before| before.filename == session.filename) {
            return Err(wrong("`file` is the file of another session too".to_owned()));
        }
        planned.push(session);
    }
    let analyses = analyses.into_iter().map(|day| day_of(&day, &planned)).collect::<Result<_, _>>().map_err(invalid)?;
    Ok(Person { name, username, email, joined: joined.0, sessions: planned, analyses })
}

/// A day of analyses. One on which a thread was answered too could not be told from one that is loaded already.
fn day_of(day: &AnalysesFile, sessions: &[Session]) -> Result<(Date, Vec<Usage>), String> {
    let date = day.date.0;
    let mut answered = sessions.iter().flat_map(|session| &session.events).filter(|event| event.costs());
    if answered.any(|event| event.at.plus(ANSWER_TAKES).date() == date) {
        return Err(format!("[[analyses]] {date}: `date` is a day on which a thread was answered; take another"));
    }
    Ok((date, day.tokens.iter().map(|tokens| priced(*tokens)).collect()))
}

fn priced((input_tokens, output_tokens): (u32, u32)) -> Usage {
    Prices::default().of(super::MODEL_ID).cost(Usage { input_tokens, output_tokens, ..Usage::default() })
}

fn session(story: &SessionFile) -> Result<Session, String> {
    let filename = Filename::parse(&story.file).map_err(|error| format!("`file`: {error}"))?;
    let text = files::text(&story.file).ok_or("`file` is not in seed/files")?;
    let mut state = State { text: text.to_string(), version: 1, events: Vec::new(), threads: Vec::new() };
    let mut steps: Vec<(Timestamp, Step)> = Vec::new();
    for (number, thread) in story.threads.iter().enumerate() {
        steps.push((thread.opened.0, Step::Open(thread)));
        for message in &thread.messages {
            steps.push((message.at.0, Step::Say(number, message)));
            if let Some(At(at)) = message.applied {
                steps.push((at, Step::Apply(number)));
            }
        }
    }
    steps.extend(story.saves.iter().map(|save| (save.at.0, Step::Save(save))));
    steps.sort_by_key(|(at, _)| *at);
    let mut before = story.opened.0;
    for (at, step) in steps {
        if at <= before.plus(ANSWER_TAKES) {
            return Err(format!("what happens at {at} is not at least ten seconds after what comes before it"));
        }
        state.take(at, &step).map_err(|reason| format!("at {at}: {reason}"))?;
        before = at;
    }
    Ok(Session { filename, language: story.language, opened: story.opened.0, text, events: state.events })
}

/// A line of the story, in the order of time.
enum Step<'s> {
    Open(&'s ThreadFile),
    Say(usize, &'s MessageFile),
    Apply(usize),
    Save(&'s SaveFile),
}

/// The session as it is when the next step is taken.
struct State {
    text: String,
    version: u32,
    events: Vec<Event>,
    /// By thread: how many numbers are taken, and the last answer's number with its patch.
    threads: Vec<(u32, Option<(u32, model::Patch)>)>,
}

impl State {
    fn take(&mut self, at: Timestamp, step: &Step<'_>) -> Result<(), String> {
        match step {
            Step::Open(story) => {
                let anchor = self.anchor(story.lines.as_ref())?;
                self.threads.push((0, None));
                self.happen(at, self.threads.len() - 1, Deed::Open(anchor));
            }
            Step::Say(thread, story) => self.say(at, *thread, story)?,
            Step::Apply(thread) => {
                let (_, patch) = self.threads.get_mut(*thread).ok_or("`opened` of its thread is later")?;
                let (seq, patch) = patch.take().ok_or("`applied` is of no patch, or of one before another answer")?;
                let unfit = |reason| format!("`applied`: {reason}");
                let patch = patch.locate(self.version, None, &self.text).map_err(unfit)?;
                let text = patch.apply(&self.text).map_err(unfit)?;
                self.happen(at, *thread, Deed::Apply { seq });
                self.save(text);
            }
            Step::Save(SaveFile { replace, with, .. }) => {
                let text = replaced(&self.text, &replace.0, &with.0).ok_or_else(|| not_once("replace"))?;
                self.happen(at, 0, Deed::Save(text.clone()));
                self.save(text);
            }
        }
        Ok(())
    }

    fn say(&mut self, at: Timestamp, thread: usize, story: &MessageFile) -> Result<(), String> {
        let taken = self.threads.get(thread).ok_or("`opened` of its thread is later")?.0;
        let patch = self.patch(story)?;
        let deed = match story {
            MessageFile { note: Some(text), question: None, answer: None, fails: None, .. } => {
                self.threads[thread].0 = taken + 1;
                Deed::Note { seq: taken + 1, text: text.clone() }
            }
            MessageFile { question: Some(question), note: None, answer, fails, .. } => {
                let seq = taken + 1;
                let outcome = match (answer, fails) {
                    (Some(content), None) => Outcome::Answered(Box::new(Answer {
                        content: content.trim().to_owned(),
                        confidence: story.confidence,
                        usage: priced(story.tokens.ok_or("an answer has `tokens`, sent and answered")?),
                        lines: super::places::line_count(&self.text),
                        patch: patch.clone(),
                    })),
                    (None, Some(code)) => Outcome::Failed(code.clone()),
                    _ => return Err("a question has either an `answer` or the error that it `fails` with".to_owned()),
                };
                let stored = patch.map(|checked| (seq + 1, model::Patch::based_on(checked.patch, self.version, None)));
                self.threads[thread] = (seq + 1, stored);
                Deed::Ask { seq, question: question.clone(), outcome }
            }
            _ => return Err("a message is either a `question` or a `note`".to_owned()),
        };
        self.happen(at, thread, deed);
        Ok(())
    }

    fn patch(&self, story: &MessageFile) -> Result<Option<Checked>, String> {
        let (replace, with) = match (&story.replace, &story.with) {
            (None, None) => return Ok(None),
            (Some(replace), Some(with)) => (replace, with),
            _ => return Err("a patch has both `replace` and `with`".to_owned()),
        };
        let (start_line, end_line) = lines_of(&self.text, &replace.0).ok_or_else(|| not_once("replace"))?;
        let patch = Patch { start_line, end_line, original: replace.0.clone(), replacement: with.0.clone() };
        patch.check(&self.text, (1, u32::MAX)).map(Some).map_err(|reason| format!("`with`: {reason}"))
    }

    fn anchor(&self, lines: Option<&Block>) -> Result<Anchor, String> {
        match lines {
            None => Ok(Anchor { lines: (1, super::places::line_count(&self.text)), selected: None }),
            Some(Block(selected)) => {
                let lines = lines_of(&self.text, selected).ok_or_else(|| not_once("lines"))?;
                Ok(Anchor { lines, selected: Some(selected.clone()) })
            }
        }
    }

    fn happen(&mut self, at: Timestamp, thread: usize, deed: Deed) {
        self.events.push(Event { at, version: self.version, thread, deed });
    }

    fn save(&mut self, text: String) {
        self.text = text;
        self.version += 1;
    }
}

impl Event {
    /// Whether an answer was paid for.
    fn costs(&self) -> bool {
        matches!(self.deed, Deed::Ask { outcome: Outcome::Answered(_), .. })
    }
}

fn not_once(field: &str) -> String {
    format!("the lines in `{field}` are not in the file exactly once, as it is then")
}
