//! What made-up people work on: the files of `seed/`, with the threads and conversations that real people wrote about them.

use bedrock::{Prices, Usage};
use model::{Filename, Language, PackedBody, PackedCode};

use crate::seed::places::line_count;
use crate::seed::plan::{Anchor, Answer, Deed, Outcome, Person};

/// The files to choose from.
pub(super) struct Pool(pub(super) Vec<Sheet>);

/// A file, ready to be stored as often as needed.
pub(super) struct Sheet {
    /// Its name.
    pub(super) filename: Filename,
    /// Its language.
    pub(super) language: Language,
    /// Its code, compressed once.
    pub(super) code: PackedCode,
    /// Conversations about its first version.
    pub(super) threads: Vec<Talk>,
}

/// A thread and what is said in it.
pub(super) struct Talk {
    /// Its lines.
    pub(super) anchor: Anchor,
    /// The questions with their answers.
    pub(super) exchanges: Vec<(String, Answer)>,
}

impl Pool {
    /// The files of these people that fit one item.
    pub(super) fn of(people: &[Person]) -> Self {
        let sessions = people.iter().flat_map(|person| &person.sessions);
        let sheets = sessions.filter_map(|session| {
            let code = PackedCode::pack(&session.text).ok()?;
            if !matches!(code.body, PackedBody::Inline(_)) {
                return None;
            }
            let language = Language::detect(session.filename.as_str(), &session.text);
            let mut threads: Vec<Talk> = Vec::new();
            for event in session.events.iter().filter(|event| event.version == 1) {
                match &event.deed {
                    Deed::Open(anchor) => threads.push(Talk { anchor: anchor.clone(), exchanges: Vec::new() }),
                    Deed::Ask { question, outcome: Outcome::Answered(answer), .. } => {
                        if let Some(talk) = threads.get_mut(event.thread) {
                            talk.exchanges.push((question.clone(), (**answer).clone()));
                        }
                    }
                    _ => {}
                }
            }
            if threads.is_empty() {
                let anchor = Anchor { lines: (1, line_count(&session.text)), selected: None };
                threads.push(Talk { anchor, exchanges: Vec::new() });
            }
            Some(Sheet { filename: session.filename.clone(), language, code, threads })
        });
        Self(sheets.collect())
    }
}

impl Talk {
    /// What is asked after so many other questions, and the answer. When all that was written is said, people ask what they
    /// ask about any code.
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
        let usage = Prices::default().of(crate::seed::MODEL_ID).cost(usage);
        let content = content.to_owned();
        (question.to_owned(), Answer { content, confidence: None, usage, lines: last, patch: None })
    }
}

/// Questions that fit any code, with answers that do too.
const ANY_CODE: [(&str, &str); 6] = [
    (
        "What would you test here first?",
        "The edges: nothing at all, one element, and the largest input that is allowed. Then one input that is wrong, to see \
         that the error says so.",
    ),
    (
        "Is the name of this function good?",
        "It says what is done, not for whom. That is fine while there is one caller; with a second one, name it after what it \
         returns.",
    ),
    (
        "Does this need a comment?",
        "The lines themselves are plain. What a reader cannot see is why the order matters; one sentence about that is worth \
         more than one for each line.",
    ),
    (
        "Could this be slow?",
        "Each element is visited once, so it grows with the input and no faster. Measure before changing it: the reading of the \
         input will cost more.",
    ),
    (
        "What happens when this is called twice?",
        "The second call sees what the first one left. If that is not wanted, make the first call's result a value and pass it \
         on.",
    ),
    (
        "How would you split this?",
        "Into the part that decides and the part that acts. The first can then be tested without files, clocks or a network.",
    ),
];
