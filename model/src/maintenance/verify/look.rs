//! The second check: one user, session, claim or revision is read with strongly consistent patterns.

use futures::future::try_join_all;

use crate::code_storage::chunk_keys;
use crate::generated::any::AnyEntity;
use crate::maintenance::verify::anchors::Placement;
use crate::maintenance::verify::contents::Contents;
use crate::maintenance::verify::conversation;
use crate::maintenance::verify::finding::{Finding, FindingKind};
use crate::maintenance::verify::inspect::{BY_HAND, CODE_IS_LOST, inspect};
use crate::maintenance::verify::jobs::Jobs;
use crate::maintenance::verify::ledger::Subject;
use crate::maintenance::verify::repair::{Repair, USER_MAY_BE_LOST};
use crate::{
    Code, Digest, EmailClaimKey, PackedCode, Page, PageRequest, Session, SessionId, Store, StoreError, SweepJob,
    SweepKind, User, UserId, UsernameClaimKey, UsernameKey,
};
use table_runtime::key::Primary;
use table_runtime::{StoredItem, readable};

/// The findings of a check, and the subjects that it leads to.
#[derive(Default)]
pub(super) struct Seen {
    /// Inconsistencies between items.
    pub(super) findings: Vec<Finding>,
    /// Inconsistencies within one item, which a scan has already found.
    pub(super) local: Vec<Finding>,
    pub(super) leads: Vec<Subject>,
}

impl Seen {
    /// The same, with the key of the item that all findings are about.
    fn of_item(self, key: &Primary) -> Self {
        Self { findings: self.findings.into_iter().map(|finding| finding.with_key(key.clone())).collect(), ..self }
    }
}

/// A check while these jobs are pending.
pub(super) struct Look<'a> {
    pub(super) store: &'a Store,
    pub(super) jobs: &'a Jobs,
}

