//! The part of a file and of a conversation that the model sees, and its report in the answer.

use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Session};

/// A thread on the whole file.
async fn thread_on_file(ada: &Person, session: &Session) -> String {
    let opened = ada.posts(&format!("{}/threads", session.path), &json!({ "type": "file" })).await.is(201);
    format!("/threads/{}/messages", opened["thread"]["thread_id"].as_str().unwrap())
}

/// The blocks of the last prompt.
fn prompt_blocks(app: &TestApp) -> Vec<String> {
    let seen = app.bedrock().seen().pop().expect("the model was asked");
    let blocks = seen.body["messages"][0]["content"].as_array().expect("blocks").clone();
    blocks.iter().filter_map(|block| block["text"].as_str().map(str::to_owned)).collect()
}

async fn asks(ada: &Person, messages: &str, question: &str) -> Value {
    let mut posted = ada.posts(messages, &json!({ "content": question })).await.is(201);
    let (question, reply) = (posted["message"].take(), posted["reply"].take());
    let list = ada.gets(&format!("{messages}?order=desc&limit=2")).await.is(200);
    assert_eq!(list["messages"], json!([reply, question]), "the list reports the same context");
    reply
}

#[tokio::test]
async fn a_question_about_a_large_file_is_answered_from_its_head_and_an_outline() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let function = |n| format!("def f{n}(x):\n    return x * {n}  # {}\n\n", "y".repeat(80));
    let session = ada.creates("large.py", &(1..=6_000).map(function).collect::<Vec<_>>().concat()).await;
    let messages = thread_on_file(&ada, &session).await;
    let answer = asks(&ada, &messages, "What does this do?").await;
    let [first, last] = [0, 1].map(|at| answer["context_lines"][at].as_u64().unwrap());
    assert_eq!((&answer["context_mode"], first), (&json!("local"), 1));
    let head =
        format!("The file with its 18000 lines is too large to be shown whole; the model saw only lines 1 to {last}.");
    assert_eq!(answer["warnings"][0], head);
    assert!(answer["warnings"][1].as_str().unwrap().starts_with("Of the rest it saw an outline, the "), "{answer}");
    let first = prompt_blocks(&app);
    assert!(first[0].ends_with('>') && first[0].contains(&format!("\n{last}|")) && !first[0].contains("def f6000(x)"));
    assert!(first[1].starts_with("<outline-") && first[1].contains("|def f"));
    // The conversation grows; the part of the file that the service may have cached stays the same.
    asks(&ada, &messages, &"And what else? ".repeat(300)).await;
    assert_eq!(prompt_blocks(&app)[..2], first[..2]);
}

#[tokio::test]
async fn the_model_sees_the_surroundings_of_a_selection_in_a_1_mb_line() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = format!("{}function needle(){{return 1}}{}", "é;".repeat(300_000), "🦀;".repeat(100_000));
    let session = ada.creates("app.min.js", &code).await;
    let block =
        json!({ "type": "block", "start_line": 1, "end_line": 1, "selected_text": "function needle(){return 1}" });
    let opened = ada.posts(&format!("{}/threads", session.path), &block).await.is(201);
    let messages = format!("/threads/{}/messages", opened["thread"]["thread_id"].as_str().unwrap());
    let answer = asks(&ada, &messages, "why?").await;
    assert_eq!((&answer["context_mode"], &answer["context_lines"]), (&json!("local"), &json!([1, 1])));
    let cut = "Line 1 is too long to be shown whole; the model saw only its characters 590001 to 610027.";
    assert_eq!(answer["warnings"], json!([cut]));
    let code = &prompt_blocks(&app)[0];
    assert!(code.contains("é;function needle(){return 1}🦀;") && code.chars().count() < 21_000);
}

#[tokio::test]
async fn an_answer_says_if_the_conversation_was_truncated() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates("a.py", "a = 1\n").await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    for number in 1..=5 {
        ada.notes(&thread, &format!("{number} {}", "é".repeat(4_900))).await;
    }
    let (_, answer) = ada.asks(&thread, "So?").await;
    assert_eq!(answer["history_truncated"], true);
    let history = &prompt_blocks(&app)[1];
    assert!(!history.contains("user: 1 é") && history.contains("user: 2 é") && history.contains("user: 5 é"));
    let analysis = json!({
        "filename": "a.py", "code_content": "a = 1\n", "question": "So?",
        "history": [{ "role": "user", "content": "before" }, { "role": "ai", "content": "x".repeat(20_000) }],
    });
    let analyzed = ada.posts("/ai/analyze", &analysis).await.is(200);
    assert_eq!(analyzed["history_truncated"], true);
}

#[tokio::test]
async fn a_conversation_of_more_than_ten_messages_is_truncated() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates("a.py", "a = 1\n").await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    for (notes, truncated) in [(10, false), (1, true)] {
        for _ in 0..notes {
            ada.notes(&thread, "note").await;
        }
        let analysis = ada.posts(&thread.messages(), &json!({ "content": "So?" })).await.is(201);
        assert_eq!(analysis["reply"]["history_truncated"], truncated);
        ada.posts(&thread.messages(), &json!({ "content": "last", "ask": false })).await.is(201);
    }
}
