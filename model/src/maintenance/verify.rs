//! Verification: checks that all items of the table are consistent, and repairs findings that can be repaired safely.
//! AP-96 to AP-116.

use std::collections::HashSet;
use std::time::Duration;

use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use tokio::sync::Mutex;

use crate::{Maintenance, Store, StoreError, UserId};

mod anchors;
mod chunks;
mod contents;
mod conversation;
mod finding;
mod inspect;
mod jobs;
mod ledger;
mod look;
mod outcome;
mod repair;

pub use finding::{Finding, FindingKind};
pub use outcome::{Effect, Outcome};

use anchors::Neighbours;
use inspect::inspect;
use jobs::Jobs;
use ledger::{Ledger, Subject};
use look::Look;
use repair::Repair;

/// Maximum number of checks or repairs in parallel.
const AT_ONCE: usize = 8;

/// The settings of a verification.
#[derive(Clone, Debug)]
pub struct Verify {
    /// Number of segments of the scan, which are read in parallel.
    pub segments: u32,
    /// How many times the table is read. Each pass checks a share of the users and sessions, so more passes need less
    /// memory. A pass needs about 300 bytes for each of its users, sessions and threads.
    pub passes: u32,
    /// The delay before the second check of a suspect. It gives writes in progress time to complete.
    pub look_again_after: Duration,
    /// Whether to repair findings.
    pub fix: bool,
    /// The kinds to report and repair; all kinds when empty.
    pub only: Vec<FindingKind>,
    /// The findings that may be repaired, by kind, id and detail; all findings when absent.
    pub plan: Option<HashSet<(FindingKind, String, String)>>,
}

impl Default for Verify {
    fn default() -> Self {
        Self {
            segments: 8,
            passes: 1,
            look_again_after: Duration::from_secs(2),
            fix: false,
            only: Vec::new(),
            plan: None,
        }
    }
}

impl Verify {
    fn is_planned(&self, finding: &Finding) -> bool {
        let Finding { kind, id, detail, .. } = finding;
        self.plan.as_ref().is_none_or(|plan| plan.contains(&(*kind, id.clone(), detail.clone())))
    }
}

/// The progress of a verification.
#[derive(Debug)]
pub enum Progress {
    /// This many more items were read.
    Read(u64),
    /// This many suspects are checked again.
    Suspects(u64),
    /// A finding, and its outcome.
    Found(Finding, Outcome),
}

/// The result of a verification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Items read by the scan.
    pub items: u64,
    /// Number of findings.
    pub findings: u64,
    /// Number of findings that remain.
    pub unsettled: u64,
}

/// A run of a verification. Findings are reported at once, and not kept.
struct Run<'a, F> {
    store: &'a Store,
    options: Verify,
    state: Mutex<(Verified, F)>,
}

impl Maintenance<'_> {
    /// Verifies the whole table: scans it in parallel segments, then reads inconsistent items again with strong
    /// consistency. Safe while the table is in use: a finding is reported only if two checks agree, and every repair is
    /// conditional on the checked state.
    ///
    /// # Errors
    /// When the table does not answer. Findings that were reported and repaired before that stay so. Run the
    /// verification again.
    pub async fn verify<F>(self, options: Verify, report: F) -> Result<Verified, StoreError>
    where
        F: FnMut(Progress) + Send,
    {
        let run = Run { store: self.store, options, state: Mutex::new((Verified::default(), report)) };
        for pass in 0..run.options.passes.max(1) {
            run.pass(pass).await?;
        }
        Ok(run.state.into_inner().0)
    }

    /// Verifies the data of one user: their partition, claims, sessions and jobs.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub async fn verify_user<F>(self, user_id: UserId, options: Verify, report: F) -> Result<Verified, StoreError>
    where
        F: FnMut(Progress) + Send,
    {
        let run = Run { store: self.store, options, state: Mutex::new((Verified::default(), report)) };
        run.user(user_id).await?;
        Ok(run.state.into_inner().0)
    }
}

