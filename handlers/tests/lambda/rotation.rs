//! The rotation of the signing key in three phases, without signing users out.

use serde_json::json;

use crate::events::Request;
use crate::runtime::Function;
use crate::surroundings::{PAIRS, Surroundings, public_keys};
use crate::{AUTH, SESSIONS, cookies, login};

/// Whether a process accepts a token.
async fn takes(sessions: &mut Function, pairs: &[String]) -> bool {
    sessions.calls(1, &Request::get("/sessions").with_cookies(pairs)).await.status == 200
}

#[tokio::test]
async fn a_key_rotation_signs_no_user_out() {
    let (around, [old, new]) = (Surroundings::start().await, &*PAIRS);
    let mut signing = Function::start(AUTH, &around.environment()).await;
    let mut checking = Function::start(SESSIONS, &around.environment()).await;
    let by_the_old = cookies(&mut signing).await;
    assert!(takes(&mut checking, &by_the_old).await);

    // Added: the next public key is accepted before it signs.
    around.keeps("public-keys", &public_keys(&[old, new]));
    around.keeps("signing-key", &json!({ "signing_key": old.private, "next_signing_key": new.private }));
    assert!(takes(&mut checking, &by_the_old).await);

    // Promoted: a new process signs with it, a running process still with the old key. Each accepts both.
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

    // Dropped, after all tokens of the old key expired. Newer sign-ins stay valid.
    around.keeps("public-keys", &public_keys(&[new]));
    let mut later = Function::start(SESSIONS, &around.environment()).await;
    assert!(takes(&mut later, &by_the_new).await);
    assert!(!takes(&mut later, &by_the_old).await);
}

#[tokio::test]
async fn a_function_that_only_checks_tokens_needs_no_signing_key() {
    let around = Surroundings::start().await;
    let mut environment = around.environment();
    environment.retain(|(name, _)| *name != "CODESENSEI_SIGNING_KEY_SECRET");
    let mut sessions = Function::start(SESSIONS, &environment).await;
    assert_eq!(sessions.calls(1, &Request::get("/sessions")).await.status, 401);
}
