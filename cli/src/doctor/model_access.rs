//! Checks that the model answers, with one short question.

use std::time::Instant;

use aws_config::SdkConfig;
use bedrock::{AiError, Reviewer, ReviewerConfig};
use review::fence::Fence;
use review::prompt::{Prompt, Question};

use super::finding::Finding;

const CHECK: &str = "model";

/// Asks the first available model of the configuration.
pub(super) async fn check(config: ReviewerConfig, sdk: &SdkConfig) -> Finding {
    let (deadline, ids) = (Instant::now() + config.deadline, config.model_ids.join(", "));
    let question = Question {
        language: "Python",
        filename: "a.py",
        code: "a = 1\n",
        selection: None,
        history: &[],
        text: "Is this a program? Answer in five words, without a patch.",
    };
    let Ok(prompt) = Prompt::build(&Fence::new(b"doctor", "doctor", 1), &question) else {
        return Finding::unknown(CHECK, "the prompt could not be built");
    };
    match Reviewer::connect_with(config, sdk).ask(&prompt, None, deadline).await {
        Ok(reviewed) => {
            let usage = reviewed.usage;
            let tokens = (usage.sent_tokens(), usage.output_tokens, usage.cost_micros);
            Finding::ok(
                CHECK,
                format!(
                    "{} answered: {} tokens in, {} out, {} micro-dollars",
                    reviewed.model_id, tokens.0, tokens.1, tokens.2
                ),
            )
        }
        Err(error) => Finding::problem(CHECK, format!("{error} (models: {ids}). {}.", fix(&error))),
    }
}

fn fix(error: &AiError) -> &'static str {
    match error {
        AiError::Timeout => "Raise AI_DEADLINE_MS, or name a faster model in BEDROCK_MODEL_IDS",
        AiError::Malformed { .. } => "Name a model in BEDROCK_MODEL_IDS that can call tools, or another AI_OUTPUT_MODE",
        AiError::Unreachable => "Check AWS_REGION, BEDROCK_ENDPOINT_URL and the network",
        AiError::Unavailable { .. } => {
            "Grant access to the model in Bedrock's console, allow bedrock:InvokeModel on its profile and its models, \
             and check the quotas of the account"
        }
        AiError::Refused { .. } => {
            "Check BEDROCK_MODEL_IDS, BEDROCK_GUARDRAIL and BEDROCK_SERVICE_TIER: the model refused the request"
        }
        AiError::TokenLimitExceeded { .. } => "Name a model in BEDROCK_MODEL_IDS that accepts 100,000 tokens",
    }
}
