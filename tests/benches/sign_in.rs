//! Does the duration of a refused sign-in reveal if the user exists? `cargo bench -p tests --bench sign_in`.
//!
//! The whole API runs on the embedded engine, with the hash cost of a deployment and without rate limits. Refused
//! sign-ins alternate between an unknown username and a known username with a wrong password. The result is
//! statistical, so a test cannot assert it; a person reads it.

#![expect(clippy::print_stdout, reason = "a person reads the result")]

use std::time::{Duration, Instant};

use bedrock_local::LocalBedrock;
use codesensei::local::application_on;
use codesensei::local_keys::LocalKeys;
use handlers::App;
use handlers::auth::password::{COST, Password};
use handlers::rates::RateLimits;
use model::NewUser;
use serde_json::json;
use tests::story::{A_WEEK, newcomer};
use tests::{TestApp, TestTable};

/// Measured sign-ins of each kind.
const ROUNDS: u32 = 400;
/// Sign-ins before the measurement, which are not counted.
const WARM_UP: u32 = 20;

#[tokio::main]
async fn main() {
    // `cargo test --all-targets` starts the benchmark too, and must not wait for it.
    if std::env::args().any(|argument| argument == "--bench") {
        compare().await;
    }
}

async fn compare() {
    let table = TestTable::new().await;
    let bedrock = LocalBedrock::start().expect("a free port");
    let keys = LocalKeys::generate().expect("a key for tokens");
    let app = application_on(table.store().clone(), &keys, &bedrock.url, COST).await.expect("an application");
    let password: Password = "Analytical-1843".parse().expect("strong");
    let password_hash = app.hasher.enter().expect("a place").hash(&password).await.expect("a hash");
    for number in 0..WARM_UP + ROUNDS {
        let new = NewUser { password_hash: password_hash.clone(), ..newcomer(&format!("taken{number}")) };
        table.accounts().create(new, A_WEEK).await.expect("the name is free");
    }
    let app = TestApp::of(table, bedrock, App { rate_limits: RateLimits::Off, ..app });
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..WARM_UP + ROUNDS {
        let (taken, free) = (format!("taken{number}"), format!("free{number}"));
        // The order alternates, because the second sign-in finds warm caches.
        let (of_taken, of_free) = if number % 2 == 0 {
            let first = refused(&app, &taken).await;
            (first, refused(&app, &free).await)
        } else {
            let first = refused(&app, &free).await;
            (refused(&app, &taken).await, first)
        };
        if number >= WARM_UP {
            known.push(millis(of_taken));
            unknown.push(millis(of_free));
        }
    }
    report(&known, &unknown);
}

/// The duration of a refused sign-in.
async fn refused(app: &TestApp, name: &str) -> Duration {
    let stranger = app.stranger();
    let credentials = json!({ "username": name, "password": "Analytical-1844" });
    let began = Instant::now();
    let answer = stranger.posts("/auth/login", &credentials).await;
    let took = began.elapsed();
    answer.refused(401, "INVALID_CREDENTIALS");
    took
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn report(known: &[f64], unknown: &[f64]) {
    println!("{ROUNDS} refused sign-ins each, bcrypt at cost {COST}, in milliseconds\n");
    println!("{:<14} {:>8} {:>8} {:>8}", "", "median", "mean", "sd");
    for (what, times) in [("known user", known), ("unknown user", unknown)] {
        println!("{what:<14} {:>8.3} {:>8.3} {:>8.3}", median(times), mean(times), variance(times).sqrt());
    }
    let apart: Vec<f64> = known.iter().zip(unknown).map(|(known, unknown)| known - unknown).collect();
    let (error, paired) = ((variance(&apart) / count(&apart)).sqrt(), mean(&apart));
    println!("\nin turns: a known user takes {paired:.3} longer, with a standard error of {error:.3}");
    let (t, u) = (welch(known, unknown), mann_whitney(known, unknown));
    println!("\nWelch           t = {t:>6.3}   p = {:.3}", two_sided(t));
    println!("Mann-Whitney    z = {u:>6.3}   p = {:.3}", two_sided(u));
    println!("in turns        t = {:>6.3}   p = {:.3}", paired / error, two_sided(paired / error));
    println!("\np is the chance of a difference like this, or a larger one, between two samples of the same thing.");
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / count(times)
}

fn variance(times: &[f64]) -> f64 {
    let mean = mean(times);
    times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count(times) - 1.0)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    f64::midpoint(sorted[middle - 1], sorted[middle])
}

fn count(times: &[f64]) -> f64 {
    f64::from(u32::try_from(times.len()).expect("a few hundred"))
}

/// Welch's t. With hundreds of degrees of freedom its distribution is approximately normal.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    (mean(one) - mean(other)) / (variance(one) / count(one) + variance(other) / count(other)).sqrt()
}

/// The Mann-Whitney U as a standard score: how often one value is above the other, compared with chance. Outliers do
/// not affect it.
fn mann_whitney(one: &[f64], other: &[f64]) -> f64 {
    let wins = |mine: &f64| {
        other
            .iter()
            .map(|its| {
                if mine > its {
                    1.0
                } else if mine < its {
                    0.0
                } else {
                    0.5
                }
            })
            .sum::<f64>()
    };
    let (n, m) = (count(one), count(other));
    (one.iter().map(wins).sum::<f64>() - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

/// The probability that a standard normal variable is at least as far from zero. Abramowitz and Stegun 7.1.26, exact to
/// 1.5e-7.
fn two_sided(score: f64) -> f64 {
    let x = score.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / 0.327_591_1f64.mul_add(x, 1.0);
    let terms = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    terms.iter().fold(0.0, |sum: f64, term| sum.mul_add(t, *term)) * t * (-x * x).exp()
}
