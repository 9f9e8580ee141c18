//! Device cookies: the accounts that a browser has signed in to, so that other clients cannot lock their owners out.
//!
//! A signed cookie contains the user and a random id, as OWASP describes. Wrong passwords from a known device are
//! counted for that device; those from unknown clients are counted together.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::{Digest, UserId, UuidNewtype as _};
use sha2::Sha256;
use uuid::Uuid;

/// Maximum accounts of a browser, for shared machines. The last sign-in comes first.
const MAX_ACCOUNTS: usize = 4;
/// Bytes of a user's id, of a device's id, and of the tag over both.
const PART: usize = 16;

/// Signs device cookies. `Debug` does not print it.
#[derive(Clone)]
pub struct DeviceKey([u8; 32]);

/// The accounts that a browser has signed in to, each with its own id of the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices(Vec<(UserId, Uuid)>);

impl DeviceKey {
    /// Derives the key from a secret. Other keys are derived from the same secret.
    #[must_use]
    pub fn from_secret(secret: &[u8]) -> Self {
        Self(*Digest::of([b"device".as_slice(), secret].concat()).as_bytes())
    }

    /// The accounts in these cookies. Entries without a valid signature are ignored.
    #[must_use]
    pub fn read(&self, cookies: &[String]) -> Devices {
        let mut devices = Devices::default();
        for entry in cookies.iter().flat_map(|cookie| cookie.split('.').take(MAX_ACCOUNTS)) {
            if let Some((user_id, id)) = self.entry(entry)
                && devices.of(user_id).is_none()
                && devices.0.len() < MAX_ACCOUNTS
            {
                devices.0.push((user_id, id));
            }
        }
        devices
    }

    /// The cookie for these accounts.
    #[must_use]
    pub fn write(&self, devices: &Devices) -> String {
        let entries = devices.0.iter().map(|(user_id, id)| {
            let named = [*user_id.uuid().as_bytes(), *id.as_bytes()].concat();
            URL_SAFE_NO_PAD.encode([&*named, &self.tag(&named)].concat())
        });
        entries.collect::<Vec<_>>().join(".")
    }

    fn entry(&self, text: &str) -> Option<(UserId, Uuid)> {
        let bytes: [u8; 3 * PART] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (named, tag) = bytes.split_at(2 * PART);
        self.mac(named).verify_truncated_left(tag).ok()?;
        let (user_id, id) = named.split_at(PART);
        Some((UserId::from_uuid(Uuid::from_slice(user_id).ok()?), Uuid::from_slice(id).ok()?))
    }

    fn tag(&self, named: &[u8]) -> [u8; PART] {
        let whole = self.mac(named).finalize().into_bytes();
        std::array::from_fn(|at| whole[at])
    }

    fn mac(&self, named: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of every length");
        mac.update(named);
        mac
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(<redacted>)")
    }
}

impl Devices {
    /// The browser's id for this account, if it has signed in to it.
    #[must_use]
    pub fn of(&self, user_id: UserId) -> Option<Uuid> {
        self.0.iter().find(|(known, _)| *known == user_id).map(|(_, id)| *id)
    }

    /// Moves this account to the front, with its old id or the new one.
    #[must_use]
    pub fn with(mut self, user_id: UserId, new: Uuid) -> Self {
        let id = self.of(user_id).unwrap_or(new);
        self.0.retain(|(known, _)| *known != user_id);
        self.0.insert(0, (user_id, id));
        self.0.truncate(MAX_ACCOUNTS);
        self
    }

    /// Removes this account.
    #[must_use]
    pub fn without(mut self, user_id: UserId) -> Self {
        self.0.retain(|(known, _)| *known != user_id);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Ids, Timestamp};
    use proptest::prelude::*;

    fn key() -> DeviceKey {
        DeviceKey::from_secret(b"a secret")
    }

    fn users<const N: usize>() -> [UserId; N] {
        let ids = Ids::seeded(7);
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        std::array::from_fn(|_| ids.next(now))
    }

    #[test]
    fn a_device_cookie_holds_the_last_four_accounts() {
        let [one, two, three, four, five] = users();
        let ids = Ids::seeded(8);
        let mut devices = Devices::default();
        for user in [one, two, three, four] {
            devices = devices.with(user, ids.token());
        }
        let first = devices.of(one).expect("known");
        devices = devices.with(one, ids.token());
        assert_eq!(devices.of(one), Some(first), "the id stays");
        devices = devices.with(five, ids.token());
        assert_eq!(devices.of(two), None, "the one that signed in longest ago");
        let cookie = key().write(&devices);
        assert!(cookie.len() < 260 && !cookie.contains(&one.to_string()));
        assert_eq!(key().read(std::slice::from_ref(&cookie)), devices);
        assert_eq!(key().read(&[cookie.clone(), "x".into(), cookie]), devices);
        assert_eq!(devices.without(one).of(one), None);
    }

    #[test]
    fn a_cookie_of_another_key_names_no_account() {
        let [ada] = users();
        let devices = Devices::default().with(ada, Ids::seeded(8).token());
        let forged = DeviceKey::from_secret(b"another secret").write(&devices);
        assert_eq!(key().read(&[forged]), Devices::default());
        assert_eq!(format!("{:?}", key()), "DeviceKey(<redacted>)");
    }

    proptest! {
        #[test]
        fn a_changed_cookie_names_no_new_account(
            at: prop::sample::Index,
            with in "[A-Za-z0-9_.-]",
            text in ".{0,80}",
        ) {
            let [ada] = users();
            let devices = Devices::default().with(ada, Ids::seeded(8).token());
            let mut cookie = key().write(&devices);
            let at = at.index(cookie.len());
            cookie.replace_range(at..=at, &with);
            let read = key().read(&[cookie, text]);
            prop_assert!(read == devices || read == Devices::default());
        }
    }
}
