//! Questions about code that is not stored, and the service itself.

use handlers::rates::RateLimit;
use serde_json::{Value, json};
use tests::texts::{FIVE_MIB, noise};

use super::Row;
use super::bench::{Bench, Case, scenes, typical_code};
use super::messages::refuses;
use crate::http::FILENAME;

scenes!(analyses, the_service);

fn analysis(code: &str) -> Value {
    json!({ "filename": FILENAME, "code_content": code, "question": "Why?", "start_line": 33, "end_line": 35 })
}

async fn analyses() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let measured = bench.at(&ada).await;
    let asks = async |form: Value| measured.posts("/ai/analyze", &form).await;
    bench.measure(Case::Other, "the first answer of the day", asks(analysis(&typical_code()))).await.is(200);
    bench.measure(Case::Typical, "a file of 3 KB", asks(analysis(&typical_code()))).await.is(200);
    let large = analysis(&noise(FIVE_MIB, 1));
    bench.measure(Case::Worst, "a file of 5 MiB", asks(large)).await.is(200);
    bench.app.bedrock().script(refuses());
    let refused = bench.measure(Case::Refused, "the model refuses", asks(analysis(&typical_code()))).await;
    refused.refused(503, "BEDROCK_UNAVAILABLE");
    let mut selected = analysis(&format!("{}\n", "x".repeat(140_000)).repeat(3));
    (selected["start_line"], selected["end_line"], selected["selected_text"]) = (1.into(), 3.into(), "?".into());
    let refused = bench.measure(Case::Refused, "too much code for the model", asks(selected)).await;
    refused.refused(413, "TOKEN_LIMIT_EXCEEDED");
    bench.reach(RateLimit::ANALYSIS, &user.user_id.to_string()).await;
    let limited = bench.measure(Case::Refused, "over the limit of the user", asks(analysis(&typical_code()))).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn the_service() -> Vec<Row> {
    let bench = Bench::new().await;
    let stranger = bench.at(&bench.app.stranger()).await;
    bench.measure(Case::Always, "the table answers", stranger.gets("/health")).await.is(200);
    bench.measure(Case::Always, "the document is in the program", stranger.gets("/openapi.json")).await.is(200);
    bench.rows()
}
