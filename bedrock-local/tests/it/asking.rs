//! The product's prompt, and a request with it.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The header of a signed request. The endpoint cannot check the signature itself.
pub(crate) const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/bedrock/aws4_request";

/// A file, a selection of its lines, and a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) language: &'a str,
    pub(crate) file: &'a str,
    /// The first and the last line in the prompt; the whole file if absent.
    pub(crate) sent: Option<(usize, usize)>,
    pub(crate) selection: Option<(usize, usize)>,
    pub(crate) text: &'a str,
}

impl<'a> Question<'a> {
    pub(crate) fn about(language: &'a str, file: &'a str) -> Self {
        Self { language, file, sent: None, selection: None, text: "Please review this." }
    }

    /// The prompt in the product's form.
    pub(crate) fn prompt(&self) -> String {
        let lines = lines_of(self.file);
        let total = lines.len();
        let (first, last) = self.sent.unwrap_or((1, total));
        let language = self.language;
        let mut prompt = format!(
            "<code-7f3a language=\"{language}\" filename=\"file\" first_line=\"{first}\" last_line=\"{last}\" \
             total_lines=\"{total}\">\n"
        );
        for (at, line) in lines.iter().enumerate().take(last).skip(first - 1) {
            prompt.push_str(&(at + 1).to_string());
            prompt.push('|');
            prompt.push_str(line);
            prompt.push('\n');
        }
        prompt.push_str("</code-7f3a>\n");
        if let Some((start, end)) = self.selection {
            let chosen = lines.get(start - 1..end.min(total)).unwrap_or_default();
            let chosen = chosen.join("\n");
            prompt = format!(
                "{prompt}<selection-7f3a start_line=\"{start}\" end_line=\"{end}\">\n{chosen}\n</selection-7f3a>\n"
            );
        }
        format!("{prompt}<question-7f3a>\n{}\n</question-7f3a>\n", self.text)
    }
}

/// The lines of a file without their line feeds. A final line feed does not begin another line.
fn lines_of(file: &str) -> Vec<&str> {
    file.strip_suffix('\n').unwrap_or(file).split('\n').collect()
}

/// A request for an answer through the tool.
pub(crate) fn request(prompt: &str) -> Value {
    json!({
        "system": [{ "text": "You review code." }],
        "messages": [{ "role": "user", "content": [{ "text": prompt }] }],
        "inferenceConfig": { "maxTokens": 4000 },
        "toolConfig": {
            "tools": [{ "toolSpec": { "name": "review_answer", "inputSchema": { "json": { "type": "object" } } } }],
            "toolChoice": { "tool": { "name": "review_answer" } },
        },
    })
}

/// Sends a body through the router and returns the status and the answer.
pub(crate) async fn post(body: &Value) -> (u16, Value) {
    let request = Request::post("/model/local/converse")
        .header(header::AUTHORIZATION, SIGNED)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .expect("a valid request");
    let response = bedrock_local::router().oneshot(request).await.expect("the router never fails");
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
    (status, serde_json::from_slice(&bytes).expect("a JSON body"))
}

/// The tool's input in the answer.
pub(crate) async fn ask(question: &Question<'_>) -> Value {
    let (status, answer) = post(&request(&question.prompt())).await;
    assert_eq!(status, 200, "{answer}");
    answer["output"]["message"]["content"][0]["toolUse"]["input"].clone()
}
