//! The tests of accounts.

use proptest::prelude::*;

use super::*;

#[test]
fn names_keep_their_case_but_not_in_their_key() {
    let name: Username = "Ada42".parse().expect("five letters and digits");
    assert_eq!(name.as_str(), "Ada42");
    assert_eq!(name.key().as_str(), "ada42");
    assert_eq!(name.key(), "aDA42".parse().expect("the same name"));
    assert_eq!(name.key().key_part(), "ada42");
}

#[test]
fn letters_that_only_look_ascii_are_no_names() {
    for bad in ["", "ab", "aaaaaaaaaaaaaaaaaaaaa", "ad a", "ada#1", "İstanbul", "ａｄａ", "аda", "ada\0"] {
        assert_eq!(bad.parse::<Username>(), Err(InvalidUsername), "{bad}");
        assert!(serde_json::from_value::<Username>(bad.into()).is_err(), "{bad}");
    }
}

#[test]
fn addresses_are_trimmed_and_identified_without_case() {
    let typed: Email = "  Ada.Lovelace+notes@Example.COM ".parse().expect("an address");
    let other: Email = "ada.lovelace+notes@example.com".parse().expect("an address");
    assert_eq!(typed.as_str(), "Ada.Lovelace+notes@Example.COM");
    assert_eq!(typed.digest(), other.digest());
    let folded: Email = "adalovelace@example.com".parse().expect("an address");
    assert_ne!(typed.digest(), folded.digest());
}

#[test]
fn one_letter_written_in_two_ways_is_one_address() {
    let composed: Email = "jos\u{e9}@example.com".parse().expect("an address");
    let decomposed: Email = "jose\u{301}@example.com".parse().expect("an address");
    assert_eq!(composed.digest(), decomposed.digest());
}

#[test]
fn what_mail_cannot_reach_is_no_address() {
    let long_local = format!("{}@example.com", "a".repeat(65));
    let long = format!("a@{}.com", "b.".repeat(130));
    for bad in [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example.com@example.com",
        "ada lovelace@example.com",
        "\"ada\"@example.com",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada@-example.com",
        "ada@example..com",
        "ada@exаmple.com",
        "ada\n@example.com",
        "ada\u{202e}@example.com",
        "ada\0@example.com",
        long_local.as_str(),
        long.as_str(),
    ] {
        assert_eq!(bad.parse::<Email>(), Err(InvalidEmail), "{bad:?}");
    }
}

#[test]
fn secrets_do_not_print() {
    let email: Email = "ada@example.com".parse().expect("an address");
    assert_eq!(format!("{email:?}"), "Email(<redacted>)");
    let text = format!("$2b$10${}", "a".repeat(53));
    let hash: PasswordHash = text.parse().expect("the form of a bcrypt hash");
    assert_eq!(format!("{hash:?}"), "PasswordHash(<redacted>)");
    assert_eq!(serde_json::to_value(&hash).expect("a string"), text.as_str());
    let error = serde_json::from_str::<Email>("\"canary at example\"").expect_err("no @");
    assert!(!error.to_string().contains("canary"));
}

#[test]
fn a_plain_password_is_no_hash() {
    for bad in
        ["", "hunter2", "$2b$10$short", &format!("$2b$1x${}", "a".repeat(53)), &format!("$2b$10${}", "#".repeat(53))]
    {
        assert_eq!(bad.parse::<PasswordHash>(), Err(InvalidPasswordHash));
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        let _ = (text.parse::<Username>(), text.parse::<Email>(), text.parse::<PasswordHash>());
    }

    #[test]
    fn every_name_has_one_key(name in "[A-Za-z0-9]{3,20}") {
        let parsed: Username = name.parse().expect("the pattern of names");
        prop_assert_eq!(name.to_ascii_uppercase().parse::<UsernameKey>(), Ok(parsed.key()));
        let json = serde_json::to_string(&parsed).expect("a string");
        prop_assert_eq!(serde_json::from_str::<Username>(&json).expect("what was written can be read"), parsed);
    }

    #[test]
    fn accepted_addresses_have_no_blanks(text in "[ a-zA-Z.@\\-\u{202e}\u{e9}]{0,20}") {
        if let Ok(email) = text.parse::<Email>() {
            prop_assert!(!email.as_str().contains(char::is_whitespace) && !has_hidden(email.as_str()));
            prop_assert_eq!(email.as_str().matches('@').count(), 1);
            prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email));
        }
    }
}