impl Look<'_> {
    pub(super) async fn at(&self, subject: &Subject) -> Result<Seen, StoreError> {
        match subject {
            Subject::User(user_id) => self.at_user(*user_id).await,
            Subject::Session(session_id, owner) => self.at_session(*session_id, *owner).await,
            Subject::Email(digest) => self.at_email(*digest).await,
            Subject::Username(key) => self.at_username(key).await,
            Subject::Chunks(chunks) => self.at_chunks(chunks).await,
        }
    }

    async fn at_user(&self, user_id: UserId) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let (mut profile, mut has_profile, mut heads, mut items) = (None, false, 0, 0);
        let mut cursor: Option<String> = None;
        loop {
            let request = PageRequest { limit: None, cursor: cursor.as_deref() };
            let Page { items: page, cursor: next } = self.store.patterns.stored_user(user_id, request).await?;
            for item in &page {
                items += 1;
                has_profile |= item.sk() == "PROFILE";
                let session = item.sk().strip_prefix("SESSION#");
                heads += u32::from(session.is_some_and(|id| id.parse::<SessionId>().is_ok()));
                match self.by_itself(item, &mut seen) {
                    Some(AnyEntity::User(user)) => profile = Some(user),
                    Some(AnyEntity::Session(head)) => {
                        seen.leads.push(Subject::Session(head.session_id, Some(user_id)));
                    }
                    _ => {}
                }
            }
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        if let Some(user) = profile {
            self.profile(&user, heads, &mut seen).await?;
        } else if !has_profile && items > 0 && !self.jobs.will_remove_account(user_id) {
            let job = SweepJob::new(SweepKind::Account, user_id.to_string(), user_id, self.store.clock().now());
            // Deleting an account creates a job. Without a job, the profile of an account with sessions may be lost.
            let repair = if heads > 0 { Repair::None(USER_MAY_BE_LOST) } else { Repair::Sweep(Box::new(job)) };
            let detail = format!("{items} items, {heads} of them sessions");
            seen.findings.push(Finding::new(FindingKind::OrphansOfUser, format!("user {user_id}"), detail, repair));
        }
        Ok(seen)
    }

    async fn profile(&self, user: &User, heads: u32, seen: &mut Seen) -> Result<(), StoreError> {
        let user_id = user.user_id;
        let id = format!("user {user_id}");
        if user.session_count != heads {
            let repair = Repair::SessionCount {
                user_id,
                seen: user.session_count,
                seen_changes: user.session_changes,
                counted: heads,
            };
            let detail = format!("counts {}, there are {heads}", user.session_count);
            seen.findings.push(Finding::new(FindingKind::SessionCount, &id, detail, repair));
        }
        let (digest, key) = (user.email.digest(), user.username.key());
        let claims = match self.store.patterns.check_claims(user_id, digest, &key).await {
            Err(StoreError::Corrupt { entity, reason, .. }) => {
                seen.local.push(Finding::new(
                    FindingKind::Undecodable,
                    format!("{entity} of {id}"),
                    reason,
                    Repair::None(BY_HAND),
                ));
                return Ok(());
            }
            claims => claims?,
        };
        let email = claims.email_claim.map(|claim| claim.user_id);
        let username = claims.username_claim.map(|claim| claim.user_id);
        for (holder, what, lead) in
            [(email, "address", Subject::Email(digest)), (username, "name", Subject::Username(key))]
        {
            let detail = match holder {
                Some(holder) if holder == user_id => continue,
                Some(holder) => {
                    seen.leads.push(lead);
                    format!("user {holder} has the claim on the {what}")
                }
                None => format!("no user has the claim on the {what}"),
            };
            let (email, username) = (what == "address", what == "name");
            let repair = Repair::RestoreClaims { user: Box::new(user.clone()), email, username };
            seen.findings.push(Finding::new(FindingKind::MissingClaim, &id, detail, repair));
        }
        Ok(())
    }

    /// Decodes the item, and adds the findings about the item alone.
    fn by_itself(&self, item: &StoredItem, seen: &mut Seen) -> Option<AnyEntity> {
        let inspected = inspect(item, self.store.clock().now());
        seen.local.extend(inspected.findings);
        inspected.entity
    }

    async fn at_session(&self, session_id: SessionId, owner: Option<UserId>) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let contents = self.contents(session_id, &mut seen).await?;
        let mut owners = contents.owners.clone();
        owners.extend(owner);
        // An item can name a wrong owner, so the heads of all named owners are read.
        let heads = owners.iter().map(|owner| self.store.patterns.get_session(*owner, session_id));
        let heads = match try_join_all(heads).await {
            Err(StoreError::Corrupt { .. }) => return Ok(seen),
            heads => heads?,
        };
        if let Some(head) = heads.into_iter().flatten().next() {
            self.contents_of(&head, &contents, &mut seen).await?;
            self.placement(&head, &contents, &mut seen).await?;
            self.conversations(session_id, &contents, &mut seen);
        } else if let Some(&owner) = owners.first()
            && contents.items > 0
            && !self.jobs.will_remove_session(session_id)
            && !owners.iter().any(|owner| self.jobs.will_remove_account(*owner))
        {
            let (revision, chunk_count) =
                contents.code.as_ref().map_or((None, 0), |c| (Some(c.revision), c.chunk_count));
            let job = SweepJob::new(SweepKind::Session, session_id.to_string(), owner, self.store.clock().now());
            let job = SweepJob { session_id: Some(session_id), revision, chunk_count, ..job };
            let (id, detail) = (format!("session {session_id}"), format!("{} items", contents.items));
            let repair = Repair::Sweep(Box::new(job));
            seen.findings.push(Finding::new(FindingKind::OrphansOfSession, id, detail, repair));
        }
        Ok(seen)
    }

    async fn contents(&self, session_id: SessionId, seen: &mut Seen) -> Result<Contents, StoreError> {
        let mut contents = Contents::default();
        let mut cursor: Option<String> = None;
        loop {
            let request = PageRequest { limit: None, cursor: cursor.as_deref() };
            let Page { items, cursor: next } = self.store.patterns.stored_session(session_id, request).await?;
            for item in &items {
                let entity = self.by_itself(item, seen);
                contents.add(item, entity);
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(contents);
            }
        }
    }

    async fn contents_of(&self, head: &Session, contents: &Contents, seen: &mut Seen) -> Result<(), StoreError> {
        let id = format!("session {}", head.session_id);
        let mut found = |kind, detail, repair| seen.findings.push(Finding::new(kind, id.clone(), detail, repair));
        if contents.thread_ids.len() != head.thread_count as usize {
            let counted = u32::try_from(contents.thread_ids.len()).unwrap_or(u32::MAX);
            let (user_id, session_id, seen) = (head.user_id, head.session_id, head.thread_count);
            let seen_changes = head.thread_changes;
            let repair = Repair::ThreadCount { user_id, session_id, seen, seen_changes, counted };
            found(FindingKind::ThreadCount, format!("counts {seen}, there are {counted}"), repair);
        }
        if let Some(other) = contents.owners.iter().find(|owner| **owner != head.user_id) {
            let why = Repair::None("whose it is decides who may read it: a person has to say");
            found(
                FindingKind::ForeignOwner,
                format!("the session is of user {}, items name {other}", head.user_id),
                why,
            );
        }
        match &contents.code {
            Some(code) => match self.wrong_code(head, code).await {
                Ok(None) => {}
                Ok(Some((kind, detail))) => found(kind, detail, Repair::None(CODE_IS_LOST)),
                Err(StoreError::Corrupt { entity, reason, .. }) => {
                    let id = format!("{entity} of session {}", head.session_id);
                    seen.local.push(Finding::new(FindingKind::Undecodable, id, reason, Repair::None(BY_HAND)));
                }
                Err(error) => return Err(error),
            },
            None if contents.has_code => {}
            None => found(FindingKind::MissingCode, String::new(), Repair::None(CODE_IS_LOST)),
        }
        Ok(())
    }

    async fn wrong_code(&self, head: &Session, code: &Code) -> Result<Option<(FindingKind, String)>, StoreError> {
        let torn = |detail: String| Ok(Some((FindingKind::TornCode, detail)));
        if code.revision != head.revision {
            return torn(format!("the head is of revision {}, the code of {}", head.revision, code.revision));
        }
        if (code.chunk_count, code.size) != (head.chunk_count, head.code_bytes) {
            return torn("head and code differ in size or chunks".to_owned());
        }
        if code.chunk_count == 0 {
            return if code.inline.is_some() {
                Ok(None)
            } else {
                torn("the code has neither bytes nor chunks".to_owned())
            };
        }
        let keys = chunk_keys(code.revision, code.chunk_count);
        let mut chunks = self.store.patterns.read_code_chunks(&keys).await?;
        if chunks.len() != code.chunk_count as usize {
            return torn(format!("{} of {} chunks", chunks.len(), code.chunk_count));
        }
        chunks.sort_by_key(|chunk| chunk.n);
        let parts: Vec<&[u8]> = chunks.iter().map(|chunk| chunk.bytes.as_slice()).collect();
        let unpacked = PackedCode::unpack(&parts, code.sha256, code.size);
        Ok(unpacked.err().map(|corrupt| (FindingKind::DamagedCode, corrupt.to_string())))
    }

    /// Adds the findings about the anchors. If the anchors do not decode, the scan has already reported them.
    async fn placement(&self, head: &Session, contents: &Contents, seen: &mut Seen) -> Result<(), StoreError> {
        if contents.has_anchors && contents.anchors.is_none() {
            return Ok(());
        }
        let code = contents.code.as_deref().filter(|code| code.revision == head.revision);
        let text = match code.filter(|_| !contents.threads.is_empty()) {
            Some(code) => match self.store.sessions().load_code(code.clone()).await {
                Err(StoreError::Corrupt { .. }) => None,
                text => text?,
            },
            None => None,
        };
        let unread = contents.thread_ids.iter().filter(|thread| !contents.threads.contains_key(thread));
        let placement = Placement {
            head,
            text: text.as_deref(),
            anchors: contents.anchors.as_deref(),
            threads: contents.threads.values().map(Box::as_ref).collect(),
            unread: unread.copied().collect(),
        };
        seen.findings.extend(placement.check());
        Ok(())
    }

    fn conversations(&self, session_id: SessionId, contents: &Contents, seen: &mut Seen) {
        for (thread, lines) in &contents.lines {
            if let Some(head) = contents.threads.get(thread).filter(|_| !contents.broken.contains(thread)) {
                seen.findings.extend(conversation::check(head, lines, self.store.clock().now()));
            }
        }
        for (thread, &(items, owner)) in &contents.of_threads {
            let is_expected = contents.thread_ids.contains(thread) || self.jobs.will_remove_thread(*thread);
            if !is_expected && !self.jobs.will_remove_session(session_id) {
                let job = SweepJob::new(SweepKind::Thread, thread.to_string(), owner, self.store.clock().now());
                let job = SweepJob { session_id: Some(session_id), thread: Some(*thread), ..job };
                let (id, detail) = (format!("thread {session_id}.{thread}"), format!("{items} items"));
                let repair = Repair::Sweep(Box::new(job));
                seen.findings.push(Finding::new(FindingKind::OrphansOfThread, id, detail, repair));
            }
        }
    }

    async fn at_email(&self, email_digest: Digest) -> Result<Seen, StoreError> {
        let claim = self.store.patterns.find_email_claim(email_digest).await;
        let Some(claim) = readable(claim)? else { return Ok(Seen::default()) };
        let user = self.store.patterns.get_user(claim.user_id).await;
        let is_theirs = |user: &User| user.email.digest() == email_digest;
        let repair = Repair::ReleaseEmail { email_digest, owner: claim.user_id, claimed_at: claim.claimed_at };
        let id = format!("email_claim {}", &email_digest.to_string()[..16]);
        let seen = self.stale(id, "address", claim.user_id, (user, is_theirs), repair).await?;
        Ok(seen.of_item(&EmailClaimKey { email_digest }.primary()))
    }

    async fn at_username(&self, username_key: &UsernameKey) -> Result<Seen, StoreError> {
        let claim = self.store.patterns.find_username_claim(username_key).await;
        let Some(claim) = readable(claim)? else { return Ok(Seen::default()) };
        let user = self.store.patterns.get_user(claim.user_id).await;
        let is_theirs = |user: &User| user.username.key() == *username_key;
        let repair = Repair::ReleaseUsername {
            username_key: username_key.clone(),
            owner: claim.user_id,
            claimed_at: claim.claimed_at,
        };
        let id = format!("username_claim {}", &Digest::of(username_key.as_str()).to_string()[..16]);
        let seen = self.stale(id, "name", claim.user_id, (user, is_theirs), repair).await?;
        Ok(seen.of_item(&UsernameClaimKey { username_key: username_key.clone() }.primary()))
    }

    /// Whether the user of a claim is deleted, or has another address or username.
    async fn stale(
        &self,
        id: String,
        what: &str,
        owner: UserId,
        (user, is_theirs): (Result<Option<User>, StoreError>, impl Fn(&User) -> bool),
        repair: Repair,
    ) -> Result<Seen, StoreError> {
        let (detail, repair) = match user {
            Err(StoreError::Corrupt { .. }) => return Ok(Seen::default()),
            Err(error) => return Err(error),
            Ok(Some(user)) if is_theirs(&user) => return Ok(Seen::default()),
            Ok(Some(_)) => (format!("user {owner} has another {what}"), repair),
            Ok(None) => {
                let has_work =
                    self.store.patterns.count_sessions(owner).await? > 0 && !self.jobs.will_remove_account(owner);
                let repair = if has_work { Repair::None(USER_MAY_BE_LOST) } else { repair };
                (format!("user {owner} is gone"), repair)
            }
        };
        let findings = vec![Finding::new(FindingKind::StaleClaim, id, detail, repair)];
        Ok(Seen { findings, ..Seen::default() })
    }
}
