//! How a command line or the environment names a table.

use std::str::FromStr;

/// The location of a table, as an option names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreChoice {
    /// The embedded engine, in a file of the data folder.
    Embedded,
    /// The embedded engine, in memory until the process ends.
    Memory,
    /// A DynamoDB endpoint.
    Url(String),
    /// AWS.
    Aws,
}

/// The text does not name a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `embedded`, `memory`, `aws`, or a URL such as http://127.0.0.1:8000")]
pub struct InvalidStore;

impl FromStr for StoreChoice {
    type Err = InvalidStore;

    fn from_str(text: &str) -> Result<Self, InvalidStore> {
        match text {
            "embedded" => Ok(Self::Embedded),
            "memory" => Ok(Self::Memory),
            "aws" => Ok(Self::Aws),
            url => {
                let uri: axum::http::Uri = url.parse().map_err(|_| InvalidStore)?;
                let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
                if known { Ok(Self::Url(url.trim_end_matches('/').to_owned())) } else { Err(InvalidStore) }
            }
        }
    }
}

/// The endpoint that the environment sets for all AWS services.
pub(crate) fn endpoint_for_all_services() -> Option<String> {
    std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty())
}

/// Checks a table name by DynamoDB's rule. An ARN names a table of another account.
pub(crate) fn table_name(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if text.starts_with("arn:") || ((3..=255).contains(&text.len()) && text.chars().all(is_part)) {
        return Ok(text.to_owned());
    }
    Err("a table name must have 3 to 255 of the characters a-z, A-Z, 0-9, _, - and .".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_embedded_memory_aws_or_a_url() {
        assert_eq!("embedded".parse(), Ok(StoreChoice::Embedded));
        assert_eq!("memory".parse(), Ok(StoreChoice::Memory));
        assert_eq!("aws".parse(), Ok(StoreChoice::Aws));
        assert_eq!("http://127.0.0.1:8000/".parse(), Ok(StoreChoice::Url("http://127.0.0.1:8000".to_owned())));
        for bad in ["", "AWS", "sqlite", "ftp://x", "127.0.0.1:8000", "http://"] {
            assert_eq!(bad.parse::<StoreChoice>(), Err(InvalidStore), "{bad}");
        }
    }

    #[test]
    fn table_names_follow_the_rule_of_dynamodb() {
        let longest = "x".repeat(255);
        for name in ["abc", "Reviews_2.test-1", &longest, "arn:aws:dynamodb:eu-central-1:123456789012:table/reviews"] {
            assert_eq!(table_name(name).as_deref(), Ok(name));
        }
        for name in ["", "ab", "bad name", "größe", "a/b", &"x".repeat(256)] {
            assert!(table_name(name).is_err(), "{name}");
        }
    }
}
