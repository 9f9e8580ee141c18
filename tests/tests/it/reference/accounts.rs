//! The rules of accounts: names and addresses are unique, a sign-in is a family of refresh tokens, and tokens outlive
//! their sign-in by at most 15 minutes.

use super::call::Call;
use super::state::{
    ACCESS, Access, Account, DAY, Device, Family, HOUR, LEEWAY, Outcome, Refresh, Reply, SECOND, Shown, State, Time,
};

/// The life of a refresh token; it is replaced when it is used in its last day.
const REFRESH: Time = 7 * DAY;
const ROTATES_BELOW: Time = 24 * HOUR;
/// How long a replaced token still returns its successor.
const GRACE: Time = 10 * SECOND;

impl State {
    pub(super) fn perform_on_account(&mut self, device: usize, call: &Call) -> Outcome {
        match call {
            Call::SignUp { name, username, email, password } => {
                self.check_free(None, Some(email), Some(username))?;
                let account = self.accounts.len();
                self.accounts.push(Account {
                    id: None,
                    is_deleted: false,
                    name: name.clone(),
                    username: username.clone(),
                    email: email.clone(),
                    password: password.clone(),
                    created_at: self.now,
                    families: Vec::new(),
                    sessions: Vec::new(),
                    usage: std::collections::BTreeMap::new(),
                });
                self.sign_in(device, account);
                Ok(Reply::shows(201, [Shown::User(account)]))
            }
            Call::SignIn { username, password } => {
                let matches = |account: &Account| {
                    !account.is_deleted && account.username == *username && account.password == *password
                };
                let account = self.accounts.iter().position(matches);
                let account = account.ok_or(Reply::refused(401, "INVALID_CREDENTIALS"))?;
                self.sign_in(device, account);
                Ok(Reply::shows(200, [Shown::User(account)]))
            }
            Call::SignOut => {
                let Device { access, refresh } = std::mem::take(&mut self.devices[device]);
                let access = access.filter(|access| self.now < access.expires + LEEWAY);
                let refresh = refresh.filter(|refresh| self.now < refresh.expires + LEEWAY);
                let families = access.map(|access| (access.account, access.family)).into_iter();
                for (account, family) in families.chain(refresh.map(|refresh| (refresh.account, refresh.family))) {
                    self.accounts[account].families[family].is_ended = true;
                }
                Ok(Reply::shows(200, []))
            }
            Call::Refresh => Ok(self.refresh(device)),
            _ => {
                let (account, family) = self.account(device)?;
                self.perform_signed_in(device, (account, family), call)
            }
        }
    }

    fn perform_signed_in(&mut self, device: usize, (account, family): (usize, usize), call: &Call) -> Outcome {
        match call {
            Call::ReadProfile => Ok(Reply::shows(200, [Shown::Profile(account)])),
            Call::ReadUsage => Ok(Reply::shows(200, [Shown::Usage(account)])),
            Call::ListDevices => Ok(Reply::shows(200, [Shown::Devices { account, this: family }])),
            Call::ChangeProfile { name, username, email } => {
                self.check_free(Some(account), email.as_ref(), username.as_ref())?;
                let changed = &mut self.accounts[account];
                for (field, new) in
                    [(&mut changed.name, name), (&mut changed.username, username), (&mut changed.email, email)]
                {
                    field.clone_from(new.as_ref().unwrap_or(&field.clone()));
                }
                Ok(Reply::shows(200, [Shown::Profile(account)]))
            }
            Call::ChangePassword { current, new } => {
                if self.accounts[account].password != *current {
                    return Err(Reply::invalid("current_password"));
                }
                self.accounts[account].password.clone_from(new);
                self.accounts[account].end_families();
                self.sign_in(device, account);
                Ok(Reply::shows(200, []))
            }
            Call::DeleteAccount { password } => {
                if self.accounts[account].password != *password {
                    return Err(Reply::invalid("password"));
                }
                let deleted = &mut self.accounts[account];
                deleted.is_deleted = true;
                deleted.end_families();
                deleted.sessions.iter_mut().for_each(|session| session.is_deleted = true);
                self.devices[device] = Device::default();
                Ok(Reply::shows(200, []))
            }
            Call::EndDevice { id } => {
                let families = self.accounts[account].families.iter();
                let ended = families.clone().position(|family| {
                    family.id.as_deref() == Some(id) && !family.is_ended && self.now < family.expires
                });
                let ended = ended.ok_or(Reply::refused(404, "DEVICE_NOT_FOUND"))?;
                self.accounts[account].families[ended].is_ended = true;
                if ended == family {
                    self.devices[device] = Device::default();
                }
                Ok(Reply::shows(200, []))
            }
            other => panic!("{other:?} is not a request of an account"),
        }
    }

