//! The contents of a session, collected by a check.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::generated::any::AnyEntity;
use crate::maintenance::verify::conversation::Lines;
use crate::{Anchors, Code, Message, Thread, ThreadUuid, UserId};
use table_runtime::StoredItem;

/// The contents of a session, without the texts of messages.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) items: u32,
    pub(super) has_code: bool,
    pub(super) code: Option<Box<Code>>,
    pub(super) has_anchors: bool,
    pub(super) anchors: Option<Box<Anchors>>,
    /// The owners of its items.
    pub(super) owners: BTreeSet<UserId>,
    /// Threads by their keys, including those that do not decode.
    pub(super) thread_ids: HashSet<ThreadUuid>,
    pub(super) threads: BTreeMap<ThreadUuid, Box<Thread>>,
    pub(super) lines: BTreeMap<ThreadUuid, Lines>,
    /// Threads with a message that does not decode. The messages of such a thread cannot be checked.
    pub(super) broken: HashSet<ThreadUuid>,
    /// The number of messages and records of each thread, and their owner.
    pub(super) of_threads: BTreeMap<ThreadUuid, (u32, UserId)>,
}

impl Contents {
    pub(super) fn add(&mut self, item: &StoredItem, entity: Option<AnyEntity>) {
        self.items += 1;
        let in_key = |prefix| item.sk().strip_prefix(prefix)?.split('#').next()?.parse::<ThreadUuid>().ok();
        self.has_code |= item.sk() == "CODE";
        self.has_anchors |= item.sk() == "THREAD";
        self.thread_ids.extend(in_key("THREAD#"));
        let (thread, owner) = match entity {
            Some(AnyEntity::Code(code)) => {
                self.owners.insert(code.user_id);
                self.code = Some(code);
                return;
            }
            Some(AnyEntity::Anchors(anchors)) => {
                self.owners.insert(anchors.user_id);
                self.anchors = Some(anchors);
                return;
            }
            Some(AnyEntity::Thread(thread)) => {
                self.owners.insert(thread.user_id);
                self.lines.entry(thread.thread).or_default();
                self.threads.insert(thread.thread, thread);
                return;
            }
            Some(AnyEntity::Message(message)) => {
                self.line(&message);
                (message.thread, message.user_id)
            }
            Some(AnyEntity::Idempotency(record)) => (record.thread, record.user_id),
            _ => {
                self.broken.extend(in_key("MSG#"));
                return;
            }
        };
        self.owners.insert(owner);
        self.of_threads.entry(thread).or_insert((0, owner)).0 += 1;
    }

    fn line(&mut self, message: &Message) {
        self.lines.entry(message.thread).or_default().insert(message.seq, message.into());
    }
}
