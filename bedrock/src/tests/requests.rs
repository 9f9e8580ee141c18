//! The requests that the client sends, for each configuration and each model.

use std::time::{Duration, Instant};

use bedrock_local::Act;
use serde_json::{Value, json};

use super::connection::{Connection, MODELS, good, invalid, play, play_with, prompt};
use crate::{AiError, Guardrail, OutputMode, ReviewerConfig, ServiceTier};
use review::answer;
use review::prompt::Prompt;

#[tokio::test]
async fn one_forced_tool_call_returns_the_answer_and_its_cost() {
    let connection = play([good()]).await;
    let found = connection.ask().await.expect("an answer");
    assert_eq!(found.answer.explanation, "It never ends.");
    assert_eq!((&*found.model_id, found.smaller), (MODELS[0], false));
    let usage = found.usage;
    assert!(usage.input_tokens > 100 && usage.output_tokens > 10, "{usage:?}");
    assert_eq!(usage.cost_micros, i64::from(usage.input_tokens * 3 + usage.output_tokens * 15));

    assert_eq!(connection.models(), [MODELS[0]]);
    let body = connection.bodies().remove(0);
    assert_eq!(body["toolConfig"]["toolChoice"], json!({"tool": {"name": "review_answer"}}));
    let tool = &body["toolConfig"]["tools"][0]["toolSpec"];
    assert_eq!((&tool["inputSchema"]["json"], tool.get("strict")), (&answer::schema(), None));
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 4_000}), "no temperature unless configured");
    assert!(body["system"][0]["text"].as_str().expect("text").contains("data"));
    let messages = body["messages"].as_array().expect("messages");
    assert_eq!((messages.len(), &messages[0]["role"]), (1, &json!("user")));
    let blocks = messages[0]["content"].as_array().expect("blocks");
    assert!(blocks[0]["text"].as_str().expect("text").contains("1|loop {}"));
    assert!(blocks[1]["text"].as_str().expect("text").contains("Why?"));
    for absent in ["outputConfig", "guardrailConfig", "serviceTier"] {
        assert_eq!(body.get(absent), None);
    }
}

#[tokio::test]
async fn the_output_mode_selects_the_tool_the_strict_tool_or_the_json_schema() {
    let connection = play_with([good()], |config| config.output_mode = OutputMode::ToolStrict).await;
    assert!(connection.ask().await.is_ok());
    assert_eq!(connection.bodies()[0]["toolConfig"]["tools"][0]["toolSpec"]["strict"], true);

    let connection = play_with([good()], |config| config.output_mode = OutputMode::JsonSchema).await;
    let found = connection.ask().await.expect("the JSON of a turn's text");
    assert_eq!(found.answer.explanation, "It never ends.");
    let body = connection.bodies().remove(0);
    assert_eq!(body.get("toolConfig"), None);
    assert!(!body["system"][0]["text"].as_str().expect("text").contains("review_answer"));
    let format = &body["outputConfig"]["textFormat"];
    assert_eq!(format["type"], "json_schema");
    let schema = format["structure"]["jsonSchema"]["schema"].as_str().expect("the schema is JSON in a string");
    assert_eq!(serde_json::from_str::<Value>(schema).expect("JSON"), answer::schema());
}

#[tokio::test]
async fn the_tier_is_sent_and_the_guardrail_checks_only_the_question() {
    let connection = play_with([good()], |config| {
        config.service_tier = Some(ServiceTier::Flex);
        config.guardrail = Some(Guardrail { id: "abc".to_owned(), version: "3".to_owned() });
    })
    .await;
    assert!(connection.ask().await.is_ok());
    let body = connection.bodies().remove(0);
    assert_eq!(body["serviceTier"], json!({"type": "flex"}));
    let guardrail = &body["guardrailConfig"];
    assert_eq!((&guardrail["guardrailIdentifier"], &guardrail["guardrailVersion"]), (&json!("abc"), &json!("3")));
    let blocks = body["messages"][0]["content"].as_array().expect("blocks");
    let [code, question] = &blocks[..] else { panic!("{blocks:?}") };
    assert!(code["text"].as_str().expect("text").contains("loop {}") && code.get("guardContent").is_none());
    assert!(question["guardContent"]["text"]["text"].as_str().expect("text").contains("Why?"));
}

