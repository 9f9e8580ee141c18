//! Events of API Gateway, and the responses that it accepts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

/// A request, from which the events of both gateways are built.
#[derive(Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    cookies: Vec<String>,
    body: Option<String>,
    is_base64: bool,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        let path = path.to_owned();
        let (query, headers, cookies) = (Vec::new(), Vec::new(), Vec::new());
        Self { method: "GET", path, query, headers, cookies, body: None, is_base64: false }
    }

    pub(crate) fn post(path: &str, body: &Value) -> Self {
        let request = Self::get(path).with_header("Content-Type", "application/json");
        Self { method: "POST", body: Some(body.to_string()), ..request }
    }

    /// A request without a file, under another method.
    pub(crate) fn with_method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn binary(path: &str, content_type: &str, body: &[u8]) -> Self {
        let request = Self::get(path).with_header("Content-Type", content_type);
        Self { method: "POST", body: Some(STANDARD.encode(body)), is_base64: true, ..request }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn with_query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    pub(crate) fn with_cookies(mut self, pairs: &[String]) -> Self {
        self.cookies = pairs.to_vec();
        self
    }

    /// The event of a REST gateway. Its path is that of the site; only the path of its context contains the stage.
    pub(crate) fn v1(&self) -> Value {
        let mut headers = self.headers("Host");
        if !self.cookies.is_empty() {
            headers.insert("Cookie".to_owned(), self.cookies.join("; ").into());
        }
        let many = |map: &Map<String, Value>| {
            map.iter().map(|(name, value)| (name.clone(), json!([value]))).collect::<Map<_, _>>()
        };
        let query: Map<String, Value> =
            self.query.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({
            "resource": self.path,
            "path": self.path,
            "httpMethod": self.method,
            "headers": headers,
            "multiValueHeaders": many(&headers),
            "queryStringParameters": query,
            "multiValueQueryStringParameters": many(&query),
            "pathParameters": null,
            "stageVariables": null,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api",
                "resourceId": "resource",
                "resourcePath": self.path,
                "path": format!("/prod{}", self.path),
                "httpMethod": self.method,
                "stage": "prod",
                "requestId": "request",
                "protocol": "HTTP/1.1",
                "requestTimeEpoch": 1_428_582_896_000_u64,
                "domainName": "api.example.com",
                "identity": { "sourceIp": "203.0.113.9", "userAgent": "test" },
            },
            "body": self.body,
            "isBase64Encoded": self.is_base64,
        })
    }

    /// The event of an HTTP gateway.
    pub(crate) fn v2(&self) -> Value {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        json!({
            "version": "2.0",
            "routeKey": format!("{} {}", self.method, self.path),
            "rawPath": self.path,
            "rawQueryString": query.join("&"),
            "cookies": self.cookies,
            "headers": self.headers("host"),
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api",
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.9",
                    "userAgent": "test",
                },
                "requestId": "request",
                "routeKey": format!("{} {}", self.method, self.path),
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_u64,
            },
            "body": self.body,
            "isBase64Encoded": self.is_base64,
        })
    }

    fn headers(&self, host: &str) -> Map<String, Value> {
        let own = self.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        [(host.to_owned(), json!("api.example.com"))].into_iter().chain(own).collect()
    }
}

/// A response, parsed from the result of a function.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    /// The `Set-Cookie` headers.
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// The body, where it is JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// A buffered response to a REST gateway (1) or an HTTP gateway (2).
    pub(crate) fn whole(version: u8, event: &Value) -> Self {
        let cookies = if version == 1 { &event["multiValueHeaders"]["set-cookie"] } else { &event["cookies"] };
        let body = event["body"].as_str().unwrap_or_default();
        // The gateway decodes Base64 only for clients whose first `Accept` is a binary type. Browsers send none.
        assert!(version != 1 || event["isBase64Encoded"] != true, "a REST gateway hands Base64 on as it is");
        let body = if event["isBase64Encoded"] == true { STANDARD.decode(body).expect("Base64") } else { body.into() };
        Self::of(event, cookies, body)
    }

    /// A streamed response.
    pub(crate) fn streamed(head: &Value, body: Vec<u8>) -> Self {
        let headers = head["headers"].as_object().expect("headers");
        assert!(headers.values().all(Value::is_string), "each header of a head has one value: {head}");
        Self::of(head, &head["cookies"], body)
    }

    fn of(head: &Value, cookies: &Value, body: Vec<u8>) -> Self {
        Self {
            status: head["statusCode"].as_u64().expect("a status"),
            cookies: Vec::deserialize(cookies).unwrap_or_default(),
            json: serde_json::from_slice(&body).unwrap_or_default(),
            body,
        }
    }

    /// The cookies as a browser returns them.
    pub(crate) fn pairs(&self) -> Vec<String> {
        let pairs = self.cookies.iter().filter_map(|cookie| cookie.split(';').next());
        pairs.map(str::to_owned).collect()
    }
}
