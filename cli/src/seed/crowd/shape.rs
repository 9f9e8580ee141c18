//! How large a crowd is, and how its work is spread over its people.

use clap::Args;
use model::{Date, Timestamp};
use rand::Rng;
use rand_distr::{Distribution as _, LogNormal};

/// Of accounts: the busiest tenth has about half of all sessions. The figure is a common one for how unequal the use of
/// online services is.
const SESSIONS_SPREAD: f64 = 1.2;
/// Within one account the differences are smaller.
const WITHIN_SPREAD: f64 = 0.8;
/// The data ends with this day: fixed, as everything about it is.
const LAST_DAY: &str = "2026-09-30";

/// The caps that the writes of the product hold.
const MAX_SESSIONS: u32 = 100;
const MAX_THREADS: u32 = 50;
const MAX_EXCHANGES: u32 = 250;

/// How large the crowd is. The figures are averages: most accounts have less, a few have much more, none more than the product's caps.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct Shape {
    /// How many made-up accounts to load; without it, the people of seed/ are loaded.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: Option<u32>,
    /// Sessions by account, on average; at most 100 in one.
    #[arg(long, value_name = "AVERAGE", default_value_t = 5.0, value_parser = average, requires = "users")]
    pub sessions_per_user: f64,
    /// Threads by session, on average; at most 50 in one.
    #[arg(long, value_name = "AVERAGE", default_value_t = 2.0, value_parser = average, requires = "users")]
    pub threads_per_session: f64,
    /// Messages by thread, answers included, on average; at most 500 in one.
    #[arg(long, value_name = "AVERAGE", default_value_t = 4.0, value_parser = average, requires = "users")]
    pub messages_per_thread: f64,
    /// How many days all of it is spread over; the last is 2026-09-30.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650), requires = "users")]
    pub days: u32,
    /// The same number gives the same data; another one gives other people.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "users")]
    pub rng_seed: u32,
}

fn average(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=500.0).contains(number));
    number.ok_or_else(|| "an average is a number from 0 to 500, for example 2.5".to_owned())
}

impl Shape {
    /// How many accounts.
    #[must_use]
    pub fn users(&self) -> u32 {
        self.users.unwrap_or_default()
    }

    /// When the days begin, and when they are over.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        let last: Date = LAST_DAY.parse().expect("it is a day");
        (last.days_before(self.days - 1).start(), last.end())
    }

    /// How many sessions an account has.
    pub(super) fn sessions(&self, rng: &mut impl Rng) -> u32 {
        spread(self.sessions_per_user, SESSIONS_SPREAD, MAX_SESSIONS, rng)
    }

    /// How many threads a session has.
    pub(super) fn threads(&self, rng: &mut impl Rng) -> u32 {
        spread(self.threads_per_session, WITHIN_SPREAD, MAX_THREADS, rng)
    }

    /// How many questions with their answers a thread has.
    pub(super) fn exchanges(&self, rng: &mut impl Rng) -> u32 {
        spread(self.messages_per_thread / 2.0, WITHIN_SPREAD, MAX_EXCHANGES, rng)
    }
}

/// A number from a log-normal distribution with this mean, up to a cap.
fn spread(mean: f64, sigma: f64, cap: u32, rng: &mut impl Rng) -> u32 {
    if mean <= 0.0 {
        return 0;
    }
    // The mean of the distribution is exp(mu + sigma²/2).
    let mu = mean.ln() - sigma * sigma / 2.0;
    let drawn = LogNormal::new(mu, sigma).expect("sigma is finite").sample(rng).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a whole number from 0 to the cap"
    )]
    let number = drawn.clamp(0.0, f64::from(cap)) as u32;
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha8Rng;

    #[test]
    fn the_mean_is_as_asked_and_a_tenth_does_about_half() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut drawn: Vec<u32> = (0..10_000).map(|_| spread(5.0, SESSIONS_SPREAD, MAX_SESSIONS, &mut rng)).collect();
        drawn.sort_unstable();
        let sum = |numbers: &[u32]| numbers.iter().sum::<u32>();
        let (all, busiest) = (sum(&drawn), sum(&drawn[9_000..]));
        assert!((45_000..55_000).contains(&all), "{all}");
        assert!(busiest * 10 > all * 4 && busiest * 10 < all * 6, "{busiest} of {all}");
    }
}