/// A feature's name, the configuration that uses it, its place in the body, and a message that refuses it.
type Refusal = (&'static str, fn(&mut ReviewerConfig), &'static str, &'static str);

const REFUSALS: [Refusal; 6] = [
    (
        "temperature",
        |config| config.temperature = Some(0.5),
        "/inferenceConfig/temperature",
        "`temperature` is deprecated for this model.",
    ),
    ("forced tool", |_| {}, "/toolConfig/toolChoice", "This model does not support toolConfig.toolChoice.tool."),
    (
        "strict tool",
        |config| config.output_mode = OutputMode::ToolStrict,
        "/toolConfig/tools/0/toolSpec/strict",
        "The model does not support strict tools.",
    ),
    (
        "JSON schema",
        |config| config.output_mode = OutputMode::JsonSchema,
        "/outputConfig",
        "This model does not support outputConfig.textFormat.",
    ),
    (
        "cache points",
        |config| {
            config.model_ids = vec!["us.anthropic.claude-sonnet-4-6".to_owned()];
            config.cache_from = Some(0);
        },
        "/system/1/cachePoint",
        "You invoked an unsupported model or your request did not allow prompt caching: cachePoint.",
    ),
    (
        "tier",
        |config| config.service_tier = Some(ServiceTier::Priority),
        "/serviceTier",
        "The provided model does not support the service tier.",
    ),
];

#[tokio::test]
async fn a_refused_parameter_is_left_out_of_later_calls() {
    for (name, configure, place, refusal) in REFUSALS {
        let connection = play_with([invalid(refusal), good(), good()], configure).await;
        for _ in 0..2 {
            assert!(connection.ask().await.is_ok(), "{name}");
        }
        let had: Vec<bool> = connection.bodies().iter().map(|body| body.pointer(place).is_some()).collect();
        assert_eq!(had, [true, false, false], "{name}");
    }
}

#[tokio::test]
async fn the_refusal_of_a_parameter_that_was_not_sent_is_an_invalid_call() {
    let connection = play([invalid("`temperature` is deprecated for this model.")]).await;
    assert!(matches!(connection.ask().await, Err(AiError::Refused { .. })));
    assert_eq!(connection.calls(), 1);
}

#[tokio::test]
async fn a_refused_temperature_costs_one_extra_call_once() {
    let connection = play_with([], |config| {
        config.model_ids = vec!["us.anthropic.claude-opus-4-7".to_owned()];
        config.temperature = Some(0.7);
    })
    .await;
    for calls in [2, 3] {
        assert!(connection.ask().await.is_ok());
        assert_eq!(connection.calls(), calls);
    }
}

/// A file with this many estimated tokens.
fn file(tokens: usize) -> String {
    "let x = 1;\n".repeat(tokens * 4 / 11)
}

async fn ask_about(connection: &Connection, prompt: &Prompt) -> crate::Usage {
    let deadline = Instant::now() + Duration::from_secs(30);
    connection.reviewer.ask(prompt, None, deadline).await.expect("an answer").usage
}

#[tokio::test]
async fn a_long_prefix_is_cached_and_read_by_the_next_question() {
    let claude = |config: &mut ReviewerConfig| config.model_ids = vec!["us.anthropic.claude-sonnet-4-6".to_owned()];
    let connection = play_with([], claude).await;
    let long = prompt(&file(6_000));
    let first = ask_about(&connection, &long).await;
    assert!(first.cache_write_tokens > 6_000 && first.cache_read_tokens == 0, "{first:?}");
    let second = ask_about(&connection, &long).await;
    assert_eq!((second.cache_read_tokens, second.cache_write_tokens), (first.cache_write_tokens, 0));
    assert!(second.cost_micros * 3 < first.cost_micros, "{second:?} {first:?}");
    assert_eq!(second.total_tokens(), first.total_tokens());
    let body = connection.bodies().remove(0);
    let point = json!({"cachePoint": {"type": "default"}});
    assert_eq!(body["system"][1], point);
    let blocks = body["messages"][0]["content"].as_array().expect("blocks");
    assert_eq!((blocks.len(), &blocks[1]), (3, &point), "after the code, before the question");

    ask_about(&connection, &prompt("loop {}")).await;
    assert!(!connection.bodies()[2].to_string().contains("cachePoint"), "too short to be cached");
    for change in [
        |config: &mut ReviewerConfig| config.cache_from = None,
        |config: &mut ReviewerConfig| {
            config.model_ids = vec!["meta.llama3-70b-instruct-v1:0".to_owned()];
        },
    ] {
        let connection = play_with([], |config| {
            claude(config);
            change(config);
        })
        .await;
        ask_about(&connection, &long).await;
        assert!(!connection.bodies()[0].to_string().contains("cachePoint"));
    }
}

#[tokio::test]
async fn a_prompt_that_is_too_long_is_replaced_by_the_smaller_one() {
    let (whole, less) = (prompt("let whole = 1;"), prompt("let less = 1;"));
    let refusals = [
        invalid("Input is too long for requested model."),
        invalid("prompt is too long: 210000 tokens > 200000 maximum"),
        Act::say("model_context_window_exceeded", json!({})),
    ];
    let deadline = || Instant::now() + Duration::from_secs(30);
    for refusal in refusals {
        let connection = play([refusal.clone(), good()]).await;
        let found = connection.reviewer.ask(&whole, Some(&less), deadline()).await.expect("an answer");
        assert!(found.smaller);
        let sent: Vec<bool> = connection.bodies().iter().map(|body| body.to_string().contains("let less")).collect();
        assert_eq!(sent, [false, true]);

        let connection = play([refusal.clone(), refusal]).await;
        let error = connection.reviewer.ask(&whole, Some(&less), deadline()).await.expect_err("still too long");
        assert!(matches!(error, AiError::TokenLimitExceeded { .. }));
        assert_eq!(connection.calls(), 2);
    }
}
