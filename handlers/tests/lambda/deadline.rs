//! A function that asks a slow model answers before Lambda ends it.

use std::time::{Duration, Instant};

use bedrock_local::Act;
use serde_json::json;

use crate::events::Request;
use crate::runtime::Function;
use crate::surroundings::Surroundings;
use crate::{AI, AUTH, cookies};

#[tokio::test]
async fn a_slow_model_times_out_before_the_deadline_of_the_function() {
    let around = Surroundings::start().await;
    let pairs = cookies(&mut Function::start(AUTH, &around.environment()).await).await;
    let question = json!({ "filename": "a.rs", "code_content": "loop {}", "question": "Why?" });
    let ask = Request::post("/ai/analyze", &question).with_cookies(&pairs);
    let mut environment = around.environment();
    environment.push(("AI_DEADLINE_MS", "4000".to_owned()));
    let mut ai = Function::start(AI, &environment).await;
    // Lambda's timeout, and the range of the response time: 1.5 s before the timeout, or after the own deadline of 4 s.
    for (version, timeout, from, to) in [(1, 3_000, 1_000, 2_500), (2, 60_000, 3_500, 5_000), (2, 1_000, 0, 900)] {
        ai.has(Duration::from_millis(timeout));
        around.bedrock().script(vec![Act::Answer.after(Duration::from_mins(5))]);
        let began = Instant::now();
        let answer = ai.calls(version, &ask).await;
        let took = began.elapsed();
        assert_eq!((answer.status, &answer.json["error"]["code"]), (504, &json!("AI_TIMEOUT")), "{timeout} ms");
        let (from, to) = (Duration::from_millis(from), Duration::from_millis(to));
        assert!(from <= took && took <= to, "{timeout} ms: {took:?}");
    }
    // Without time left, the model is not asked.
    assert_eq!(around.bedrock().seen().len(), 2);
    ai.has(Duration::from_mins(1));
    assert_eq!(ai.calls(1, &ask).await.status, 504, "the last act is still waiting");
    assert_eq!(ai.calls(1, &ask).await.status, 200);
}
