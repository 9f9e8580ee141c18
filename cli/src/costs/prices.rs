//! The prices of AWS in us-east-1, with the source and the date of each price.

/// A price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Price {
    /// The service.
    pub(crate) service: &'static str,
    /// The billed quantity.
    pub(crate) what: &'static str,
    /// The price in dollars for `of` units.
    pub(crate) dollars: f64,
    pub(crate) of: f64,
    /// The unit.
    pub(crate) unit: &'static str,
    /// The pricing page of AWS.
    pub(crate) source: &'static str,
    /// The evidence for the price.
    pub(crate) evidence: Evidence,
}

/// The evidence for a price on [`DATE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Read on AWS's pricing page or in AWS's documentation.
    OnAws,
    /// Read on a third-party page, because a script builds AWS's page and it could not be read.
    Elsewhere,
    /// Not read on that day: the price of earlier years. Confirm it before you rely on it.
    Unconfirmed,
}

impl Evidence {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OnAws => "on AWS's page",
            Self::Elsewhere => "on another site",
            Self::Unconfirmed => "not confirmed",
        }
    }
}

/// The date of the prices.
pub(crate) const DATE: &str = "2026-11-29";

const MILLION: f64 = 1_000_000.0;
const BEDROCK: &str = "https://aws.amazon.com/bedrock/pricing/";
const LAMBDA: &str = "https://aws.amazon.com/lambda/pricing/";
const GATEWAY: &str = "https://aws.amazon.com/api-gateway/pricing/";
const WAF: &str = "https://aws.amazon.com/waf/pricing/";
const CLOUDFRONT: &str = "https://aws.amazon.com/cloudfront/pricing/";
const DYNAMODB: &str = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const SECRETS: &str = "https://aws.amazon.com/secrets-manager/pricing/";
const CLOUDWATCH: &str = "https://aws.amazon.com/cloudwatch/pricing/";
const SNS: &str = "https://aws.amazon.com/sns/pricing/";

macro_rules! prices {
    ($($name:ident = $service:literal, $what:literal, $dollars:literal / $of:expr, $unit:literal, $source:expr, $evidence:ident;)+) => {
        $(pub(crate) const $name: Price = Price {
            service: $service, what: $what, dollars: $dollars, of: $of, unit: $unit, source: $source, evidence: Evidence::$evidence,
        };)+
        /// All prices.
        pub(crate) const PRICES: &[Price] = &[$($name),+];
    };
}

prices! {
    INPUT_TOKENS = "Bedrock", "input tokens", 3.3 / MILLION, "tokens", BEDROCK, Elsewhere;
    OUTPUT_TOKENS = "Bedrock", "output tokens", 16.5 / MILLION, "tokens", BEDROCK, Elsewhere;
    LAMBDA_REQUESTS = "Lambda", "requests", 0.2 / MILLION, "requests", LAMBDA, Elsewhere;
    LAMBDA_TIME = "Lambda", "memory and time, x86_64", 0.000_016_666_7 / 1.0, "GB-s", LAMBDA, Elsewhere;
    GATEWAY_REQUESTS = "API Gateway", "REST requests", 3.5 / MILLION, "requests", GATEWAY, Elsewhere;
    WAF_ACL = "WAF", "web ACLs", 5.0 / 1.0, "ACLs", WAF, Elsewhere;
    WAF_RULES = "WAF", "rules", 1.0 / 1.0, "rules", WAF, Elsewhere;
    WAF_REQUESTS = "WAF", "requests", 0.6 / MILLION, "requests", WAF, Elsewhere;
    CLOUDFRONT_REQUESTS = "CloudFront", "HTTPS requests", 0.01 / 10_000.0, "requests", CLOUDFRONT, Elsewhere;
    CLOUDFRONT_OUT = "CloudFront", "data to viewers", 0.085 / 1.0, "GB", CLOUDFRONT, OnAws;
    CLOUDFRONT_IN = "CloudFront", "data to the API", 0.02 / 1.0, "GB", CLOUDFRONT, Unconfirmed;
    CLOUDFRONT_FUNCTIONS = "CloudFront", "function calls", 0.1 / MILLION, "calls", CLOUDFRONT, Elsewhere;
    TABLE_READS = "DynamoDB", "read request units", 0.125 / MILLION, "RRU", DYNAMODB, Elsewhere;
    TABLE_WRITES = "DynamoDB", "write request units", 0.625 / MILLION, "WRU", DYNAMODB, Elsewhere;
    TABLE_STORAGE = "DynamoDB", "storage", 0.25 / 1.0, "GB-month", DYNAMODB, Unconfirmed;
    TABLE_BACKUP = "DynamoDB", "point-in-time recovery", 0.2 / 1.0, "GB-month", DYNAMODB, Unconfirmed;
    SECRETS_KEPT = "Secrets Manager", "secrets", 0.4 / 1.0, "secrets", SECRETS, Elsewhere;
    SECRETS_CALLS = "Secrets Manager", "calls", 0.05 / 10_000.0, "calls", SECRETS, Elsewhere;
    LOGS = "CloudWatch", "log ingestion", 0.5 / 1.0, "GB", CLOUDWATCH, Elsewhere;
    LOGS_KEPT = "CloudWatch", "log storage of a month", 0.03 / 1.0, "GB-month", CLOUDWATCH, Unconfirmed;
    METRICS = "CloudWatch", "custom metrics", 0.3 / 1.0, "metrics", CLOUDWATCH, Elsewhere;
    ALARMS = "CloudWatch", "metrics of alarms", 0.1 / 1.0, "metrics", CLOUDWATCH, Unconfirmed;
    ANOMALY_ALARMS = "CloudWatch", "anomaly alarms, three metrics each", 0.3 / 1.0, "alarms", CLOUDWATCH, Unconfirmed;
    DASHBOARDS = "CloudWatch", "dashboards", 3.0 / 1.0, "dashboards", CLOUDWATCH, Elsewhere;
    MAILS = "SNS", "e-mails", 2.0 / 100_000.0, "e-mails", SNS, Unconfirmed;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_is_positive_and_names_a_page_of_aws() {
        for price in PRICES {
            assert!(price.dollars > 0.0 && price.of >= 1.0, "{price:?}");
            assert!(price.source.starts_with("https://aws.amazon.com/"), "{price:?}");
        }
    }
}
