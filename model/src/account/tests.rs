//! Tests of user names, e-mail addresses and password hashes.

use proptest::prelude::*;

use super::*;

#[test]
fn usernames_keep_their_case_and_have_a_lower_case_key() {
    let name: Username = "Ada42".parse().expect("five letters and digits");
    assert_eq!(name.as_str(), "Ada42");
    assert_eq!(name.key().as_str(), "ada42");
    assert_eq!(name.key(), "aDA42".parse().expect("the same name"));
    assert_eq!(name.key().key_part(), "ada42");
}

#[test]
fn usernames_of_wrong_length_or_non_ascii_letters_are_refused() {
    for bad in ["", "ab", "aaaaaaaaaaaaaaaaaaaaa", "ad a", "ada#1", "İstanbul", "ａｄａ", "аda", "ada\0"] {
        assert_eq!(bad.parse::<Username>(), Err(InvalidUsername), "{bad}");
        assert!(serde_json::from_value::<Username>(bad.into()).is_err(), "{bad}");
    }
}

#[test]
fn addresses_are_trimmed_and_compared_without_case() {
    let typed: Email = "  Ada.Lovelace+notes@Example.COM ".parse().expect("an address");
    let other: Email = "ada.lovelace+notes@example.com".parse().expect("an address");
    assert_eq!(typed.as_str(), "Ada.Lovelace+notes@Example.COM");
    assert_eq!(typed.digest(), other.digest());
    let folded: Email = "adalovelace@example.com".parse().expect("an address");
    assert_ne!(typed.digest(), folded.digest());
}

#[test]
fn composed_and_decomposed_letters_give_the_same_digest() {
    let composed: Email = "jos\u{e9}@example.com".parse().expect("an address");
    let decomposed: Email = "jose\u{301}@example.com".parse().expect("an address");
    assert_eq!(composed.digest(), decomposed.digest());
}

#[test]
fn undeliverable_addresses_are_refused() {
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
fn debug_output_hides_secrets() {
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
fn plain_text_passwords_are_refused() {
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
    fn usernames_that_differ_in_case_have_one_key(name in "[A-Za-z0-9]{3,20}") {
        let parsed: Username = name.parse().expect("the pattern of names");
        prop_assert_eq!(name.to_ascii_uppercase().parse::<UsernameKey>(), Ok(parsed.key()));
        let json = serde_json::to_string(&parsed).expect("a string");
        prop_assert_eq!(serde_json::from_str::<Username>(&json).expect("the JSON decodes"), parsed);
    }

    #[test]
    fn accepted_addresses_have_no_white_space(text in "[ a-zA-Z.@\\-\u{202e}\u{e9}]{0,20}") {
        if let Ok(email) = text.parse::<Email>() {
            prop_assert!(!email.as_str().contains(char::is_whitespace) && !has_hidden(email.as_str()));
            prop_assert_eq!(email.as_str().matches('@').count(), 1);
            prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email));
        }
    }
}
