//! Repairs: writes that are conditional on the checked state, each a documented pattern. Cases without a known correct
//! state are left to a person.

use crate::generated::DESIGN;
use crate::maintenance::verify::outcome::{Effect, Outcome};
use crate::{
    Anchors, CodeChunkKey, Creation, Digest, EmailClaim, ExpiredCreation, ExpiredFamily, ExpiredMessage, ExpiredRecord,
    ExpiredWindow, Expiry, FailQuestionError, Idempotency, LeaveSweepJobError, Maintenance, Message, RateWindow,
    RefreshFamily, ReleaseClaims, ReleaseClaimsError, RemoveExpired, RemoveExpiredError, RepairAnchors,
    RepairAnchorsError, RepairMessageSlots, RepairMessageSlotsError, RepairSessionCountError, RepairThreadCount,
    RepairThreadCountError, RestoreClaims, RestoreClaimsError, SessionId, SessionVersion, StaleEmailClaim,
    StaleUsernameClaim, StoreError, SweepJob, ThreadUuid, Timestamp, User, UserId, UsernameClaim, UsernameKey,
};
use table_runtime::StoredItem;

/// The error code of a question that no run answers any more.
const GIVEN_UP: &str = "AI_TIMEOUT";

/// How a finding is repaired.
#[derive(Clone, PartialEq)]
pub(crate) enum Repair {
    /// No repair, with the reason.
    None(&'static str),
    Upgrade(Box<StoredItem>),
    /// Counters whose value is not a valid number of their type.
    Counters(Box<StoredItem>),
    IndexKeys(Box<StoredItem>),
    RemoveExpired(Box<Expired>),
    SessionCount {
        user_id: UserId,
        seen: u32,
        seen_changes: u32,
        counted: u32,
    },
    ThreadCount {
        user_id: UserId,
        session_id: SessionId,
        seen: u32,
        seen_changes: u32,
        counted: u32,
    },
    MessageSlots {
        session_id: SessionId,
        thread: ThreadUuid,
        seen: u32,
        seen_updated_at: Timestamp,
        counted: u32,
    },
    Anchors(Box<SoundAnchors>),
    RestoreClaims {
        user: Box<User>,
        email: bool,
        username: bool,
    },
    ReleaseEmail {
        email_digest: Digest,
        owner: UserId,
        claimed_at: Timestamp,
    },
    ReleaseUsername {
        username_key: UsernameKey,
        owner: UserId,
        claimed_at: Timestamp,
    },
    /// Creates and runs a job that removes orphaned items.
    Sweep(Box<SweepJob>),
    RunJob(Box<SweepJob>),
    RemoveChunks(Vec<CodeChunkKey>),
    FailQuestion(Box<Message>),
}

/// The correct anchors of a session, and the state that they are conditional on.
#[derive(Clone, PartialEq)]
pub(crate) struct SoundAnchors {
    pub(crate) anchors: Anchors,
    pub(crate) owner: UserId,
    pub(crate) seen_version: SessionVersion,
    pub(crate) seen_changes: u32,
}

/// An item that has expired.
#[derive(Clone, PartialEq)]
pub(crate) enum Expired {
    Family(RefreshFamily),
    Record(Idempotency),
    Creation(Creation),
    Window(RateWindow),
    Message { session_id: SessionId, thread: ThreadUuid, seq: u32, expires_at: Expiry },
}

impl Repair {
    /// The effect of the repair, and a description; none if a person must repair the finding.
    pub(super) fn effect(&self) -> Option<(Effect, &'static str)> {
        Some(match self {
            Self::None(_) => return None,
            Self::Upgrade(_) => (Effect::Restores, "writes the item in the current version"),
            Self::Counters(_) => (Effect::Restores, "sets the counter to the nearest valid number"),
            Self::IndexKeys(_) => (Effect::Restores, "writes the keys of the index again"),
            Self::RemoveExpired(_) => (Effect::Deletes, "deletes the item"),
            Self::SessionCount { .. } | Self::ThreadCount { .. } | Self::MessageSlots { .. } => {
                (Effect::Restores, "sets the counter to what there is")
            }
            Self::Anchors(_) => (Effect::Restores, "writes the anchors of the session again"),
            Self::RestoreClaims { .. } => (Effect::Restores, "makes the claim again"),
            Self::ReleaseEmail { .. } | Self::ReleaseUsername { .. } => (Effect::Deletes, "deletes the claim"),
            Self::Sweep(_) => (Effect::Deletes, "deletes the items, through a sweep job"),
            Self::RunJob(_) => (Effect::Deletes, "runs the job, which deletes the items it names"),
            Self::RemoveChunks(_) => (Effect::Deletes, "deletes the chunks"),
            Self::FailQuestion(_) => (Effect::Restores, "marks the question as failed, so that it can be asked again"),
        })
    }
}

impl Maintenance<'_> {
    /// Repairs a finding if its state has not changed since the check.
    pub(super) async fn repair(self, repair: &Repair) -> Result<Outcome, StoreError> {
        match repair {
            Repair::None(why) => Ok(Outcome::Left(why)),
            Repair::Upgrade(item) => self.upgrade_whole(item).await,
            Repair::Counters(item) => Ok(if self.store.patterns.correct_counters(item).await? {
                Outcome::Repaired("it was set to the nearest valid number")
            } else {
                Outcome::Moved
            }),
            Repair::IndexKeys(item) => Ok(if self.store.patterns.repair_index_keys(item).await? {
                Outcome::Repaired("the keys of its indexes were written again")
            } else {
                Outcome::Moved
            }),
            Repair::RemoveExpired(expired) => self.remove_one_expired(expired).await,
            Repair::Anchors(sound) => self.write_anchors(sound).await,
            Repair::RestoreClaims { user, email, username } => self.restore_lost_claims(user, *email, *username).await,
            Repair::ReleaseEmail { .. } | Repair::ReleaseUsername { .. } => self.release(repair).await,
            Repair::Sweep(job) => {
                match self.store.patterns.leave_sweep_job(job).await {
                    Ok(()) | Err(LeaveSweepJobError::JobExists) => {}
                    Err(LeaveSweepJobError::Store(error)) => return Err(error),
                }
                self.swept(job, "a sweep job was left for them, and done").await
            }
            Repair::RunJob(job) => self.swept(job, "the job was done").await,
            Repair::RemoveChunks(keys) => {
                self.store.patterns.delete_code_chunks(keys).await?;
                Ok(Outcome::Repaired("the chunks were removed"))
            }
            Repair::FailQuestion(question) => match self.store.messages().lease(question).release(GIVEN_UP).await {
                Ok(()) => Ok(Outcome::Repaired("it was marked as failed, and can be asked again")),
                Err(FailQuestionError::QuestionGone | FailQuestionError::LeaseLost) => Ok(Outcome::Moved),
                Err(FailQuestionError::Store(error)) => Err(error),
            },
            counted => self.repair_number(counted).await,
        }
    }

