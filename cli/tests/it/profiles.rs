//! `--profile`: has precedence over credentials in the environment, and an unknown profile is an error.

use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::process::{codesensei, run_to_end};

const CREDENTIALS: &str = "[staging]\naws_access_key_id = OFSTAGING\naws_secret_access_key = secret\n";
const CONFIG: &str = "[profile staging]\nregion = eu-central-1\n";

/// A service that refuses all requests, and passes on their authorization headers.
async fn service() -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heard, signed) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 16_384];
            let bytes = stream.read(&mut request).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..bytes]).into_owned();
            if let Some(line) = text.lines().find(|line| line.to_lowercase().starts_with("authorization:")) {
                heard.send(line.to_owned()).ok();
            }
            let answer = "HTTP/1.1 400 Bad Request\r\ncontent-length: 57\r\nconnection: close\r\n\r\n\
                          {\"__type\":\"AccessDeniedException\",\"message\":\"not for you\"}";
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    (url, signed)
}

/// The program with the access key of another account in its environment.
fn command(arguments: &[&str], folder: &TempDir) -> Command {
    for (file, text) in [("credentials", CREDENTIALS), ("config", CONFIG)] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let mut command = codesensei(arguments);
    command
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.path().join("credentials"))
        .env("AWS_CONFIG_FILE", folder.path().join("config"))
        .env("AWS_ACCESS_KEY_ID", "OFANOTHER")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    command
}

#[tokio::test]
async fn a_named_profile_has_precedence_over_an_access_key_in_the_environment() {
    let folder = tempdir().unwrap();
    for arguments in [&["keys", "show", "--secrets", "x/"][..], &["table", "describe", "--table", "reviews"]] {
        let (url, mut signed) = service().await;
        let options = [arguments, &["--endpoint-url", &url, "--profile", "staging"]].concat();
        let end = run_to_end(command(&options, &folder)).await;
        let line = signed.try_recv().unwrap_or_else(|_| panic!("{arguments:?}: {}", end.stderr));
        assert!(line.contains("Credential=OFSTAGING/") && line.contains("/eu-central-1/"), "{line}");
        let (url, mut signed) = service().await;
        let options = [arguments, &["--endpoint-url", &url, "--profile", "staging", "--region", "us-west-2"]].concat();
        run_to_end(command(&options, &folder)).await;
        assert!(signed.try_recv().unwrap().contains("/us-west-2/"), "the region of --region");
    }
}

#[tokio::test]
async fn an_unknown_profile_is_an_error_with_its_name() {
    let folder = tempdir().unwrap();
    for arguments in [&["keys", "show", "--secrets", "x/"][..], &["table", "describe"], &["doctor", "--no-model"]] {
        for (profile, region) in [("sataging", &[][..]), ("sataging", &["--region", "us-east-1"]), ("default", &[])] {
            let (url, mut signed) = service().await;
            // Without an endpoint, the doctor would request the time from AWS.
            let endpoints = [&["--endpoint-url", &url][..], &[]];
            for options in &endpoints[..if arguments[0] == "doctor" { 1 } else { 2 }] {
                let options = [arguments, region, options, &["--profile", profile]].concat();
                let mut bare = command(&options, &folder);
                bare.env("AWS_CONFIG_FILE", "nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "nowhere");
                for command in [command(&options, &folder), bare] {
                    let end = run_to_end(command).await;
                    let text = end.stdout + &end.stderr;
                    assert!(
                        end.code == Some(1) && text.contains(&format!("profile `{profile}`")),
                        "{options:?}: {text}"
                    );
                    assert!(!text.contains("already taken"), "{text}");
                    assert!(signed.try_recv().is_err(), "no request is sent with the key of the other account");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_doctor_asks_the_model_with_the_named_profile_in_its_region() {
    let folder = tempdir().unwrap();
    for (region, expected) in [(&[][..], "/eu-central-1/"), (&["--region", "us-west-2"], "/us-west-2/")] {
        let ((table, _), (bedrock, mut signed)) = (service().await, service().await);
        let options = ["doctor", "--json", "--endpoint-url", &table, "--profile", "staging"];
        let mut command = command(&[&options, region].concat(), &folder);
        command.env("BEDROCK_ENDPOINT_URL", &bedrock).env("BEDROCK_MODEL_IDS", "some.model");
        let end = run_to_end(command).await;
        let line = signed.try_recv().unwrap_or_else(|_| panic!("{}", end.stdout));
        assert!(line.contains("Credential=OFSTAGING/") && line.contains(expected), "{line}");
    }
}
