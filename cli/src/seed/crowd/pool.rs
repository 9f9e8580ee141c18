//! The files of generated users: the files of `seed/`, with the threads of the people in `seed/people`.

use bedrock::{Prices, Usage};
use model::{Filename, Language, PackedBody, PackedCode};

use crate::seed::plan::{Action, Anchor, Answer, AskResult, MODEL_ID, Person};
use crate::seed::text_blocks::line_count;

/// The available files.
pub(super) struct Pool(pub(super) Vec<SampleFile>);

/// A file in its stored form.
pub(super) struct SampleFile {
    /// The name.
    pub(super) filename: Filename,
    /// The language.
    pub(super) language: Language,
    /// The compressed code.
    pub(super) code: PackedCode,
    /// The threads about its first version.
    pub(super) threads: Vec<SampleThread>,
}

/// A thread and its messages.
pub(super) struct SampleThread {
    /// The lines.
    pub(super) anchor: Anchor,
    /// The questions with their answers.
    pub(super) exchanges: Vec<(String, Answer)>,
}

impl Pool {
    /// The files of these people that fit into one item.
    pub(super) fn of(people: &[Person]) -> Self {
        let sessions = people.iter().flat_map(|person| &person.sessions);
        let sheets = sessions.filter_map(|session| {
            let code = PackedCode::pack(&session.text).ok()?;
            if !matches!(code.body, PackedBody::Inline(_)) {
                return None;
            }
            let language = Language::detect(session.filename.as_str(), &session.text);
            let mut threads: Vec<SampleThread> = Vec::new();
            for event in session.events.iter().filter(|event| event.version.get() == 1) {
                match &event.action {
                    Action::Open(anchor) => {
                        threads.push(SampleThread { anchor: anchor.clone(), exchanges: Vec::new() });
                    }
                    Action::Ask { question, result: AskResult::Answered(answer), .. } => {
                        if let Some(sample_thread) = threads.get_mut(event.thread) {
                            sample_thread.exchanges.push((question.clone(), (**answer).clone()));
                        }
                    }
                    _ => {}
                }
            }
            if threads.is_empty() {
                let anchor = Anchor { lines: (1, line_count(&session.text)), selected: None };
                threads.push(SampleThread { anchor, exchanges: Vec::new() });
            }
            Some(SampleFile { filename: session.filename.clone(), language, code, threads })
        });
        Self(sheets.collect())
    }
}

impl SampleThread {
    /// The question with this number, and its answer. After the written questions come questions that fit any code.
    pub(super) fn exchange(&self, number: u32, code_bytes: u32) -> (String, Answer) {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some((question, answer)) = self.exchanges.get(number) {
            return (question.clone(), answer.clone());
        }
        let (question, content) = ANY_CODE[number % ANY_CODE.len()];
        let (_, last) = self.anchor.lines;
        let usage = Usage {
            input_tokens: 400 + code_bytes / 4,
            output_tokens: u32::try_from(content.len() / 4).unwrap_or(u32::MAX),
            ..Usage::default()
        };
        let usage = Prices::default().of(MODEL_ID).cost(usage);
        let content = content.to_owned();
        (question.to_owned(), Answer { content, confidence: None, usage, lines: last, patch: None })
    }
}

/// Questions and answers that fit any code.
const ANY_CODE: [(&str, &str); 6] = [
    (
        "What would you test here first?",
        "The edges: nothing at all, one element, and the largest input that is allowed. Then one input that is wrong, \
         to see that the error says so.",
    ),
    (
        "Is the name of this function good?",
        "It says what is done, not for whom. That is fine while there is one caller; with a second one, name it after \
         what it returns.",
    ),
    (
        "Does this need a comment?",
        "The lines themselves are plain. What a reader cannot see is why the order matters; one sentence about that \
         is worth more than one for each line.",
    ),
    (
        "Could this be slow?",
        "Each element is visited once, so it grows with the input and no faster. Measure before changing it: the \
         reading of the input will cost more.",
    ),
    (
        "What happens when this is called twice?",
        "The second call sees what the first one left. If that is not wanted, make the first call's result a value \
         and pass it on.",
    ),
    (
        "How would you split this?",
        "Into the part that decides and the part that acts. The first can then be tested without files, clocks or a \
         network.",
    ),
];
