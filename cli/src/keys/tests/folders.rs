//! Which folders the commands take.

use super::*;

#[tokio::test]
async fn a_command_on_a_folder_that_does_not_exist_makes_none() {
    let keys = Keys::none();
    let typo = keys.folder.path().join("typo");
    let place = || Where { dir: Some(typo.clone()), ..keys.place() };
    for action in [
        Action::Add { place: place() },
        Action::Promote { now: false, place: place() },
        Action::Drop { force: false, place: place() },
        Action::RotateOrigin { settle: false, place: place() },
    ] {
        let error = act(&action, &keys.clock).await.expect_err("no folder");
        assert!(matches!(error, KeysError::NoFolder { .. }) && !typo.exists(), "{error}");
        assert!(error.to_string().contains("`codesensei keys new --dir "), "{error}");
    }
    act(&Action::New { missing: false, place: place() }, &keys.clock).await.expect("new keys make their folder");
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
        let shown = keys.act(|place| Action::Show { json: false, place }).await;
        assert!(matches!(shown, Err(KeysError::OpenFolder { .. })), "{mode:o}");
    }
    fs::set_permissions(keys.folder.path(), fs::Permissions::from_mode(0o755)).expect("closed");
    keys.add().await.expect("others may look at the names");
}
