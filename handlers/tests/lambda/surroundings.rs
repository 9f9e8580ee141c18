//! What a function finds around it: a table, a secret, a model, and variables that say where they are.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bedrock_local::LocalBedrock;
use model::{Clock, CursorKey, Endpoint, Ids, Protection, Store, StoreConfig};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What cursors and fences are derived from.
pub(crate) const SEED: &str = "a-seed-of-thirty-two-characters-or-more";

const TABLE: &str = "codesensei-test";

/// The key that tokens are signed with, made once: no private key lies in the repository.
static KEY: LazyLock<String> = LazyLock::new(|| {
    let key = RsaPrivateKey::new(&mut OsRng, 2048).expect("a key");
    key.to_pkcs8_pem(LineEnding::LF).expect("PEM").to_string()
});

/// A table on the embedded engine, a Secrets Manager and a model. They end with the test.
pub(crate) struct Surroundings {
    store: Store,
    bedrock: LocalBedrock,
    dynamodb: String,
    secrets: String,
}

impl Surroundings {
    pub(crate) async fn start() -> Self {
        let database = dynoxide::Database::memory().expect("an engine in memory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let dynamodb = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let store = Store::connect(StoreConfig {
            table: TABLE.to_owned(),
            endpoint: Endpoint::url(dynamodb.clone()),
            cursor_key: CursorKey::from_secret(SEED),
            clock: Clock::system(),
            ids: Ids::random(),
        })
        .await;
        store.create_table_if_absent(Protection::Off).await.expect("the engine makes a table");
        let bedrock = LocalBedrock::start().expect("a free port");
        Self { store, bedrock, dynamodb, secrets: secrets_manager().await }
    }

    /// The functions' table.
    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// The functions' model.
    pub(crate) const fn bedrock(&self) -> &LocalBedrock {
        &self.bedrock
    }

    /// The variables of a function.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        [
            ("CODESENSEI_TABLE", TABLE),
            ("CODESENSEI_SECRET_ID", "good"),
            ("CODESENSEI_ORIGIN", "https://app.example.com"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.secrets),
            ("BEDROCK_ENDPOINT_URL", &self.bedrock.url),
            ("BEDROCK_MODEL_IDS", "local.rule-based-reviewer"),
            ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "access"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "session"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }
}

/// Starts an endpoint that answers `GetSecretValue`.
async fn secrets_manager() -> String {
    let secrets = [
        ("good", json!({ "signing_key": *KEY, "seed": SEED, "accepted_keys": [] }).to_string()),
        ("text", "hunter2".to_owned()),
        ("short", json!({ "signing_key": *KEY, "seed": "hunter2" }).to_string()),
        ("keyless", json!({ "signing_key": "hunter2", "seed": SEED }).to_string()),
    ];
    let routes = Router::new().route("/", post(get_secret_value)).with_state(Arc::new(BTreeMap::from(secrets)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, routes).into_future());
    format!("http://{address}")
}

async fn get_secret_value(
    State(secrets): State<Arc<BTreeMap<&'static str, String>>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    let request: Value = serde_json::from_str(&body).expect("JSON");
    let id = request["SecretId"].as_str().expect("the name of a secret");
    let json = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
    let Some(secret) = secrets.get(id) else {
        let kind = "ResourceNotFoundException";
        let error = json!({ "__type": kind, "Message": "Secrets Manager can't find the specified secret." });
        return (StatusCode::BAD_REQUEST, [("x-amzn-errortype", kind)], json, error.to_string()).into_response();
    };
    (json, Json(json!({ "Name": id, "SecretString": secret })).into_response()).into_response()
}
