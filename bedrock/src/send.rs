//! A call on its way through the SDK.

use std::time::{Duration, Instant};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Config;
use aws_sdk_bedrockruntime::config::http::HttpRequest;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::types::{
    GuardrailConfiguration, GuardrailStreamConfiguration, GuardrailStreamProcessingMode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::failure::Failure;
use crate::request::Call;
use crate::response::Received;
use crate::stream::{Sink, Writing};

/// Without a connection after this long there is none.
const CONNECT: Duration = Duration::from_secs(2);

/// A failed call, and what of the answer the sink had by then.
pub(super) struct Unsent {
    pub(super) failure: Failure,
    pub(super) passed_on: Option<String>,
}

impl From<Failure> for Unsent {
    fn from(failure: Failure) -> Self {
        Self { failure, passed_on: None }
    }
}

impl Call<'_> {
    /// Sends the call and waits for all of its answer.
    pub(super) async fn converse(&self, client: &Client, id: &str, deadline: Instant) -> Result<Received, Failure> {
        let guardrail = self.guardrail.map(|guardrail| {
            let config = GuardrailConfiguration::builder().guardrail_identifier(&guardrail.id);
            config.guardrail_version(&guardrail.version).build()
        });
        let output = client
            .converse()
            .model_id(id)
            .set_system(Some(self.system().map_err(unbuilt)?))
            .messages(self.message().map_err(unbuilt)?)
            .inference_config(self.inference())
            .set_tool_config(self.tools().map_err(unbuilt)?)
            .set_output_config(self.output().map_err(unbuilt)?)
            .set_service_tier(self.tier().map_err(unbuilt)?)
            .set_guardrail_config(guardrail)
            .customize()
            .mutate_request(sort_keys)
            .config_override(until(deadline))
            .send()
            .await?;
        Ok(Received::whole(&output, self.form))
    }

    /// Sends the call and passes the explanation on while it is written.
    pub(super) async fn stream(
        &self,
        client: &Client,
        id: &str,
        deadline: Instant,
        sink: Sink<'_>,
    ) -> Result<Received, Unsent> {
        let guardrail = self.guardrail.map(|guardrail| {
            let config = GuardrailStreamConfiguration::builder().guardrail_identifier(&guardrail.id);
            // Nothing is passed on that it has not looked at.
            let config = config.stream_processing_mode(GuardrailStreamProcessingMode::Sync);
            config.guardrail_version(&guardrail.version).build()
        });
        let stream = client
            .converse_stream()
            .model_id(id)
            .set_system(Some(self.system().map_err(unbuilt)?))
            .messages(self.message().map_err(unbuilt)?)
            .inference_config(self.inference())
            .set_tool_config(self.tools().map_err(unbuilt)?)
            .set_output_config(self.output().map_err(unbuilt)?)
            .set_service_tier(self.tier().map_err(unbuilt)?)
            .set_guardrail_config(guardrail)
            .customize()
            .mutate_request(sort_keys)
            .config_override(until(deadline))
            .send()
            .await
            .map_err(Failure::from)?;
        let mut writing = Writing::new(self.form, self.pause, sink);
        match writing.read(stream, deadline).await {
            Ok(received) => Ok(received),
            Err(failure) => Err(Unsent { failure, passed_on: writing.passed_on() }),
        }
    }
}

fn unbuilt(_: BuildError) -> Failure {
    Failure::ours("CallNotBuilt")
}

fn until(deadline: Instant) -> aws_sdk_bedrockruntime::config::Builder {
    let left = deadline.saturating_duration_since(Instant::now());
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(left).build();
    Config::builder().timeout_config(timeouts)
}

/// Sorts the keys of the body. The SDK keeps the tool's schema in hash maps, so it would look different in every process
/// and every call, and what begins differently is not found in the prompt cache. Sorted, `explanation` also comes before
/// `patch`, and models mostly write the fields of a schema in its order: an answer that is cut off has it then.
fn sort_keys(request: &mut HttpRequest) {
    let Some(Ok(sorted)) = request.body().bytes().map(serde_json::from_slice::<Value>) else { return };
    let sorted = sorted.to_string();
    request.headers_mut().insert("content-length", sorted.len().to_string());
    *request.body_mut() = SdkBody::from(sorted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_sent_with_its_keys_in_order_and_its_new_length() {
        let mut request = HttpRequest::new(SdkBody::from("{\"b\" : {\"d\":1,\"c\":[2.5, null]}, \"a\":\"\\u00e9\"}"));
        sort_keys(&mut request);
        let sorted = "{\"a\":\"é\",\"b\":{\"c\":[2.5,null],\"d\":1}}";
        assert_eq!(request.body().bytes(), Some(sorted.as_bytes()));
        assert_eq!(request.headers().get("content-length"), Some(&*sorted.len().to_string()));
    }
}
