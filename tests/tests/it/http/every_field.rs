//! Every form of the API reports all its invalid fields at once.

use std::collections::BTreeSet;

use axum::http::Request;
use handlers::openapi::document;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::contract::operations;
use tests::app::{PASSWORD, Person, Response, Session, Thread, sign_up};

use crate::http::{CODE, FILENAME};

async fn scene(app: &TestApp) -> (Person, Session, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (ada, session, thread)
}

/// The names in `error.fields`; the first is also `error.field`, with its message.
#[track_caller]
fn wrong(answer: &Response) -> Vec<&str> {
    let error = &answer.json["error"];
    let fields = error["fields"].as_array().unwrap_or_else(|| panic!("{}: {}", answer.what, answer.json));
    assert_eq!((&fields[0]["field"], &fields[0]["message"]), (&error["field"], &error["message"]));
    fields.iter().map(|wrong| wrong["field"].as_str().unwrap()).collect()
}

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The alternative forms of a body: one, unless the document has `oneOf`.
fn alternatives(schema: &'static Value) -> Vec<&'static Value> {
    match schema["oneOf"].as_array() {
        None => vec![schema],
        Some(forms) => {
            let described = |form: &'static Value| match form["$ref"].as_str() {
                Some(reference) => document().pointer(&reference[1..]).expect("it is in the document"),
                None => form,
            };
            forms.iter().map(described).collect()
        }
    }
}

#[tokio::test]
async fn every_form_names_all_missing_fields_and_all_of_a_wrong_type() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
    let mut forms = 0;
    for operation in operations() {
        let described = &document()["paths"][&operation.path][operation.method.to_lowercase()];
        let schema = &described["requestBody"]["content"]["application/json"]["schema"];
        let Some(reference) = schema["$ref"].as_str() else { continue };
        let schema = document().pointer(&reference[1..]).unwrap();
        let path = operation.path.replace("{id}", &session.id).replace("{thread_id}", &thread.id);
        let path = path.replace("{message_id}", answer["message_id"].as_str().unwrap());
        let send = |body: Value| {
            let request = Request::builder().method(&*operation.method).uri(&path);
            ada.sends_json(request, body.to_string())
        };
        let forms_of_it = alternatives(schema);
        let of_each = forms_of_it.iter().map(|form| names(&form["required"]));
        let required = of_each.reduce(|all, form| all.intersection(&form).copied().collect()).unwrap_or_default();
        if !required.is_empty() {
            let refused = send(json!({})).await;
            assert_eq!(wrong(&refused).into_iter().collect::<BTreeSet<_>>(), required, "{}", refused.what);
            refused.refused(400, "INVALID_INPUT");
        }
        let properties = forms_of_it.iter().flat_map(|form| form["properties"].as_object().unwrap().keys());
        let all: BTreeSet<&str> = properties.map(String::as_str).collect();
        let strange: Value = all.iter().map(|name| ((*name).to_owned(), json!({ "x": [7] }))).collect();
        let refused = send(strange).await;
        assert_eq!(wrong(&refused).into_iter().collect::<BTreeSet<_>>(), all, "{}", refused.what);
        refused.refused(400, "INVALID_INPUT");
        forms += 1;
    }
    assert!(forms >= 12, "{forms}");
}

#[tokio::test]
async fn missing_mistyped_and_invalid_fields_are_reported_together() {
    let app = TestApp::new().await;
    let (ada, session, _) = scene(&app).await;
    let mut form = sign_up("bob");
    (form["email"], form["username"], form["password"]) = ("bob".into(), 7.into(), "short".into());
    form.as_object_mut().unwrap().remove("name");
    let refused = app.stranger().posts("/auth/signup", &form).await;
    assert_eq!(wrong(&refused), ["username", "name", "email", "password", "confirm_password"]);

    let passwords = json!({ "current_password": 7, "new_password": "short", "confirm_password": "other" });
    let refused = ada.puts("/users/me/password", &passwords).await;
    assert_eq!(wrong(&refused), ["current_password", "new_password", "confirm_password"]);
    let refused = ada.puts("/users/me", &json!({ "name": "", "email": "x", "username": "-" })).await;
    assert_eq!(wrong(&refused), ["name", "username", "email"]);

    let file = json!({ "filename": "", "code_content": 7, "language_override": "Klingon" });
    assert_eq!(wrong(&ada.posts("/sessions", &file).await), ["code_content", "filename", "language_override"]);
    let settings = json!({ "filename": null, "language_override": "Klingon" });
    let refused = ada.patches(&format!("{}/metadata", session.path), &settings).await;
    assert_eq!(wrong(&refused), ["filename", "language_override"]);
}

