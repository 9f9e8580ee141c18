//! Sends a call through the SDK.

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
use crate::stream::{Sink, StreamReader};

/// The time limit of a connection attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A failed call, and the part of the answer that the sink got before.
pub(super) struct CallError {
    pub(super) failure: Failure,
    pub(super) passed_on: Option<String>,
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self { failure, passed_on: None }
    }
}

impl Call<'_> {
    /// Sends the call and waits for the whole answer.
    pub(super) async fn converse(&self, client: &Client, id: &str, deadline: Instant) -> Result<Received, Failure> {
        let guardrail = self.guardrail.map(|guardrail| {
            let config = GuardrailConfiguration::builder().guardrail_identifier(&guardrail.id);
            config.guardrail_version(&guardrail.version).build()
        });
        let output = client
            .converse()
            .model_id(id)
            .set_system(Some(self.system().map_err(not_built)?))
            .messages(self.message().map_err(not_built)?)
            .inference_config(self.inference())
            .set_tool_config(self.tools().map_err(not_built)?)
            .set_output_config(self.output().map_err(not_built)?)
            .set_service_tier(self.tier().map_err(not_built)?)
            .set_guardrail_config(guardrail)
            .customize()
            .mutate_request(sort_keys)
            .config_override(timeouts_until(deadline))
            .send()
            .await?;
        Ok(Received::whole(&output, self.form))
    }

    /// Sends the call and passes the explanation to the sink while the model writes it.
    pub(super) async fn stream(
        &self,
        client: &Client,
        id: &str,
        deadline: Instant,
        sink: Sink<'_>,
    ) -> Result<Received, CallError> {
        let guardrail = self.guardrail.map(|guardrail| {
            let config = GuardrailStreamConfiguration::builder().guardrail_identifier(&guardrail.id);
            // The guardrail checks each piece before it is passed on.
            let config = config.stream_processing_mode(GuardrailStreamProcessingMode::Sync);
            config.guardrail_version(&guardrail.version).build()
        });
        let stream = client
            .converse_stream()
            .model_id(id)
            .set_system(Some(self.system().map_err(not_built)?))
            .messages(self.message().map_err(not_built)?)
            .inference_config(self.inference())
            .set_tool_config(self.tools().map_err(not_built)?)
            .set_output_config(self.output().map_err(not_built)?)
            .set_service_tier(self.tier().map_err(not_built)?)
            .set_guardrail_config(guardrail)
            .customize()
            .mutate_request(sort_keys)
            .config_override(timeouts_until(deadline))
            .send()
            .await
            .map_err(Failure::from)?;
        let mut reader = StreamReader::new(self.form, self.idle_timeout, sink);
        match reader.read(stream, deadline).await {
            Ok(received) => Ok(received),
            Err(failure) => Err(CallError { failure, passed_on: reader.passed_on() }),
        }
    }
}

fn not_built(_: BuildError) -> Failure {
    Failure::invalid_call("CallNotBuilt")
}

fn timeouts_until(deadline: Instant) -> aws_sdk_bedrockruntime::config::Builder {
    let left = deadline.saturating_duration_since(Instant::now());
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(left).build();
    Config::builder().timeout_config(timeouts)
}

/// Sorts the keys of the body. The SDK keeps the tool's schema in hash maps, so each call would have another order, and
/// the prompt cache would find no common prefix. The sorted order also puts `explanation` before `patch`. Models mostly
/// write the fields in the schema's order, so an answer that is cut off has its explanation.
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
    fn the_body_is_sent_with_sorted_keys_and_its_new_length() {
        let mut request = HttpRequest::new(SdkBody::from("{\"b\" : {\"d\":1,\"c\":[2.5, null]}, \"a\":\"\\u00e9\"}"));
        sort_keys(&mut request);
        let sorted = "{\"a\":\"é\",\"b\":{\"c\":[2.5,null],\"d\":1}}";
        assert_eq!(request.body().bytes(), Some(sorted.as_bytes()));
        assert_eq!(request.headers().get("content-length"), Some(&*sorted.len().to_string()));
    }
}
