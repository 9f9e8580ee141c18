//! The fixtures of AP-100 and AP-101: loading generated accounts.

use model::{
    Anchors, Code, DailyUsage, EmailClaim, LoadAccount, Message, PackedBody, PackedCode, RevisionId, Session,
    SessionId, Thread, User, UserId, UsernameClaim,
};

use super::bench::{Bench, ada, fixtures, small_code};

fixtures! {
    "AP-100" => load_account_data,
    "AP-101" => load_account,
}

/// The items of a user on one table, to be loaded into another.
#[derive(Default)]
struct Made {
    heads: Vec<Session>,
    codes: Vec<Code>,
    anchors: Vec<Anchors>,
    threads: Vec<Thread>,
    messages: Vec<Message>,
    days: Vec<DailyUsage>,
}

async fn made(bench: &Bench) -> Made {
    let now = bench.table.clock().now();
    let user_id: UserId = bench.table.ids().next(now);
    let template = bench.user().await;
    let head = bench.session(&template).await;
    let thread = bench.thread(&head).await;
    let note = bench.table.messages().add_note(&thread, &"w".repeat(500), None).await.unwrap();
    let packed = PackedCode::pack(&small_code()).unwrap();
    let PackedBody::Inline(gzip) = packed.body else { panic!("it is small") };
    let anchors = bench.table.patterns().get_anchors(head.session_id).await.unwrap().expect("it has a thread");
    let mut made = Made::default();
    for number in 0..5 {
        let (session_id, revision): (SessionId, RevisionId) =
            (bench.table.ids().next(now), bench.table.ids().next(now));
        let (sha256, size) = (packed.sha256, packed.size);
        made.heads.push(Session { user_id, session_id, revision, thread_count: 1, ..head.clone() });
        let inline = Some(gzip.clone());
        made.codes.push(Code { session_id, user_id, revision, sha256, size, chunk_count: 0, inline });
        let thread = Thread { session_id, user_id, message_slots: 2, ..thread.clone() };
        made.anchors.push(Anchors { session_id, user_id, ..anchors.clone() });
        made.messages.extend([1, 2].map(|seq| Message { session_id, user_id, seq, ..note.clone() }));
        made.threads.push(thread);
        made.days.push(DailyUsage {
            user_id,
            date: now.date().days_before(number),
            requests: 1,
            input_tokens: 1_200,
            cache_read_tokens: 900,
            cache_write_tokens: 0,
            output_tokens: 340,
            cost_micros: 8_500,
        });
    }
    made
}

async fn load_account_data(bench: &Bench) {
    let Made { heads, codes, anchors, threads, messages, days } = made(bench).await;
    bench
        .once()
        .await
        .patterns()
        .load_account_data(&heads, &codes, &anchors, &threads, &messages, &days)
        .await
        .unwrap();
}

async fn load_account(bench: &Bench) {
    let (new, now) = (ada(), bench.table.clock().now());
    let user_id: UserId = bench.table.ids().next(now);
    let email_claim = EmailClaim { email_digest: new.email.digest(), user_id, claimed_at: now };
    let username_claim = UsernameClaim { username_key: new.username.key(), user_id, claimed_at: now };
    let user = User {
        user_id,
        name: new.name,
        email: new.email,
        username: new.username,
        password_hash: new.password_hash,
        session_count: 0,
        session_changes: 0,
        created_at: now,
        signup_date: now.date(),
        updated_at: now,
    };
    let account = LoadAccount { email_claim: &email_claim, username_claim: &username_claim, user: &user };
    bench.once().await.patterns().load_account(account).await.unwrap();
    bench.weighs("user", 500).await;
}
