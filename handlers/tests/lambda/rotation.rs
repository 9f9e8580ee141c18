//! The key that tokens are signed with is exchanged, in three phases, and everyone stays signed in.

use serde_json::json;

use crate::events::Request;
use crate::runtime::Function;
use crate::surroundings::{PAIRS, Surroundings, public_keys};
use crate::{AUTH, SESSIONS, cookies, login};

/// Whether a process takes a token.
async fn takes(sessions: &mut Function, pairs: &[String]) -> bool {
    sessions.calls(1, &Request::get("/sessions").with_cookies(pairs)).await.status == 200
}

#[tokio::test]
async fn a_key_is_added_promoted_and_dropped_while_two_processes_run_and_no_one_is_signed_out() {
    let (around, [old, new]) = (Surroundings::start().await, &*PAIRS);
    let mut signing = Function::start(AUTH, &around.environment()).await;
    let mut checking = Function::start(SESSIONS, &around.environment()).await;
    let by_the_old = cookies(&mut signing).await;
    assert!(takes(&mut checking, &by_the_old).await);

    // Added: the next public key is there before anything is signed with it.
    around.keeps("public-keys", &public_keys(&[old, new]));
    around.keeps("signing-key", &json!({ "signing_key": old.private, "next_signing_key": new.private }));
    assert!(takes(&mut checking, &by_the_old).await);

    // Promoted: a process that begins now signs with it, one that runs still with the old one. Each takes what the other signs.
    around.keeps("signing-key", &json!({ "signing_key": new.private, "promoted_at": "2026-11-29T12:00:00Z" }));
    let mut signing_anew = Function::start(AUTH, &around.environment()).await;
    let by_the_new = signing_anew.calls(1, &Request::post("/auth/login", &login())).await.pairs();
    let still_by_the_old = signing.calls(1, &Request::post("/auth/login", &login())).await.pairs();
    for pairs in [&by_the_old, &by_the_new, &still_by_the_old] {
        assert!(takes(&mut checking, pairs).await, "a key that it does not know makes it read the keys again");
    }
    for process in [&mut signing, &mut signing_anew] {
        for pairs in [&by_the_new, &still_by_the_old] {
            let refresh = Request::post("/auth/refresh", &json!({})).with_cookies(pairs);
            assert_eq!(process.calls(1, &refresh).await.status, 200);
        }
    }

    // Dropped, once no token by the old key is good any more: who signed in since stays signed in.
    around.keeps("public-keys", &public_keys(&[new]));
    let mut later = Function::start(SESSIONS, &around.environment()).await;
    assert!(takes(&mut later, &by_the_new).await);
    assert!(!takes(&mut later, &by_the_old).await);
}

#[tokio::test]
async fn a_function_that_only_checks_tokens_starts_without_the_key_that_signs() {
    let around = Surroundings::start().await;
    let mut environment = around.environment();
    environment.retain(|(name, _)| *name != "CODESENSEI_SIGNING_KEY_SECRET");
    let mut sessions = Function::start(SESSIONS, &environment).await;
    assert_eq!(sessions.calls(1, &Request::get("/sessions")).await.status, 401);
}
