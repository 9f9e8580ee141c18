//! Emits the routes with one tag as events of a function.

use crate::design::{Design, Route};

/// The timeout of a streamed response in milliseconds. Other responses have a limit of 29,000 at the gateway.
const STREAM_TIMEOUT: &str = "    TimeoutInMillis: 45000\n";

pub(super) fn of(design: &Design, tag: &str, is_streaming: bool) -> String {
    design.routes.iter().filter(|route| route.tag == tag).map(|route| event(route, is_streaming)).collect()
}

fn event(route: &Route, is_streaming: bool) -> String {
    let Route { path, method, takes_json, .. } = route;
    let mut text = format!(
        "{}:\n  Type: Api\n  Properties:\n    RestApiId: !Ref Api\n    Path: {path}\n    Method: {method}\n",
        route.name()
    );
    if *takes_json {
        text += "    RequestModel: { Model: JsonObject, Required: true, ValidateBody: true }\n";
    }
    if is_streaming {
        text += "    ResponseTransferMode: RESPONSE_STREAM\n";
        text += STREAM_TIMEOUT;
    }
    text
}
