//! CodeSensei's data layer: one DynamoDB table, accessed only through access patterns that are generated from
//! documents.

mod access;
pub mod account;
mod activity;
mod apply;
mod by_name;
pub mod code;
mod code_cache;
mod code_storage;
mod code_text;
mod creation;
mod expiry;
pub mod filename;
mod from_review;
#[rustfmt::skip] // Its formatting is the generator's.
#[expect(clippy::too_many_lines, reason = "a transaction is as long as its list of actions")]
mod generated;
mod idempotency;
pub mod language;
mod lease;
mod maintenance;
mod message;
mod nouns;
mod opening;
mod placed;
mod profile;
mod public_id;
mod question;
mod rate;
mod retry;
mod save;
mod selection;
mod session;
mod settings;
mod sign_in;
mod store;
mod thread;
mod usage;
mod user;

pub use access::AccessError;
pub use account::{Email, InvalidEmail, InvalidPasswordHash, InvalidUsername, PasswordHash, Username, UsernameKey};
pub use apply::{Applied, ApplyError, PatchedLines, Proposal};
pub use by_name::{Answer, Arguments, ByName, InvalidArgument, Row, RunError};
pub use code::{CodeTooLarge, CorruptCode, PackedBody, PackedCode};
pub use code_cache::DEFAULT_CODE_CACHE_MIB;
pub use code_text::CodeText;
pub use creation::{Created, NewSession};
pub use expiry::{InvalidMessageTtl, MessageTtl};
pub use filename::{Filename, InvalidFilename};
pub use from_review::selection_status;
#[doc(hidden)]
pub use generated::Patterns;
pub use generated::limits;
pub use generated::{counts::*, entity::*, ids::*, keys::*, pattern::*, registry::PATTERNS, schema::ENTITIES};
pub use idempotency::{ClientRequest, RequestStatus};
pub use language::{InvalidLanguage, Language};
pub use lease::{AcquireLease, Lease, SettleError, Settled};
pub use maintenance::{
    AccountItems, Backlog, Effect, Finding, FindingKind, Maintenance, Outcome, Progress, Swept, Verified, Verify,
};
pub use message::{ABANDONED, LastRole, LastState, NewAnswer};
pub use nouns::{Messages, Sessions, Threads};
pub use opening::{ReadThread, ReadThreadError};
pub use placed::{Anchor, OpenedThread, PlacedThread};
pub use profile::{AccountError, ProfileChange, ProfileError};
pub use public_id::{InvalidPublicId, MessageId, ThreadId};
pub use question::{CancelError, PostError, Posted};
pub use rate::{Hit, RateLimits, RateRule, Window};
pub use save::{SaveCode, SaveCodeError, Saved};
pub use selection::{NewThread, SelectionTooLong};
pub use session::{NewSessionError, OpenedSession};
pub use settings::{Change, NewSettings};
pub use sign_in::{NewSignIn, RefreshRule, RenewError, SeenToken, SignIns};
pub use store::{Store, defined_table};
pub use table_runtime::registry;
pub use table_runtime::{
    AwsSettings, BoxError, CallCost, Clock, CursorError, CursorKey, Date, Digest, Endpoint, Expiry, Ids, IndexProgress,
    InvalidDigest, InvalidId, InvalidTime, ItemKey, KeyPart, Meter, Order, OtherFact, Page, PageRequest, Protection,
    Reached, ScanPage, ScanPosition, StoreError, StoredItem, Table, TableConfig, TableDescription, TableError,
    TableFacts, TableUpdate, Timestamp, Total, Traffic, Unreadable, UnreadableItem, UuidNewtype, WireRequest,
    split_access_key, without_access_key,
};
pub use thread::{MoveError, NewThreadError};
pub use usage::UsageRecords;
pub use user::{Accounts, NewUser};
