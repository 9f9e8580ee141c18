//! CodeSensei's data layer: one DynamoDB table, asked only through access patterns generated from documents.

pub mod account;
pub mod code;
pub mod digest;
pub mod filename;
#[rustfmt::skip] // Its formatting is the generator's.
#[expect(clippy::too_many_lines, reason = "a transaction is as long as its list of actions")]
mod generated;
pub mod ids;
pub mod key;
pub mod language;
pub mod registry;
pub mod store;
pub(crate) mod text;
pub mod time;

pub use account::{
    Email, InvalidEmail, InvalidPasswordHash, InvalidUsername, PasswordHash, Username, UsernameKey,
};
pub use code::{CodeTooLarge, CorruptCode, MAX_CODE_BYTES, PackedBody, PackedCode};
pub use digest::{Digest, InvalidDigest};
pub use generated::{entity::*, ids::*, keys::*, pattern::*, registry::PATTERNS};
pub use filename::{Filename, InvalidFilename};
pub use ids::{Ids, InvalidId, UuidNewtype};
pub use key::{ItemKey, KeyPart};
pub use language::{InvalidLanguage, Language};
pub use store::{
    BoxError, CallCost, CursorError, CursorKey, Endpoint, Meter, Order, Page, PageRequest, Protection, Store, StoreConfig,
    StoreError, TableError, Total,
};
pub use time::{Clock, Date, Expiry, InvalidTime, Timestamp};