    /// Runs a job. A job that fails is left to the sweep, so that the other findings can still be repaired.
    async fn swept(self, job: &SweepJob, done: &'static str) -> Result<Outcome, StoreError> {
        match self.sweep(job).await {
            Ok(()) => Ok(Outcome::Repaired(done)),
            Err(StoreError::Corrupt { .. } | StoreError::Rejected { .. } | StoreError::Contended { .. }) => {
                Ok(Outcome::Left("its sweep job fails: `codesensei sweep` says why"))
            }
            Err(error) => Err(error),
        }
    }

    /// Repairs a counter, on condition that its value has not changed.
    async fn repair_number(self, repair: &Repair) -> Result<Outcome, StoreError> {
        const COUNTED: Outcome = Outcome::Repaired("the counter was set to the number of items");
        match *repair {
            Repair::SessionCount { user_id, seen, seen_changes, counted } => {
                match self.store.patterns.repair_session_count(user_id, seen, seen_changes, counted).await {
                    Ok(()) => Ok(COUNTED),
                    Err(RepairSessionCountError::UserNotFound | RepairSessionCountError::CountMoved) => {
                        Ok(Outcome::Moved)
                    }
                    Err(RepairSessionCountError::Store(error)) => Err(error),
                }
            }
            Repair::ThreadCount { user_id, session_id, seen, seen_changes, counted } => {
                let seen_count = seen;
                let input = RepairThreadCount { user_id, session_id, seen_count, seen_changes, counted };
                match self.store.patterns.repair_thread_count(input).await {
                    Ok(()) => Ok(COUNTED),
                    Err(RepairThreadCountError::SessionNotFound | RepairThreadCountError::CountMoved) => {
                        Ok(Outcome::Moved)
                    }
                    Err(RepairThreadCountError::Store(error)) => Err(error),
                }
            }
            Repair::MessageSlots { session_id, thread, seen, seen_updated_at, counted } => {
                let seen_slots = seen;
                let input = RepairMessageSlots { session_id, thread, seen_slots, seen_updated_at, counted };
                match self.store.patterns.repair_message_slots(input).await {
                    Ok(()) => Ok(COUNTED),
                    Err(RepairMessageSlotsError::ThreadNotFound | RepairMessageSlotsError::SlotsMoved) => {
                        Ok(Outcome::Moved)
                    }
                    Err(RepairMessageSlotsError::Store(error)) => Err(error),
                }
            }
            _ => Ok(Outcome::Moved),
        }
    }

    async fn write_anchors(self, sound: &SoundAnchors) -> Result<Outcome, StoreError> {
        const WRITTEN: Outcome = Outcome::Repaired("the anchors of the session were written again");
        let SoundAnchors { anchors, owner, seen_version, seen_changes } = sound;
        let repaired = self.store.patterns.repair_anchors(RepairAnchors {
            anchors,
            user_id: *owner,
            session_id: anchors.session_id,
            seen_version: *seen_version,
            seen_changes: *seen_changes,
        });
        match repaired.await {
            Ok(()) => Ok(WRITTEN),
            // One write repairs all anchors of a session, so another finding may already have made it.
            Err(RepairAnchorsError::AnchorsMoved) => {
                let now = self.store.patterns.get_anchors(anchors.session_id).await?;
                Ok(if now.as_ref() == Some(anchors) { WRITTEN } else { Outcome::Moved })
            }
            Err(RepairAnchorsError::SessionNotFound | RepairAnchorsError::SessionChanged) => Ok(Outcome::Moved),
            Err(RepairAnchorsError::Store(error)) => Err(error),
        }
    }

