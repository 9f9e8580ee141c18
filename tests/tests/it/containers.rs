//! The whole suite once more, on DynamoDB Local in a container, where a Docker engine has its image.

use std::io::Write as _;

use testcontainers_modules::dynamodb_local::DynamoDb;
use testcontainers_modules::testcontainers::core::IntoContainerPort as _;
use testcontainers_modules::testcontainers::core::client::docker_client_instance;
use testcontainers_modules::testcontainers::runners::AsyncRunner as _;
use testcontainers_modules::testcontainers::{ContainerRequest, Image as _, ImageExt as _};
use tests::engine;
use tokio::process::Command;

/// Says which version of DynamoDB Local is meant, also to `scripts/dynamodb-local`.
const POM: &str = include_str!("../../../scripts/dynamodb-local.pom.xml");

fn version() -> &'static str {
    let (_, rest) = POM.split_once("<dynamodb-local.version>").expect("the version is pinned there");
    rest.split_once('<').expect("the tag is closed").0
}

fn dynamodb_local() -> ContainerRequest<DynamoDb> {
    let shared = ["-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry"];
    DynamoDb::default().with_tag(version()).with_cmd(shared)
}

/// Why a container cannot be started without asking a registry, if it cannot.
async fn obstacle() -> Option<String> {
    let name = format!("{}:{}", DynamoDb::default().name(), version());
    let docker = match docker_client_instance().await {
        Ok(docker) => docker,
        Err(error) => return Some(format!("no Docker engine is configured: {error}")),
    };
    if let Err(error) = docker.ping().await {
        return Some(format!("no Docker engine answers: {error}"));
    }
    if docker.inspect_image(&name).await.is_err() {
        return Some(format!("Docker has no image {name}; pull it, or build it with scripts/dynamodb-local-image"));
    }
    None
}

/// The last lines of what the suite said, which name what failed.
fn last_words(output: &[u8]) -> String {
    let words = String::from_utf8_lossy(output);
    let lines: Vec<&str> = words.lines().collect();
    lines[lines.len().saturating_sub(80)..].join("\n")
}

#[tokio::test]
async fn the_same_suite_passes_on_dynamodb_local_in_testcontainers() {
    if engine::named().is_some() {
        // This is that run, or one on an endpoint that somebody chose.
        return;
    }
    if !engine::containers_are_required()
        && let Some(obstacle) = obstacle().await
    {
        // Not by `eprintln!`, which nobody sees of a test that passes.
        let _ = writeln!(std::io::stderr(), "The suite does not run on DynamoDB Local too: {obstacle}");
        return;
    }
    let container = dynamodb_local().start().await.expect("the container starts");
    let host = container.get_host().await.expect("it has a host");
    let port = container.get_host_port_ipv4(8000.tcp()).await.expect("its port is published");
    let this_suite = std::env::current_exe().expect("the path of this test binary");
    let run = Command::new(this_suite)
        .env(engine::VARIABLE, format!("http://{host}:{port}"))
        .env("INSTA_UPDATE", "no")
        .output()
        .await;
    container.rm().await.expect("the container is removed");
    let run = run.expect("this test binary can be run");
    assert!(run.status.success(), "on DynamoDB Local:\n{}\n{}", last_words(&run.stdout), last_words(&run.stderr));
}
