//! Random operations of three users with two devices each. All numbers are small, so that a shrunk sequence is
//! readable.

use proptest::prelude::*;

/// Devices of the three users: the devices `2 * n` and `2 * n + 1` belong to the same person.
pub(super) const DEVICES: u8 = 6;

/// A step of a sequence.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A device sends a request. A page signs in first, and creates what the request needs; otherwise the request is
    /// sent at once.
    Request { device: u8, operation: Operation, by_page: bool, mishap: Mishap },
    /// Time passes.
    Wait(Pause),
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Nothing happens to it.
    None,
    /// The client does not receive the answer, and sends the same request again.
    AnswerLost,
    /// The server does not receive one answer of the table, after this number of others.
    TableAnswerLost { after: u8 },
    /// The process is killed at a request to the table, after this number of others. The table executes that request or
    /// does not.
    Killed { after: u8, is_executed: bool },
}

/// How much time passes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pause {
    Second,
    /// Longer than the grace of a replaced refresh token.
    QuarterMinute,
    Minute,
    /// Longer than the life of an access token.
    SixteenMinutes,
    Day,
    /// A refresh token is replaced when it is used after this time.
    SixDaysAndAnHour,
    /// Longer than the life of a refresh token.
    EightDays,
}

/// A request. Its numbers choose from the texts and the resources that exist at that time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    SignUp { username: u8, email: u8 },
    SignIn { username: u8, password: u8 },
    SignOut,
    Refresh,
    ReadProfile,
    ChangeProfile { name: u8, username: Option<u8>, email: Option<u8> },
    ChangePassword { current: u8, new: u8 },
    DeleteAccount { password: u8 },
    ListDevices,
    EndDevice { device: u8 },
    ReadUsage,
    CreateSession { filename: u8, code: u8, language: u8, client: Option<u8> },
    FillSessions,
    ListSessions { by_activity: bool, limit: u8 },
    OpenSession { session: u8, with_threads: bool },
    Save { session: u8, version: Version, code: Option<u8>, language: Option<u8> },
    Rename { session: u8, filename: Option<u8>, language: u8 },
    DeleteSession { session: u8 },
    CreateThread { session: u8, selection: Selected, client: Option<u8> },
    FillThreads { session: u8 },
    ListThreads { session: u8, limit: u8 },
    ReadThread { thread: u8 },
    MoveThread { thread: u8, to: Selected, with_text: bool },
    DeleteThread { thread: u8 },
    Note { thread: u8, text: u8, client: Option<u8> },
    Ask { thread: u8, text: u8, client: Option<u8>, version: Option<Version>, fails: bool },
    Retry { thread: u8, message: u8, fails: bool },
    Apply { thread: u8, message: u8, version: Version },
    Cancel { thread: u8, message: u8 },
    ReadMessage { thread: u8, message: u8 },
    ListMessages { thread: u8, newest_first: bool, limit: u8 },
}

/// What a request needs to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Nothing,
    SignIn,
    Session,
    Thread,
    Question,
}

impl Operation {
    pub(super) const fn need(self) -> Need {
        match self {
            Self::SignUp { .. } | Self::SignIn { .. } | Self::SignOut | Self::Refresh => Need::Nothing,
            Self::OpenSession { .. }
            | Self::Save { .. }
            | Self::Rename { .. }
            | Self::DeleteSession { .. }
            | Self::CreateThread { .. }
            | Self::FillThreads { .. }
            | Self::ListThreads { .. } => Need::Session,
            Self::ReadThread { .. }
            | Self::MoveThread { .. }
            | Self::DeleteThread { .. }
            | Self::Note { .. }
            | Self::Ask { .. }
            | Self::ListMessages { .. } => Need::Thread,
            Self::Retry { .. } | Self::Apply { .. } | Self::Cancel { .. } | Self::ReadMessage { .. } => Need::Question,
            _ => Need::SignIn,
        }
    }
}

/// A version that a client sends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Version {
    Current,
    Previous,
    Next,
}

/// A selection that a client sends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected {
    pub(super) first: u8,
    pub(super) more: u8,
    pub(super) kind: SelectedText,
}

/// The text of a selection.
#[derive(Clone, Copy, Debug)]
pub(super) enum SelectedText {
    Lines,
    /// With the end of the last line.
    LinesAndEnd,
    /// The first line without its first character, and the last without its last.
    Part,
    /// No text, as of a cursor.
    Nothing,
    /// A text that the file does not have.
    Other,
    /// The lines are after the end of the file.
    Outside,
    WholeFile,
}

/// Most sequences use a resource several times, so few numbers are drawn. Numbers from [`OTHERS`] on choose among the
/// resources of all users, also deleted ones.
pub(super) const OTHERS: u8 = 7;

fn resource() -> impl Strategy<Value = u8> {
    prop_oneof![8 => 0..OTHERS, 1 => OTHERS..=u8::MAX]
}

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![6 => Just(Version::Current), 2 => Just(Version::Previous), 1 => Just(Version::Next)]
}

fn selected() -> impl Strategy<Value = Selected> {
    let kind = prop_oneof![
        4 => Just(SelectedText::Lines),
        2 => Just(SelectedText::LinesAndEnd),
        2 => Just(SelectedText::Part),
        1 => Just(SelectedText::Nothing),
        1 => Just(SelectedText::Other),
        1 => Just(SelectedText::Outside),
        2 => Just(SelectedText::WholeFile),
    ];
    (0..6_u8, 0..3_u8, kind).prop_map(|(first, more, kind)| Selected { first, more, kind })
}

