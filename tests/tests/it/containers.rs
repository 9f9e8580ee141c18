//! The whole suite once more, on DynamoDB Local in a container. It needs a Docker engine that has the image.

use testcontainers_modules::dynamodb_local::DynamoDb;
use testcontainers_modules::testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers_modules::testcontainers::core::IntoContainerPort as _;
use testcontainers_modules::testcontainers::core::client::docker_client_instance;
use testcontainers_modules::testcontainers::runners::AsyncRunner as _;
use testcontainers_modules::testcontainers::{ContainerAsync, ContainerRequest, Image as _, ImageExt as _};
use tests::engine;
use tokio::process::Command;

/// Pins the version of DynamoDB Local, also for `scripts/dynamodb-local`.
const POM: &str = include_str!("../../../scripts/dynamodb-local.pom.xml");

/// The port of DynamoDB Local in its container.
const PORT: u16 = 8000;

fn version() -> &'static str {
    let (_, rest) = POM.split_once("<dynamodb-local.version>").expect("the POM pins the version");
    rest.split_once('<').expect("the tag is closed").0
}

fn dynamodb_local() -> ContainerRequest<DynamoDb> {
    let shared = ["-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry"];
    DynamoDb::default()
        .with_tag(version())
        .with_cmd(shared)
        .with_network("bridge")
        .with_host_config_modifier(publish_to_this_machine_only)
}

/// testcontainers publishes ports to the whole network.
fn publish_to_this_machine_only(config: &mut HostConfig) {
    let any_port_here = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: None };
    config.publish_all_ports = Some(false);
    config.port_bindings = Some([(format!("{PORT}/tcp"), Some(vec![any_port_here]))].into());
}

/// The reason why a container cannot be started without a registry, if any.
async fn missing() -> Option<String> {
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

/// The container's URL: a port of this machine; or the container's address, if this machine is a container itself.
async fn url(container: &ContainerAsync<DynamoDb>) -> String {
    if container.get_host().await.expect("it has a host").to_string() == "localhost" {
        let port = container.get_host_port_ipv4(PORT.tcp()).await.expect("its port is published");
        return format!("http://127.0.0.1:{port}");
    }
    let address = container.get_bridge_ip_address().await.expect("it is on the engine's network");
    format!("http://{address}:{PORT}")
}

/// The last lines of the suite's output, which name the failed tests.
fn last_lines(output: &[u8]) -> String {
    let words = String::from_utf8_lossy(output);
    let lines: Vec<&str> = words.lines().collect();
    lines[lines.len().saturating_sub(80)..].join("\n")
}

#[tokio::test]
async fn the_same_suite_passes_on_dynamodb_local_in_testcontainers() {
    if engine::named().is_some() {
        // This process is the run in the container, or on an endpoint that the environment names.
        return;
    }
    if let Some(missing) = missing().await {
        panic!("the suite cannot run in a container: {missing}");
    }
    let container = dynamodb_local().start().await.expect("the container starts");
    let url = url(&container).await;
    let this_suite = std::env::current_exe().expect("the path of this test binary");
    let run = Command::new(this_suite).env(engine::VARIABLE, url).env("INSTA_UPDATE", "no").output().await;
    container.rm().await.expect("the container is removed");
    let run = run.expect("this test binary can be run");
    assert!(run.status.success(), "on DynamoDB Local:\n{}\n{}", last_lines(&run.stdout), last_lines(&run.stderr));
}
