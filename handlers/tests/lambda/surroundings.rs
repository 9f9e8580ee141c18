//! The environment of a function: a table, secrets, a model, and the variables with their addresses.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bedrock_local::LocalBedrock;
use handlers::auth::key_pair::{generate, public_half};
use model::{Clock, CursorKey, Endpoint, Ids, Protection, Store, TableConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The seed of cursors and fences.
pub(crate) const SEED: &str = "a-seed-of-thirty-two-characters-or-more";

const TABLE: &str = "codesensei-test";

/// The secret of CloudFront.
pub(crate) const ORIGIN: &str = "an-origin-secret-of-forty-three-characters";
/// The previous secret.
pub(crate) const ORIGIN_BEFORE: &str = "the-origin-secret-before-it-and-also-long";

/// A private and a public key, in PEM.
pub(crate) struct Pair {
    pub(crate) private: String,
    pub(crate) public: String,
}

/// Signing keys, generated once: the repository contains no private key.
pub(crate) static PAIRS: LazyLock<[Pair; 2]> = LazyLock::new(|| {
    [(); 2].map(|()| {
        let private = generate().expect("a key");
        let public = public_half(&private).expect("its public key");
        Pair { private, public }
    })
});

/// Secrets by name. Tests change them while functions run.
type Kept = Arc<Mutex<BTreeMap<&'static str, String>>>;

/// A table on the embedded engine, a Secrets Manager and a model. They end with the test.
pub(crate) struct Surroundings {
    store: Store,
    bedrock: LocalBedrock,
    dynamodb: String,
    secrets: String,
    kept: Kept,
}

impl Surroundings {
    pub(crate) async fn start() -> Self {
        let database = dynoxide::Database::memory().expect("an engine in memory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let dynamodb = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let store = Store::connect(TableConfig {
            table: TABLE.to_owned(),
            endpoint: Endpoint::url(dynamodb.clone()),
            cursor_key: CursorKey::from_secret(SEED),
            clock: Clock::system(),
            ids: Ids::random(),
        })
        .await;
        store.table().create_if_absent(Protection::Off).await.expect("the engine makes a table");
        let bedrock = LocalBedrock::start().expect("a free port");
        let kept = Arc::new(Mutex::new(secrets()));
        Self { store, bedrock, dynamodb, secrets: secrets_manager(Arc::clone(&kept)).await, kept }
    }

    /// Changes a secret.
    pub(crate) fn keeps(&self, name: &'static str, value: &Value) {
        self.kept.lock().expect("not poisoned").insert(name, value.to_string());
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
            ("CODESENSEI_SIGNING_KEY_SECRET", "signing-key"),
            ("CODESENSEI_PUBLIC_KEYS_SECRET", "public-keys"),
            ("CODESENSEI_SEED_SECRET", "seed"),
            ("CODESENSEI_ORIGIN", "https://app.example.com"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.secrets),
            ("BEDROCK_ENDPOINT_URL", &self.bedrock.url),
            ("BEDROCK_MODEL_IDS", "local.rule-based-reviewer"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "access"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "session"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }
}

/// The secret with the public keys of these pairs.
pub(crate) fn public_keys(pairs: &[&Pair]) -> Value {
    json!({ "keys": pairs.iter().map(|pair| json!({ "kid": "any", "pem": pair.public })).collect::<Vec<_>>() })
}

fn secrets() -> BTreeMap<&'static str, String> {
    let [pair, _] = &*PAIRS;
    BTreeMap::from([
        ("signing-key", json!({ "signing_key": pair.private }).to_string()),
        ("public-keys", public_keys(&[pair]).to_string()),
        ("seed", json!({ "seed": SEED, "origin": ORIGIN, "origin_before": ORIGIN_BEFORE }).to_string()),
        ("text", "hunter2".to_owned()),
        ("short", json!({ "seed": "hunter2", "origin": ORIGIN, "origin_before": ORIGIN }).to_string()),
        ("open", json!({ "seed": SEED, "origin": ORIGIN, "origin_before": "" }).to_string()),
        ("none", json!({ "keys": [] }).to_string()),
        ("keyless", json!({ "keys": [{ "kid": "any", "pem": "hunter2" }] }).to_string()),
        ("unsigned", json!({ "signing_key": "hunter2" }).to_string()),
    ])
}

/// The name of a secret whose response is not JSON.
const CUT_SHORT: &str = "cut-short";

/// Starts an endpoint that answers `GetSecretValue`.
async fn secrets_manager(kept: Kept) -> String {
    let routes = Router::new().route("/", post(get_secret_value)).with_state(kept);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, routes).into_future());
    format!("http://{address}")
}

async fn get_secret_value(State(kept): State<Kept>, headers: HeaderMap, body: String) -> Response {
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    let request: Value = serde_json::from_str(&body).expect("JSON");
    let id = request["SecretId"].as_str().expect("the name of a secret");
    let json = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
    let secret = kept.lock().expect("not poisoned").get(id).cloned();
    if id == CUT_SHORT {
        return (json, r#"{"SecretString":"hunter2"#).into_response();
    }
    let Some(secret) = secret else {
        let kind = "ResourceNotFoundException";
        let error = json!({ "__type": kind, "Message": "Secrets Manager can't find the specified secret." });
        return (StatusCode::BAD_REQUEST, [("x-amzn-errortype", kind)], json, error.to_string()).into_response();
    };
    (json, Json(json!({ "Name": id, "SecretString": secret })).into_response()).into_response()
}