impl<F: FnMut(Progress) + Send> Run<'_, F> {
    async fn pass(&self, pass: u32) -> Result<(), StoreError> {
        let ledger = Mutex::new(Ledger::new(pass, self.options.passes, self.store.clock().now()));
        let segments = self.options.segments.max(1);
        let scans = (0..segments).map(|segment| self.segment(segment, segments, pass == 0, &ledger));
        futures::future::try_join_all(scans).await?;
        self.settle(ledger.into_inner().into_suspects()).await
    }

    /// Reads one segment. Findings about a single item are reported at once; the ledger collects the rest.
    async fn segment(&self, segment: u32, of: u32, is_first: bool, ledger: &Mutex<Ledger>) -> Result<(), StoreError> {
        let (mut start, mut neighbours) = (None, Neighbours::default());
        loop {
            let page = self.store.patterns.scan_segment(segment, of, start).await?;
            let now = self.store.clock().now();
            let count = page.items.len() as u64;
            // Inspecting an item decompresses inline code, which blocks.
            let inspect = move || {
                let look = |item| {
                    let inspected = inspect(item, now);
                    let odd = inspected.entity.as_ref().and_then(|entity| neighbours.take_next(entity));
                    (inspected, odd)
                };
                (page.items.iter().map(look).collect::<Vec<_>>(), neighbours)
            };
            let inspected =
                tokio::task::spawn_blocking(inspect).await.expect("inspecting does not panic and is not cancelled");
            neighbours = inspected.1;
            for (item, odd) in inspected.0 {
                if let Some(entity) = &item.entity {
                    ledger.lock().await.enter(entity, odd);
                }
                for finding in item.findings.into_iter().filter(|_| is_first) {
                    self.repair_and_report(finding).await?;
                }
            }
            if is_first {
                let mut state = self.state.lock().await;
                state.0.items += count;
                (state.1)(Progress::Read(count));
            }
            start = page.next;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    async fn user(&self, user_id: UserId) -> Result<(), StoreError> {
        let jobs = Jobs::read(self.store).await?;
        let look = Look { store: self.store, jobs: &jobs };
        let first = look.at(&Subject::User(user_id)).await?;
        let now = self.store.clock().now();
        let mut local = first.local;
        local.extend(jobs.of(user_id).flat_map(|job| inspect(job, now).findings));
        let subjects: Vec<Subject> = [Subject::User(user_id)].into_iter().chain(first.leads).collect();
        for subject in subjects.iter().filter(|subject| !matches!(subject, Subject::User(_))) {
            local.extend(look.at(subject).await?.local);
        }
        for finding in local {
            self.repair_and_report(finding).await?;
        }
        self.settle(subjects).await
    }

    /// Checks the suspects, waits, and checks them again. A finding is confirmed if both checks agree.
    async fn settle(&self, subjects: Vec<Subject>) -> Result<(), StoreError> {
        let mut known = HashSet::new();
        let mut subjects: Vec<Subject> = subjects.into_iter().filter(|subject| known.insert(subject.clone())).collect();
        (self.state.lock().await.1)(Progress::Suspects(subjects.len() as u64));
        let before = Jobs::read(self.store).await?;
        let mut suspected = Vec::new();
        while !subjects.is_empty() {
            let looks = self.look(std::mem::take(&mut subjects), &before).await?;
            for (subject, findings, leads) in looks {
                // Another user's claim is checked too. Sessions are not: a user's own sessions are suspects already.
                let claims = leads.into_iter().filter(|lead| !matches!(lead, Subject::Session(..)));
                subjects.extend(claims.filter(|lead| known.insert(lead.clone())));
                if !findings.is_empty() {
                    suspected.push((subject, findings));
                }
            }
        }
        if suspected.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(self.options.look_again_after).await;
        let jobs = Jobs::read(self.store).await?.and(&before);
        let again = self.look(suspected.iter().map(|(subject, _)| subject.clone()).collect(), &jobs).await?;
        let mut sure: Vec<Finding> = Vec::new();
        // The results are in the order of the subjects.
        for ((_, first), (_, findings, _)) in suspected.iter().zip(again) {
            sure.extend(findings.into_iter().filter(|finding| first.iter().any(|other| finding.is_same(other))));
        }
        // A stale claim is released before another user's claim is restored.
        sure.sort_by_key(|finding| finding.kind != FindingKind::StaleClaim);
        for finding in sure {
            self.repair_and_report(finding).await?;
        }
        Ok(())
    }

    async fn look(
        &self,
        subjects: Vec<Subject>,
        jobs: &Jobs,
    ) -> Result<Vec<(Subject, Vec<Finding>, Vec<Subject>)>, StoreError> {
        let look = Look { store: self.store, jobs };
        let look = &look;
        iter(subjects)
            .map(|subject| async move {
                let seen = look.at(&subject).await?;
                Ok((subject, seen.findings, seen.leads))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Repairs a finding if it may be repaired, and reports it.
    async fn repair_and_report(&self, finding: Finding) -> Result<(), StoreError> {
        if !self.options.only.is_empty() && !self.options.only.contains(&finding.kind) {
            return Ok(());
        }
        let outcome = match &finding.repair {
            Repair::None(why) => Outcome::Left(why),
            _ if self.options.fix && !self.options.is_planned(&finding) => Outcome::NotPlanned,
            repair if self.options.fix => match self.store.maintenance().repair(repair).await {
                Err(StoreError::Corrupt { .. }) => Outcome::Left("the repair met an item that does not decode"),
                outcome => outcome?,
            },
            _ => Outcome::Repairable,
        };
        let mut state = self.state.lock().await;
        state.0.findings += 1;
        state.0.unsettled += u64::from(!outcome.is_settled());
        (state.1)(Progress::Found(finding, outcome));
        Ok(())
    }
}
