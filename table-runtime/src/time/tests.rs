//! Tests of time.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("the tests write times in RFC 3339")
}

#[test]
fn a_timestamp_is_written_with_milliseconds_and_z() {
    let time = at("2026-11-23T08:05:09.12+01:00");
    assert_eq!(time.to_rfc3339(), "2026-11-23T07:05:09.120Z");
    assert_eq!(at("2026-11-23T00:00:00Z").to_rfc3339(), "2026-11-23T00:00:00.000Z");
    assert_eq!(serde_json::to_string(&time).expect("a number"), time.millis().to_string());
    assert_eq!(time.key_part().len(), 13);
    assert_eq!(Timestamp::EPOCH.key_part(), "0000000000000");
}

#[test]
fn times_beyond_thirteen_digits_are_rejected() {
    assert_eq!(Timestamp::from_millis(-1), Err(InvalidTime));
    assert_eq!(Timestamp::from_millis(10_000_000_000_000), Err(InvalidTime));
    assert!(serde_json::from_str::<Timestamp>("-5").is_err());
    assert_eq!("1969-12-31T23:59:59.999Z".parse::<Timestamp>(), Err(InvalidTime));
    assert_eq!("yesterday".parse::<Timestamp>(), Err(InvalidTime));
    assert_eq!(Timestamp(MAX_MILLIS).plus(Duration::MAX), Timestamp(MAX_MILLIS));
    assert_eq!(Timestamp(5).minus(Duration::from_secs(1)), Timestamp::EPOCH);
}

#[test]
fn times_print_as_texts() {
    let time = at("2026-11-23T09:00:00.250Z");
    assert_eq!(format!("{time:?}"), "Timestamp(2026-11-23T09:00:00.250Z)");
    assert_eq!(format!("{:?}", time.date()), "Date(2026-11-23)");
    let expiry = time.expiry();
    assert_eq!(format!("{expiry} {expiry:?}"), "2026-11-23T09:00:01.000Z Expiry(2026-11-23T09:00:01.000Z)");
}

#[test]
fn an_expiry_is_at_most_the_last_time_rounded_up() {
    let last = Timestamp(MAX_MILLIS).expiry().seconds();
    assert_eq!(last, MAX_MILLIS / 1_000 + 1);
    for (seconds, is_valid) in [(-1, false), (0, true), (last, true), (last + 1, false), (i64::MAX, false)] {
        assert_eq!(Expiry::try_from(seconds).is_ok(), is_valid, "{seconds}");
    }
}

#[test]
fn a_day_has_one_text() {
    let day: Date = "2026-11-23".parse().expect("the one form");
    assert_eq!(day, at("2026-11-23T23:59:59.999Z").date());
    assert_eq!(day.start(), at("2026-11-23T00:00:00Z"));
    assert_eq!(day.end(), at("2026-11-24T00:00:00Z"));
    assert_eq!(day.days_before(23).to_string(), "2026-10-31");
    assert_eq!(day.key_part(), "2026-11-23");
    for bad in
        ["", "20261123", "2026-11-31", "2026-1-1", "2026-11-23T00:00:00", "+002026-11-23", "1969-12-31", "9999-01-01"]
    {
        assert_eq!(bad.parse::<Date>(), Err(InvalidTime), "{bad}");
    }
}

#[test]
fn nothing_expires_early() {
    let time = at("2026-11-23T08:00:00.001Z");
    let expiry = time.expiry();
    assert_eq!(expiry.at(), at("2026-11-23T08:00:01Z"));
    assert!(!expiry.has_passed(time));
    assert!(!expiry.has_passed(at("2026-11-23T08:00:00.999Z")));
    assert!(expiry.has_passed(at("2026-11-23T08:00:01Z")));
    assert_eq!(at("2026-11-23T08:00:00Z").expiry().at(), at("2026-11-23T08:00:00Z"));
    assert_eq!(serde_json::to_string(&expiry).expect("a number"), expiry.seconds().to_string());
}

#[test]
fn clones_of_a_fixed_clock_move_together() {
    let clock = Clock::fixed(at("2026-11-23T08:00:00Z"));
    let clone = clock.clone();
    clock.advance(Duration::from_secs(3));
    assert_eq!(clone.now(), at("2026-11-23T08:00:03Z"));
    clone.set(at("2027-01-01T00:00:00Z"));
    assert_eq!(clock.now(), at("2027-01-01T00:00:00Z"));
}

#[test]
fn the_system_clock_runs_and_cannot_be_moved() {
    let clock = Clock::system();
    clock.set(Timestamp::EPOCH);
    clock.advance(Duration::from_hours(1_000));
    let now = clock.now();
    assert!(now > at("2025-01-01T00:00:00Z") && now < at("2200-01-01T00:00:00Z"), "{now}");
}

proptest! {
    #[test]
    fn times_survive_the_round_trip_and_keep_their_order(a in 0..=MAX_MILLIS, b in 0..=MAX_MILLIS) {
        let (a, b) = (Timestamp(a), Timestamp(b));
        prop_assert_eq!(a.to_rfc3339().parse(), Ok(a));
        prop_assert_eq!(a.cmp(&b), a.key_part().cmp(&b.key_part()));
        prop_assert_eq!(a.cmp(&b), a.to_rfc3339().cmp(&b.to_rfc3339()));
        prop_assert!(a.expiry().at() >= a || a.millis() > MAX_MILLIS - 1_000);
        prop_assert_eq!(a.since(b), Duration::from_millis(a.millis().saturating_sub(b.millis()).max(0).unsigned_abs()));
    }

    #[test]
    fn days_begin_at_utc_midnight(millis in 0..=MAX_MILLIS) {
        let time = Timestamp(millis);
        let day = time.date();
        prop_assert!(day.start() <= time);
        prop_assert!(time < day.end() || day.end() == Timestamp(MAX_MILLIS));
        prop_assert_eq!(day.to_string().parse(), Ok(day));
    }

    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        let _ = (text.parse::<Timestamp>(), text.parse::<Date>(), text.parse::<Expiry>());
    }
}
