//! The size of a crowd, and the distribution of its data over the users.

use clap::Args;
use model::{Date, Timestamp};
use rand::Rng;
use rand_distr::{Distribution as _, LogNormal};

/// The spread over accounts: the busiest tenth has about half of all sessions, a common distribution in online
/// services.
const SESSIONS_SPREAD: f64 = 1.2;
/// The spread within one account, which is smaller.
const WITHIN_SPREAD: f64 = 0.8;
/// The last day of the data; fixed, because all of the data is fixed.
const LAST_DAY: &str = "2026-09-30";

/// The limits of the product.
const MAX_SESSIONS: u32 = 100;
const MAX_THREADS: u32 = 50;
const MAX_EXCHANGES: u32 = 250;

/// The size of the crowd. The figures are averages: most accounts have less, a few have much more, within the limits of
/// the product.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct Shape {
    /// The number of generated accounts. Without it, the people of seed/ are loaded.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: Option<u32>,
    /// The average number of sessions per account; the maximum is 100.
    #[arg(long, value_name = "AVERAGE", default_value_t = 5.0, value_parser = average, requires = "users")]
    pub sessions_per_user: f64,
    /// The average number of threads per session; the maximum is 50.
    #[arg(long, value_name = "AVERAGE", default_value_t = 2.0, value_parser = average, requires = "users")]
    pub threads_per_session: f64,
    /// The average number of messages per thread, including answers; the maximum is 500.
    #[arg(long, value_name = "AVERAGE", default_value_t = 4.0, value_parser = average, requires = "users")]
    pub messages_per_thread: f64,
    /// The number of days of the data; the last day is 2026-09-30.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650), requires = "users")]
    pub days: u32,
    /// The seed of the random numbers. The same seed generates the same data.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "users")]
    pub rng_seed: u32,
}

fn average(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=500.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to 500, such as 2.5".to_owned())
}

impl Shape {
    /// The number of accounts.
    #[must_use]
    pub fn users(&self) -> u32 {
        self.users.unwrap_or_default()
    }

    /// The begin of the first day and the end of the last day.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        let last: Date = LAST_DAY.parse().expect("the constant is a day");
        (last.days_before(self.days - 1).start(), last.end())
    }

    /// A random number of sessions of an account.
    pub(super) fn sessions(&self, rng: &mut impl Rng) -> u32 {
        spread(self.sessions_per_user, SESSIONS_SPREAD, MAX_SESSIONS, rng)
    }

    /// A random number of threads of a session.
    pub(super) fn threads(&self, rng: &mut impl Rng) -> u32 {
        spread(self.threads_per_session, WITHIN_SPREAD, MAX_THREADS, rng)
    }

    /// A random number of questions with answers of a thread.
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
    fn the_mean_is_as_requested_and_a_tenth_has_about_half() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut drawn: Vec<u32> = (0..10_000).map(|_| spread(5.0, SESSIONS_SPREAD, MAX_SESSIONS, &mut rng)).collect();
        drawn.sort_unstable();
        let sum = |numbers: &[u32]| numbers.iter().sum::<u32>();
        let (all, busiest) = (sum(&drawn), sum(&drawn[9_000..]));
        assert!((45_000..55_000).contains(&all), "{all}");
        assert!(busiest * 10 > all * 4 && busiest * 10 < all * 6, "{busiest} of {all}");
    }
}