    /// The caller and their sign-in, which has not ended.
    fn account(&self, device: usize) -> Result<(usize, usize), Reply> {
        let access = self.access(device)?;
        let account = &self.accounts[access.account];
        let family = &account.families[access.family];
        let has_ended = account.is_deleted || family.is_ended || family.expires <= self.now;
        if has_ended { Err(Reply::refused(401, "UNAUTHORIZED")) } else { Ok((access.account, access.family)) }
    }

    /// Refuses an address or a name that another account has.
    fn check_free(&self, own: Option<usize>, email: Option<&String>, username: Option<&String>) -> Result<(), Reply> {
        let is_taken = |has: &dyn Fn(&Account) -> bool| {
            let mut others = self.accounts.iter().enumerate();
            others.any(|(at, account)| Some(at) != own && !account.is_deleted && has(account))
        };
        let taken = |field| Err(Reply { error: Some(("USER_ALREADY_EXISTS", Some(field))), ..Reply::shows(409, []) });
        if email.is_some_and(|email| is_taken(&|account| account.email == *email)) {
            return taken("email");
        }
        if username.is_some_and(|username| is_taken(&|account| account.username == *username)) {
            return taken("username");
        }
        Ok(())
    }

    /// Starts a sign-in, whose tokens the device gets.
    fn sign_in(&mut self, device: usize, account: usize) {
        let (family, now) = (self.accounts[account].families.len(), self.now);
        self.accounts[account].families.push(Family {
            id: None,
            is_ended: false,
            seq: 1,
            created_at: now,
            rotated_at: now,
            expires: now + REFRESH,
        });
        self.give_access(device, account, family);
        self.give_refresh(device, account, family);
    }

    fn give_access(&mut self, device: usize, account: usize, family: usize) {
        self.devices[device].access = Some(Access { account, family, expires: self.now + ACCESS });
    }

    fn give_refresh(&mut self, device: usize, account: usize, family: usize) {
        let Family { seq, expires, .. } = self.accounts[account].families[family];
        self.devices[device].refresh = Some(Refresh { account, family, seq, expires });
    }

    /// A new access token for a refresh token, which is replaced in its last day. A token that was replaced longer ago
    /// than the grace may be stolen: it ends the sign-in. A refusal clears the cookies.
    fn refresh(&mut self, device: usize) -> Reply {
        let now = self.now;
        let token = self.devices[device].refresh.clone().filter(|token| now < token.expires + LEEWAY);
        let living = token.filter(|Refresh { account, family, .. }| {
            let (account, family) = (&self.accounts[*account], &self.accounts[*account].families[*family]);
            !account.is_deleted && !family.is_ended && now < family.expires
        });
        let Some(Refresh { account, family: at, seq, .. }) = living else { return self.end_on(device) };
        let family = &mut self.accounts[account].families[at];
        if family.seq == seq && family.expires - now < ROTATES_BELOW {
            (family.seq, family.rotated_at, family.expires) = (seq + 1, now, now + REFRESH);
        }
        if family.seq == seq {
            self.give_access(device, account, at);
        } else if family.seq == seq + 1 && now - family.rotated_at <= GRACE {
            self.give_access(device, account, at);
            self.give_refresh(device, account, at);
        } else {
            family.is_ended = true;
            return self.end_on(device);
        }
        Reply::shows(200, [Shown::User(account)])
    }

    fn end_on(&mut self, device: usize) -> Reply {
        self.devices[device] = Device::default();
        Reply::refused(401, "REFRESH_TOKEN_INVALID")
    }
}

impl Account {
    fn end_families(&mut self) {
        self.families.iter_mut().for_each(|family| family.is_ended = true);
    }
}
