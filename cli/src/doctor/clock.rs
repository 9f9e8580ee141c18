//! Checks this machine's clock, because AWS refuses requests that are signed with a wrong time.

use std::time::Duration;

use model::{Clock, Timestamp};

use super::finding::Finding;
use super::http;

const CHECK: &str = "clock";
/// The largest accepted difference.
const TOLERANCE: Duration = Duration::from_mins(1);

/// Compares the clock with the clock of an endpoint.
pub(super) async fn check(url: &str, clock: &Clock) -> Finding {
    match http::get(url).await {
        Ok(answer) => match answer.date {
            Some(remote) => compare(clock.now(), remote, url),
            None => Finding::unknown(CHECK, format!("{url} sends no Date header")),
        },
        Err(error) => Finding::unknown(CHECK, format!("{url} does not answer: {error}")),
    }
}

fn compare(local: Timestamp, remote: Timestamp, url: &str) -> Finding {
    let difference = local.since(remote).max(remote.since(local));
    let direction = if local < remote { "behind" } else { "ahead of" };
    let message = format!("{} seconds {direction} the clock of {url}", difference.as_secs());
    if difference > TOLERANCE {
        let fix = "Synchronize it by NTP (`timedatectl set-ntp true`): AWS refuses requests signed with a clock that \
                   is five minutes wrong";
        return Finding::problem(CHECK, format!("{message}. {fix}."));
    }
    Finding::ok(CHECK, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn a_difference_of_one_minute_is_accepted_in_both_directions() {
        let remote: Timestamp = "2026-11-29T10:00:00Z".parse().expect("a time");
        for (local, state, message) in [
            (remote.plus(Duration::from_mins(1)), State::Ok, "60 seconds ahead of"),
            (remote.minus(Duration::from_mins(1)), State::Ok, "60 seconds behind"),
            (remote.plus(Duration::from_secs(61)), State::Problem, "61 seconds ahead of"),
            (remote.minus(Duration::from_secs(61)), State::Problem, "61 seconds behind"),
        ] {
            let finding = compare(local, remote, "x");
            assert!(finding.state == state && finding.message.starts_with(message), "{finding:?}");
        }
    }
}
