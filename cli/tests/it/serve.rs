//! `codesensei serve`: first start, restart, and shutdown.

use tempfile::tempdir;

use crate::process::{Server, codesensei};

const SEEDED: [&str; 2] = ["rate_limiter.py", "inventory.rs"];

#[tokio::test]
async fn the_first_start_creates_a_demo_account_and_prints_how_to_use_it() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let curls: Vec<&str> = server.banner.lines().filter(|line| line.trim().starts_with("curl ")).collect();
    assert_eq!(curls.len(), 3, "{}", server.banner);
    assert!(curls.iter().all(|line| line.contains(&server.url)), "{}", server.banner);
    assert!(server.banner.contains("rules in this process; no model is asked"), "{}", server.banner);
    let cookies = server.sign_in().await;
    assert_eq!(server.filenames(&cookies).await, SEEDED);
}

#[tokio::test]
async fn the_commands_of_the_banner_work() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    let folder = tempdir().unwrap();
    let curls = server.banner.lines().map(str::trim).filter(|line| line.starts_with("curl "));
    let script: String = curls.map(|line| line.replacen("curl ", "curl --silent --fail ", 1) + "\n").collect();
    let run = tokio::process::Command::new("sh").args(["-ec", &script]).current_dir(folder.path()).output().await;
    let run = run.unwrap();
    if run.status.code() == Some(127) {
        // Without curl, other tests cover the routes.
        return;
    }
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{script}\n{printed}");
    assert!(printed.contains("inventory.rs") && printed.contains("hello.py"), "{printed}");
}

#[tokio::test]
async fn a_restart_keeps_data_and_sign_ins_even_after_a_kill() {
    let folder = tempdir().unwrap();
    let first = Server::start(folder.path()).await;
    let cookies = first.sign_in().await;
    first.create(&cookies, "mine.py").await;
    first.kill().await;

    let second = Server::start(folder.path()).await;
    let files = second.filenames(&cookies).await;
    assert_eq!(files, ["mine.py", SEEDED[0], SEEDED[1]], "the old cookies work, and no data is seeded twice");
}

#[tokio::test]
async fn a_store_in_memory_creates_no_files() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["--port", "0", "--store", "memory", "--data-dir", data.to_str().unwrap()];
    let server = Server::run(codesensei(&arguments)).await;
    server.sign_in().await;
    server.kill().await;
    assert!(!data.exists());
}

#[tokio::test]
async fn options_can_be_set_in_the_environment() {
    let folder = tempdir().unwrap();
    let mut command = codesensei(&["serve"]);
    command.env("CODESENSEI_PORT", "0").env("CODESENSEI_STORE", "embedded");
    command.env("CODESENSEI_TABLE", "reviews").env("CODESENSEI_DATA_DIR", folder.path());
    let server = Server::run(command).await;
    assert!(server.banner.contains("reviews (embedded"), "{}", server.banner);
    assert!(folder.path().join("table.db").exists());
}

#[tokio::test]
async fn two_servers_can_share_a_store_by_its_url() {
    let engine = codesensei::engine::Engine::in_memory().await.unwrap();
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    let start = |folder: &tempfile::TempDir| {
        Server::run(codesensei(&[
            "--port",
            "0",
            "--store",
            engine.url(),
            "--data-dir",
            folder.path().to_str().unwrap(),
        ]))
    };
    let first = start(&one).await;
    first.create(&first.sign_in().await, "shared.py").await;
    let second = start(&other).await;
    let files = second.filenames(&second.sign_in().await).await;
    assert_eq!(files, ["shared.py", SEEDED[0], SEEDED[1]]);
}

/// Signals count from the output of the banner, which mentions Ctrl-C.
#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_and_sigterm_end_the_server_with_success() {
    for signal in ["-INT", "-TERM"] {
        let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
        let id = server.id().to_string();
        assert!(tokio::process::Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        assert_eq!(server.wait_for_exit().await, (Some(0), String::new()), "{signal}");
    }
}

/// A minute allows five attempts. Two minutes allow ten, so the eleventh is refused also when a minute ends meanwhile.
#[tokio::test]
async fn requests_are_limited_unless_the_limits_are_turned_off() {
    for (arguments, refused) in [(&[][..], true), (&["--rate-limits", "off"], false)] {
        let server = Server::run(codesensei(&[&["--port", "0", "--store", "memory"], arguments].concat())).await;
        assert_eq!(server.banner.contains("not limited"), !refused, "{}", server.banner);
        let mut statuses = Vec::new();
        for _ in 0..11 {
            let request = reqwest::Client::new().post(format!("{}/auth/login", server.url));
            let form = serde_json::json!({ "username": "unknown", "password": "nothing" });
            statuses.push(request.json(&form).send().await.unwrap().status().as_u16());
        }
        assert_eq!(statuses[..5], [401; 5]);
        assert_eq!(statuses.contains(&429), refused, "{statuses:?}");
    }
}
