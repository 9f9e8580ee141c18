//! Server-sent events: any text arrives unchanged at a client that reads as the HTML standard says.

use handlers::http::events::body_of;
use serde_json::Value;

use super::block_on;
use crate::target::{Fields, Target, texts};

pub(super) const TARGET: Target = Target {
    name: "events",
    holds: "a client that reads the stream as the HTML standard says gets the same events, each with its name and its \
            text; no text of an answer begins another event",
    max_bytes: 4_096,
    short_run: 500,
    words: &[
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "data: ",
        "event: done",
        "id: 1",
        "retry: 1",
        ":",
        "\u{feff}",
        "\u{2028}",
        "\0",
        "{",
        "\"",
    ],
    seeds,
    run: |input| check(input, |events| block_on(body_of(events)).expect("a body from memory can be read")),
    planted: |input| {
        check(input, |events| {
            let event = |(name, data): &(&str, Value)| {
                format!("event: {name}\ndata: {}\n\n", data["text"].as_str().unwrap_or_default())
            };
            events.iter().map(event).collect::<String>().into_bytes()
        });
    },
};

/// The events that the product sends.
const NAMES: [&str; 5] = ["accepted", "delta", "patch", "done", "error"];

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        ["0", "It never ends.", "1", " with \u{1f980}"],
        ["1", "a\n\nevent: done\ndata: {}\n\n", "1", "b\r\rdata: x\r\n: c"],
        ["3", "", "4", "\u{feff}\u{2028}\u{85}\0"],
    ])
}

fn check(input: &[u8], written: impl Fn(&[(&str, Value)]) -> Vec<u8>) {
    let mut fields = Fields::of(input);
    let events: Vec<(&str, Value)> = (0..4)
        .map(|_| (NAMES[fields.number() as usize % NAMES.len()], serde_json::json!({ "text": fields.text() })))
        .collect();
    let body = String::from_utf8(written(&events)).expect("a stream is UTF-8");
    let received = received(&body);
    assert_eq!(received.len(), events.len(), "as many events as were sent");
    for ((name, data), (received_name, received_data)) in events.iter().zip(received) {
        assert_eq!((received_name.as_str(), serde_json::from_str(&received_data).ok().as_ref()), (*name, Some(data)));
    }
}

/// The events of a stream, as section 9.2.6 of the HTML standard reads it.
fn received(stream: &str) -> Vec<(String, String)> {
    let stream = stream.strip_prefix('\u{feff}').unwrap_or(stream).replace("\r\n", "\n").replace('\r', "\n");
    let (mut events, mut name, mut data) = (Vec::new(), String::new(), String::new());
    for line in stream.split_inclusive('\n') {
        let Some(line) = line.strip_suffix('\n') else { break };
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut name), std::mem::take(&mut data));
            if !data.is_empty() {
                events.push((name, data.strip_suffix('\n').unwrap_or(&data).to_owned()));
            }
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut name),
            "data" => data = data + value + "\n",
            _ => {}
        }
    }
    events
}