fn client() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![2 => Just(None), 3 => (0..3_u8).prop_map(Some)]
}

fn of_accounts() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => (0..4_u8, 0..4_u8).prop_map(|(username, email)| Operation::SignUp { username, email }),
        6 => (0..4_u8, 0..3_u8).prop_map(|(username, password)| Operation::SignIn { username, password }),
        3 => Just(Operation::SignOut),
        6 => Just(Operation::Refresh),
        2 => Just(Operation::ReadProfile),
        3 => (0..3_u8, prop::option::of(0..4_u8), prop::option::of(0..4_u8))
            .prop_map(|(name, username, email)| Operation::ChangeProfile { name, username, email }),
        3 => (0..3_u8, 0..3_u8).prop_map(|(current, new)| Operation::ChangePassword { current, new }),
        2 => (0..3_u8).prop_map(|password| Operation::DeleteAccount { password }),
        2 => Just(Operation::ListDevices),
        2 => resource().prop_map(|device| Operation::EndDevice { device }),
        2 => Just(Operation::ReadUsage),
    ]
}

fn of_sessions() -> impl Strategy<Value = Operation> {
    prop_oneof![
        50 => (0..3_u8, code(), 0..3_u8, client())
            .prop_map(|(filename, code, language, client)| Operation::CreateSession { filename, code, language, client }),
        1 => Just(Operation::FillSessions),
        20 => (any::<bool>(), 1..5_u8).prop_map(|(by_activity, limit)| Operation::ListSessions { by_activity, limit }),
        20 => (resource(), any::<bool>())
            .prop_map(|(session, with_threads)| Operation::OpenSession { session, with_threads }),
        70 => (resource(), version(), prop::option::weighted(0.8, code()), prop::option::weighted(0.2, 0..3_u8))
            .prop_map(|(session, version, code, language)| Operation::Save { session, version, code, language }),
        20 => (resource(), prop::option::weighted(0.8, 0..3_u8), 0..3_u8)
            .prop_map(|(session, filename, language)| Operation::Rename { session, filename, language }),
        20 => resource().prop_map(|session| Operation::DeleteSession { session }),
    ]
}

fn of_threads() -> impl Strategy<Value = Operation> {
    prop_oneof![
        60 => (resource(), selected(), client())
            .prop_map(|(session, selection, client)| Operation::CreateThread { session, selection, client }),
        1 => resource().prop_map(|session| Operation::FillThreads { session }),
        20 => (resource(), 1..5_u8).prop_map(|(session, limit)| Operation::ListThreads { session, limit }),
        10 => resource().prop_map(|thread| Operation::ReadThread { thread }),
        30 => (resource(), selected(), any::<bool>())
            .prop_map(|(thread, to, with_text)| Operation::MoveThread { thread, to, with_text }),
        20 => resource().prop_map(|thread| Operation::DeleteThread { thread }),
    ]
}

fn of_messages() -> impl Strategy<Value = Operation> {
    let fails = || prop::bool::weighted(0.25);
    prop_oneof![
        6 => (resource(), 0..3_u8, client()).prop_map(|(thread, text, client)| Operation::Note { thread, text, client }),
        10 => (resource(), 0..3_u8, client(), prop::option::weighted(0.3, version()), fails()).prop_map(
            |(thread, text, client, version, fails)| Operation::Ask { thread, text, client, version, fails }
        ),
        4 => (resource(), resource(), fails())
            .prop_map(|(thread, message, fails)| Operation::Retry { thread, message, fails }),
        6 => (resource(), resource(), version())
            .prop_map(|(thread, message, version)| Operation::Apply { thread, message, version }),
        2 => (resource(), resource()).prop_map(|(thread, message)| Operation::Cancel { thread, message }),
        1 => (resource(), resource()).prop_map(|(thread, message)| Operation::ReadMessage { thread, message }),
        2 => (resource(), any::<bool>(), 1..5_u8).prop_map(
            |(thread, newest_first, limit)| Operation::ListMessages { thread, newest_first, limit }
        ),
    ]
}

/// A number of a code. The last one is large, so it is rare.
fn code() -> impl Strategy<Value = u8> {
    prop_oneof![30 => 0..8_u8, 1 => Just(8)]
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        20 => Just(Mishap::None),
        3 => Just(Mishap::AnswerLost),
        2 => (0..3_u8).prop_map(|after| Mishap::TableAnswerLost { after }),
        2 => (0..6_u8, any::<bool>()).prop_map(|(after, is_executed)| Mishap::Killed { after, is_executed }),
    ]
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![
        3 => Just(Pause::Second),
        3 => Just(Pause::QuarterMinute),
        3 => Just(Pause::Minute),
        2 => Just(Pause::SixteenMinutes),
        1 => Just(Pause::Day),
        2 => Just(Pause::SixDaysAndAnHour),
        1 => Just(Pause::EightDays),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![2 => of_accounts(), 4 => of_sessions(), 4 => of_threads(), 5 => of_messages()];
    prop_oneof![
        12 => (0..DEVICES, operation, prop::bool::weighted(0.9), mishap()).prop_map(
            |(device, operation, by_page, mishap)| Step::Request { device, operation, by_page, mishap }
        ),
        1 => pause().prop_map(Step::Wait),
    ]
}

/// Sequences of 1 to 40 steps.
pub(super) fn sequence() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..=40)
}
