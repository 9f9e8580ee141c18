//! The event stream of a model, through the SDK's decoder and our reader of its events, without a socket.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region};
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bedrock::{AiError, Reviewed, Reviewer, ReviewerConfig};
use review::fence::Fence;
use review::markdown::cleaned;
use review::prompt::{Prompt, Question};

use super::block_on;
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "stream",
    holds: "any stream ends in an answer or an error; the pieces of an answer are together its explanation; after a \
            piece the model is not called again; tokens and costs do not overflow",
    max_bytes: 4_096,
    short_run: 60,
    words: &[
        "messageStart ",
        "contentBlockStart ",
        "contentBlockDelta ",
        "contentBlockStop ",
        "messageStop ",
        "metadata ",
        "\n",
        "exception throttlingException ",
        "{\"contentBlockIndex\":0,\"delta\":",
        "{\"toolUse\":{\"input\":\"",
        "{\"text\":\"",
        "\"}}",
        "\\\"explanation\\\":\\\"",
        "{\"stopReason\":\"",
        "tool_use",
        "end_turn",
        "max_tokens",
        "{\"usage\":{\"inputTokens\":",
        "\"outputTokens\":",
        "2147483647",
        "-2147483648",
        "null",
        "\\n",
        "\\u00e9",
        "\\ud83e",
        "\0\0\0\u{10}",
    ],
    seeds,
    run: |input| check(input, |asked| asked),
    planted: |input| {
        check(input, |(pieces, result, calls)| (pieces.trim_end().to_owned(), result, calls));
    },
};

/// The pieces together, the result, and the number of calls.
type Asked = (String, Result<Reviewed, AiError>, usize);

const START: &str = "messageStart {\"role\":\"assistant\"}\ncontentBlockStart {\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"review_answer\"}}}\n";
const END: &str = "contentBlockStop {\"contentBlockIndex\":0}\nmessageStop {\"stopReason\":\"tool_use\"}\nmetadata {\"usage\":{\"inputTokens\":10,\"outputTokens\":5,\"totalTokens\":15,\"cacheReadInputTokens\":2},\"metrics\":{\"latencyMs\":7}}\n";

fn seeds() -> Vec<Vec<u8>> {
    let delta = |text: &str| {
        format!("contentBlockDelta {{\"contentBlockIndex\":0,\"delta\":{{\"toolUse\":{{\"input\":{text:?}}}}}}}\n")
    };
    let answer = [delta("{\"explanation\":\"It never \\n"), delta("ends. \\n\",\"confidence\":\"high\"}")].concat();
    let whole = [START, &answer, END].concat();
    let mut seeds = vec![
        whole.clone().into_bytes(),
        [START, &answer, "exception throttlingException {\"message\":\"slow down\"}\n"].concat().into_bytes(),
        [START, &delta("{\"explanation\":\"It nev"), "messageStop {\"stopReason\":\"max_tokens\"}\n"].concat().into_bytes(),
        [&answer, END].concat().into_bytes(),
        b"contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"prose\"}}\nmessageStop {\"stopReason\":\"end_turn\"}\nmetadata {\"usage\":{\"inputTokens\":2147483647,\"outputTokens\":2147483647,\"totalTokens\":1}}\n".to_vec(),
    ];
    // The same stream as bytes, whose lengths and checksums are then mutated.
    seeds.push([b"\0".to_vec(), frames(&whole)].concat());
    seeds
}

fn check(input: &[u8], seen: fn(Asked) -> Asked) {
    // An input that begins with 0 is a stream of bytes; others are lines, from which valid frames are made.
    let body = match input.split_first() {
        Some((0, bytes)) => bytes.to_vec(),
        _ => frames(&String::from_utf8_lossy(input)),
    };
    let (pieces, result, calls) = seen(CLIENT.with_borrow(|client| client.ask(body)));
    assert!(pieces.is_empty() || calls == 1, "after a piece, the model is not called again");
    let usage = match &result {
        Ok(reviewed) => {
            assert_eq!(reviewed.answer.explanation, cleaned(&pieces), "the pieces are the explanation");
            reviewed.usage
        }
        Err(AiError::Malformed { malformed, usage }) => {
            let partial = malformed.partial.as_deref().unwrap_or_default();
            assert_eq!(cleaned(partial), partial, "a partial explanation is clean");
            *usage
        }
        Err(_) => bedrock::Usage::default(),
    };
    assert!(usage.cost_micros >= 0 && usage.total_tokens() >= usage.sent_tokens(), "{usage:?}");
}

/// A frame for each line: the type of an event, or `exception` and its type, and its JSON.
fn frames(lines: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines.lines() {
        let (kind, header, rest) = match line.strip_prefix("exception ") {
            Some(rest) => ("exception", ":exception-type", rest),
            None => ("event", ":event-type", line),
        };
        let (name, payload) = rest.split_once(' ').unwrap_or((rest, ""));
        let text = |value: &str| HeaderValue::String(value.to_owned().into());
        let headers = vec![
            Header::new(":message-type", text(kind)),
            Header::new(header, text(name)),
            Header::new(":content-type", text("application/json")),
        ];
        let message = Message::new_from_parts(headers, payload.as_bytes().to_vec());
        write_message_to(&message, &mut bytes).expect("an input is far below the format's limits");
    }
    bytes
}

thread_local! {
    static CLIENT: RefCell<Client> = RefCell::new(Client::new());
}

/// The client of the product, on a connector that returns the given body.
struct Client {
    reviewer: Reviewer,
    served: Arc<Mutex<Served>>,
    prompt: Prompt,
}

#[derive(Debug, Default)]
struct Served {
    body: Vec<u8>,
    calls: usize,
}

impl Client {
    fn new() -> Self {
        let served = Arc::<Mutex<Served>>::default();
        let loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new("us-east-1"));
        let sdk = block_on(loader.http_client(Connector(Arc::clone(&served))).load());
        let config = ReviewerConfig {
            model_ids: vec!["us.first-v1:0".to_owned()],
            endpoint_url: Some("http://127.0.0.1:9".to_owned()),
            stand_in_credentials: true,
            ..ReviewerConfig::default()
        };
        let question = Question {
            language: "Rust",
            filename: "a.rs",
            code: "loop {}",
            selection: None,
            history: &[],
            text: "Why?",
        };
        let prompt = Prompt::build(&Fence::new(b"key", "session", 1), &question).expect("small");
        Self { reviewer: Reviewer::connect_with(config, &sdk), served, prompt }
    }

    fn ask(&self, body: Vec<u8>) -> Asked {
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = Served { body, calls: 0 };
        let mut pieces = String::new();
        let mut sink = |piece: &str| pieces.push_str(piece);
        // Too little time for a retry, so nothing waits.
        let deadline = Instant::now() + Duration::from_secs(5);
        let result = block_on(self.reviewer.ask_streaming(&self.prompt, None, deadline, &mut sink));
        (pieces, result, self.served.lock().unwrap_or_else(PoisonError::into_inner).calls)
    }
}

#[derive(Clone, Debug)]
struct Connector(Arc<Mutex<Served>>);

impl HttpConnector for Connector {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let mut served = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        served.calls += 1;
        let status = 200_u16.try_into().expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(served.body.clone()));
        response.headers_mut().insert("content-type", "application/vnd.amazon.eventstream");
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