#[tokio::test]
async fn all_invalid_fields_of_code_requests_are_reported_together() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let save = json!({ "expected_version_number": "1", "language_override": "Klingon", "code_content": 7 });
    let refused = ada.puts(&session.path, &save).await;
    assert_eq!(wrong(&refused), ["code_content", "expected_version_number", "language_override"]);

    let threads = format!("{}/threads", session.path);
    let refused = ada.posts(&threads, &json!({ "type": "block", "start_line": 0, "client_thread_id": "x" })).await;
    assert_eq!(wrong(&refused), ["client_thread_id", "start_line", "end_line"]);
    let refused = ada.posts(&threads, &json!({ "type": "line", "start_line": 0, "end_line": 3 })).await;
    assert_eq!(wrong(&refused), ["type", "start_line"]);
    let refused = ada.posts(&threads, &json!({ "type": "line" })).await;
    assert_eq!(wrong(&refused), ["type"], "a whole file has no lines");
    let refused = ada.puts(&thread.path, &json!({ "start_line": 0, "end_line": 0, "selected_text": 7 })).await;
    assert_eq!(wrong(&refused), ["selected_text", "start_line", "end_line"]);

    let message = json!({ "content": " ", "role": "ai", "ask": "yes", "version_number": -1 });
    let refused = ada.posts(&format!("{}/messages", thread.path), &message).await;
    assert_eq!(wrong(&refused), ["ask", "version_number", "content", "role"]);

    let said =
        json!([{ "role": "user", "content": "" }, { "role": "ai", "content": "" }, { "role": "user", "content": " " }]);
    let question = json!({ "filename": "", "code_content": "a\n", "language_override": "Klingon", "question": "",
        "start_line": 0, "end_line": 7, "history": said });
    let refused = ada.posts("/ai/analyze", &question).await;
    let expected =
        ["filename", "language_override", "question", "history[0].content", "history[2].content", "start_line"];
    assert_eq!(wrong(&refused), expected);
    let question = json!({ "filename": "a.rs", "code_content": "a\n", "question": "", "start_line": 1, "end_line": 7 });
    assert_eq!(wrong(&ada.posts("/ai/analyze", &question).await), ["question", "end_line"]);
}

#[tokio::test]
async fn the_error_code_is_that_of_the_first_invalid_field() {
    let app = TestApp::new().await;
    let mut form = sign_up("ada");
    (form["password"], form["confirm_password"]) = ("short".into(), "other".into());
    let error = app.stranger().posts("/auth/signup", &form).await.refused(400, "WEAK_PASSWORD");
    assert_eq!(error["fields"][1]["message"], "The two passwords differ.");
    form["email"] = "x".into();
    app.stranger().posts("/auth/signup", &form).await.refused(400, "INVALID_INPUT");
}

#[tokio::test]
async fn errors_do_not_repeat_sent_values() {
    let app = TestApp::new().await;
    let form = json!({ "name": ["hunter2"], "email": "hunter2", "username": "hunter2!", "password": PASSWORD,
        "confirm_password": { "hunter2": 1 } });
    let refused = app.stranger().posts("/auth/signup", &form).await;
    assert_eq!(wrong(&refused), ["confirm_password", "name", "email", "username"]);
    let text = String::from_utf8_lossy(&refused.body);
    assert!(!text.contains("hunter2") && !text.contains(PASSWORD), "{text}");
}