    /// Upgrades one version at a time; each write is conditional on the version before.
    async fn upgrade_whole(self, item: &StoredItem) -> Result<Outcome, StoreError> {
        let mut item = item.clone();
        let mut is_newer = false;
        while self.store.patterns.upgrade_item(&item).await? {
            is_newer = true;
            item = item.upgraded(&DESIGN);
        }
        Ok(if is_newer { Outcome::Repaired("it was brought up to date") } else { Outcome::Moved })
    }

    async fn remove_one_expired(self, expired: &Expired) -> Result<Outcome, StoreError> {
        let mut input = RemoveExpired { family: None, record: None, creation: None, window: None, message: None };
        match expired {
            Expired::Family(family) => {
                input.family = Some(ExpiredFamily {
                    user_id: family.user_id,
                    family_id: family.family_id,
                    seen_expires_at: family.expires_at,
                });
            }
            Expired::Record(record) => {
                input.record = Some(ExpiredRecord {
                    session_id: record.session_id,
                    thread: record.thread,
                    key_digest: record.key_digest,
                    seen_expires_at: record.expires_at,
                });
            }
            Expired::Message { session_id, thread, seq, expires_at } => {
                input.message = Some(ExpiredMessage {
                    session_id: *session_id,
                    thread: *thread,
                    seq: *seq,
                    seen_expires_at: *expires_at,
                });
            }
            Expired::Creation(record) => {
                let (key_digest, seen_expires_at) = (record.key_digest, record.expires_at);
                input.creation = Some(ExpiredCreation { key_digest, seen_expires_at });
            }
            Expired::Window(window) => {
                input.window = Some(ExpiredWindow {
                    rule: &window.rule,
                    subject: &window.subject,
                    window: window.window,
                    seen_expires_at: window.expires_at,
                });
            }
        }
        match self.store.patterns.remove_expired(input).await {
            Ok(()) => Ok(Outcome::Repaired("it was removed")),
            Err(RemoveExpiredError::Renewed) => Ok(Outcome::Moved),
            Err(RemoveExpiredError::Store(error)) => Err(error),
        }
    }

    async fn restore_lost_claims(self, user: &User, email: bool, username: bool) -> Result<Outcome, StoreError> {
        let (user_id, claimed_at) = (user.user_id, self.store.clock().now());
        let email_claim = EmailClaim { email_digest: user.email.digest(), user_id, claimed_at };
        let username_claim = UsernameClaim { username_key: user.username.key(), user_id, claimed_at };
        let restored = self.store.patterns.restore_claims(RestoreClaims {
            email_claim: email.then_some(&email_claim),
            username_claim: username.then_some(&username_claim),
            user_id,
            email: &user.email,
            username: &user.username,
            seen_updated_at: user.updated_at,
        });
        match restored.await {
            Ok(()) => Ok(Outcome::Repaired("the claim was made again")),
            Err(RestoreClaimsError::EmailTaken | RestoreClaimsError::UsernameTaken) => Ok(Outcome::Left(TAKEN)),
            Err(RestoreClaimsError::UserNotFound | RestoreClaimsError::ProfileChanged) => Ok(Outcome::Moved),
            Err(RestoreClaimsError::Store(error)) => Err(error),
        }
    }

    async fn release(self, repair: &Repair) -> Result<Outcome, StoreError> {
        let mut input = ReleaseClaims { email_claim: None, username_claim: None };
        match repair {
            Repair::ReleaseEmail { email_digest, owner, claimed_at } => {
                let (email_digest, owner, seen_claimed_at) = (*email_digest, *owner, *claimed_at);
                input.email_claim = Some(StaleEmailClaim { email_digest, owner, seen_claimed_at });
            }
            Repair::ReleaseUsername { username_key, owner, claimed_at } => {
                let (owner, seen_claimed_at) = (*owner, *claimed_at);
                input.username_claim = Some(StaleUsernameClaim { username_key, owner, seen_claimed_at });
            }
            _ => return Ok(Outcome::Moved),
        }
        match self.store.patterns.release_claims(input).await {
            Ok(()) => Ok(Outcome::Repaired("the claim was released")),
            Err(ReleaseClaimsError::ClaimMoved) => Ok(Outcome::Moved),
            Err(ReleaseClaimsError::Store(error)) => Err(error),
        }
    }
}

/// Why the data of a user without a profile is not removed.
pub(super) const USER_MAY_BE_LOST: &str =
    "their sessions are still there: restore the profile from a backup, or remove the rest by hand";

/// Why a claim is not restored.
pub(super) const TAKEN: &str = "another account holds the address or name: one of the two has to take another";
