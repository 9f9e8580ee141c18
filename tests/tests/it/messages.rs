//! Messages: at most 500 in a thread, in order without gaps, each question answered once.

use model::{
    AcquireLease, FailQuestionError, Message, Order, Page, PageRequest, PostError, StoreAnswerError, Thread, ThreadId,
};
use tests::story::answer;
use tests::{LEASE, TestTable, concurrently};

async fn a_thread(table: &TestTable) -> Thread {
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    table.thread(&session, 1, 1).await
}

/// The current thread item, with its count of slots.
async fn current(table: &TestTable, thread: &Thread) -> Thread {
    table.threads().get(thread.user_id, thread.id()).await.unwrap()
}

/// All messages of a thread, page by page.
async fn all_messages(table: &TestTable, thread: &Thread, order: Order) -> Vec<Message> {
    let ThreadId { session_id, thread: uuid } = thread.id();
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let request = PageRequest { limit: None, cursor: cursor.as_deref() };
        let page: Page<Message> = table.patterns().list_messages(session_id, uuid, order, request).await.unwrap();
        all.extend(page.items);
        match page.cursor {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

fn numbers(messages: &[Message]) -> Vec<u32> {
    messages.iter().map(|message| message.seq).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_forty_concurrent_questions_fit_into_the_last_five_slots() {
    let table = TestTable::new().await;
    let thread = a_thread(&table).await;
    let mut seen = thread.clone();
    for number in 1..=495 {
        let note = table.messages().add_note(&seen, &format!("note {number}"), None).await.unwrap();
        assert_eq!(note.seq, number);
        seen.message_slots = number;
    }
    let outcomes = concurrently(40, |number| {
        let (store, thread) = (table.store().clone(), seen.clone());
        async move { store.messages().ask(&thread, &format!("question {number}"), None, LEASE).await }
    })
    .await;
    let mut asked: Vec<Message> = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(question) => asked.push(question),
            Err(PostError::LimitExceeded) => {}
            Err(other) => panic!("{other}"),
        }
    }
    asked.sort_by_key(|question| question.seq);
    assert_eq!(numbers(&asked), [496, 498]);
    // One slot is left for a note; then only the two answers fit.
    assert_eq!(table.messages().add_note(&seen, "the last", None).await.unwrap().seq, 500);
    let now = current(&table, &thread).await;
    assert_eq!(now.message_slots, 500);
    assert!(matches!(table.messages().add_note(&now, "one too many", None).await, Err(PostError::LimitExceeded)));
    for question in &asked {
        table.messages().lease(question).store_answer(answer("because")).await.unwrap();
    }
    let all = all_messages(&table, &thread, Order::Ascending).await;
    assert_eq!(numbers(&all), (1..=500).collect::<Vec<_>>());
    let newest_first = all_messages(&table, &thread, Order::Descending).await;
    assert!(newest_first.iter().rev().eq(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_concurrent_questions_take_forty_pairs_of_numbers_without_gaps() {
    let table = TestTable::new().await;
    let thread = a_thread(&table).await;
    let asked = concurrently(40, |number| {
        let (store, thread) = (table.store().clone(), thread.clone());
        async move { store.messages().ask(&thread, &format!("question {number}"), None, LEASE).await }
    })
    .await;
    let mut taken: Vec<u32> = asked.into_iter().map(|question| question.unwrap().seq).collect();
    taken.sort_unstable();
    assert_eq!(taken, (1..80).step_by(2).collect::<Vec<_>>());
    assert_eq!(current(&table, &thread).await.message_slots, 80);
    let stored = all_messages(&table, &thread, Order::Ascending).await;
    assert_eq!(numbers(&stored), taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_ten_concurrent_answers_is_stored_and_billed() {
    let table = TestTable::new().await;
    let thread = a_thread(&table).await;
    let question = table.question(&thread, "why?").await;
    let outcomes = concurrently(10, |number| {
        let (store, question) = (table.store().clone(), question.clone());
        async move { store.messages().lease(&question).store_answer(answer(&format!("answer {number}"))).await }
    })
    .await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreAnswerError::LeaseLost))).count();
    assert_eq!(refused, 9, "{:?}", outcomes.iter().find(|outcome| outcome.is_err()));
    let stored = all_messages(&table, &thread, Order::Ascending).await;
    assert_eq!(numbers(&stored), [1, 2]);
    let kept = outcomes.into_iter().find_map(Result::ok).expect("one was stored");
    assert_eq!(stored[1], kept);
    let today = table.clock().now().date();
    let usage = table.patterns().get_usage(thread.user_id, today).await.unwrap().expect("the day has usage");
    assert_eq!((usage.requests, usage.cost_micros, usage.input_tokens, usage.output_tokens), (1, 5, 3, 2));
}

#[tokio::test]
async fn an_answered_question_cannot_fail_and_a_failed_one_can_be_taken_over() {
    let table = TestTable::new().await;
    let thread = a_thread(&table).await;
    let question = table.question(&thread, "why?").await;
    table.messages().lease(&question).release("AI_TIMEOUT").await.unwrap();
    let late = table.messages().lease(&question).store_answer(answer("too late")).await;
    assert!(matches!(late, Err(StoreAnswerError::LeaseLost)), "{late:?}");
    let AcquireLease::Acquired(taken) = table.messages().acquire_lease(&question, LEASE).await.unwrap() else {
        panic!("no run holds the question")
    };
    assert!(taken.lease_until > question.lease_until && taken.reply_error.is_none());
    assert!(
        matches!(table.messages().acquire_lease(&question, LEASE).await, Ok(AcquireLease::Lost)),
        "only one of two runs takes it over"
    );
    let late = table.messages().lease(&question).release("AI_TIMEOUT").await;
    assert!(matches!(late, Err(FailQuestionError::LeaseLost)), "the first run cannot settle it: {late:?}");
    table.messages().lease(&taken).store_answer(answer("because")).await.unwrap();
    assert!(table.messages().lease(&taken).release("AI_TIMEOUT").await.is_err());
    let stored = all_messages(&table, &thread, Order::Ascending).await;
    assert_eq!(stored[0].reply_state, Some(model::ReplyState::Answered));
    assert_eq!(stored[0].reply_error, None);
}

#[tokio::test]
async fn the_conversation_has_at_most_11_messages_and_no_unanswered_question() {
    let table = TestTable::new().await;
    let thread = a_thread(&table).await;
    let mut now = thread.clone();
    for number in 1..=7 {
        table.talk(&now, &format!("question {number}")).await;
        now = current(&table, &now).await;
    }
    let failed = table.question(&now, "a question that fails").await;
    table.messages().lease(&failed).release("AI_TIMEOUT").await.unwrap();
    let conversation = table.messages().conversation(thread.id()).await.unwrap();
    assert!(conversation.len() <= 11);
    assert_eq!(numbers(&conversation), (5..=14).collect::<Vec<_>>());
    assert!(conversation.iter().all(|message| message.seq != failed.seq));
}
