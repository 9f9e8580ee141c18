//! The folders that the commands accept.

use super::*;

#[tokio::test]
async fn only_new_creates_the_folder() {
    let keys = Keys::none();
    let typo = keys.folder.path().join("typo");
    let location = || Location { dir: Some(typo.clone()), ..keys.location() };
    for action in [
        Action::Add { location: location() },
        Action::Promote { now: false, location: location() },
        Action::Drop { force: false, location: location() },
        Action::RotateOrigin { settle: false, location: location() },
    ] {
        let error = execute(&action, &keys.clock).await.expect_err("no folder");
        assert!(matches!(error, KeysError::NoFolder { .. }) && !typo.exists(), "{error}");
        assert!(error.to_string().contains("`codesensei keys new --dir "), "{error}");
    }
    execute(&Action::New { missing: false, location: location() }, &keys.clock)
        .await
        .expect("`new` creates the folder");
    assert!(typo.is_dir());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_others_can_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let keys = Keys::new().await;
    for mode in [0o770, 0o702, 0o1777] {
        fs::set_permissions(keys.folder.path(), fs::Permissions::from_mode(mode)).expect("opened");
        assert!(matches!(keys.add().await, Err(KeysError::OpenFolder { .. })), "{mode:o}");
        let status = keys.execute(|location| Action::Show { json: false, location }).await;
        assert!(matches!(status, Err(KeysError::OpenFolder { .. })), "{mode:o}");
    }
    fs::set_permissions(keys.folder.path(), fs::Permissions::from_mode(0o755)).expect("closed");
    keys.add().await.expect("others may list the files");
}
