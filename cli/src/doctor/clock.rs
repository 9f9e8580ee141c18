//! Whether this machine's clock is right: AWS refuses what is signed five minutes off, and a key's ages are read from it.

use std::time::Duration;

use model::{Clock, Timestamp};

use super::finding::Finding;
use super::http;

const CHECK: &str = "clock";
/// The most that it may be off.
const TOLERANCE: Duration = Duration::from_mins(1);

/// Compares it with the clock of an endpoint.
pub(super) async fn check(url: &str, clock: &Clock) -> Finding {
    match http::get(url).await {
        Ok(answer) => match answer.date {
            Some(there) => compared(clock.now(), there, url),
            None => Finding::unknown(CHECK, format!("{url} sends no Date header")),
        },
        Err(error) => Finding::unknown(CHECK, format!("{url} does not answer: {error}")),
    }
}

fn compared(here: Timestamp, there: Timestamp, url: &str) -> Finding {
    let off = here.since(there).max(there.since(here));
    let way = if here < there { "behind" } else { "ahead of" };
    let told = format!("{} seconds {way} that of {url}", off.as_secs());
    if off > TOLERANCE {
        let mend =
            "Set it by NTP (`timedatectl set-ntp true`): requests to AWS that are signed five minutes off are refused";
        return Finding::problem(CHECK, format!("{told}. {mend}."));
    }
    Finding::ok(CHECK, told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn a_clock_may_be_a_minute_off_in_both_directions() {
        let there: Timestamp = "2026-11-29T10:00:00Z".parse().expect("a time");
        for (here, state, told) in [
            (there.plus(Duration::from_mins(1)), State::Ok, "60 seconds ahead of"),
            (there.minus(Duration::from_mins(1)), State::Ok, "60 seconds behind"),
            (there.plus(Duration::from_secs(61)), State::Problem, "61 seconds ahead of"),
            (there.minus(Duration::from_secs(61)), State::Problem, "61 seconds behind"),
        ] {
            let finding = compared(here, there, "x");
            assert!(finding.state == state && finding.told.starts_with(told), "{finding:?}");
        }
    }
}
