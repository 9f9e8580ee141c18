//! Rate windows: one conditional update before a limited request. AP-60 and AP-61.

use std::time::Duration;

use crate::{CountHit, CountHitError, RateWindow, RestartWindowError, Store, StoreError, Timestamp};

/// How many hits a rule lets through in how long a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateRule {
    /// What it is called in the table, for example `login`.
    pub name: &'static str,
    /// Hits let through.
    pub max_hits: u32,
    /// How long the window is, in seconds.
    pub window_seconds: u32,
}

/// Whether a hit was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// It counts.
    Counted,
    /// It does not, and none will before this time.
    Refused {
        /// When the window ends.
        retry_at: Timestamp,
    },
}

/// Others restarting the same window at the same moment are waited for this often.
const TRIES: u32 = 3;

impl Store {
    /// Counts a hit of a subject under a rule, unless its window is full.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn hit(&self, rule: RateRule, subject: &str) -> Result<Hit, StoreError> {
        let window = Duration::from_secs(u64::from(rule.window_seconds));
        for _ in 0..TRIES {
            let now = self.clock().now();
            let expires_at = now.plus(window).expiry();
            let counted = self.count_hit(CountHit {
                rule: rule.name,
                subject,
                window_seconds: rule.window_seconds,
                window_start: now.minus(window),
                max_hits: rule.max_hits,
                now,
                expires_at,
            });
            let current = match counted.await {
                Ok(()) => return Ok(Hit::Counted),
                Err(CountHitError::WindowFull { current }) => current,
                Err(CountHitError::Store(error)) => return Err(error),
            };
            let ends = current.started_at.plus(window);
            if ends > now {
                return Ok(Hit::Refused { retry_at: ends });
            }
            let fresh = RateWindow { started_at: now, hits: 1, expires_at, ..(*current).clone() };
            match self.restart_window(&fresh, current.started_at).await {
                Ok(()) => return Ok(Hit::Counted),
                Err(RestartWindowError::WindowMoved) => {}
                Err(RestartWindowError::Store(error)) => return Err(error),
            }
        }
        Err(StoreError::Contended { pattern: "AP-61" })
    }
}
