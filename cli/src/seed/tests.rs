//! What is in `seed/`, before it is loaded anywhere.

use handlers::auth::password::{COST, Hasher, Verdict};

use super::{PASSWORD, SignIn, plan};

#[test]
fn every_file_is_right() {
    let people = plan::people().unwrap_or_else(|error| panic!("{error}"));
    assert!(!people.is_empty());
}

#[tokio::test]
async fn everybody_signs_in_with_the_same_password_and_nobody_on_aws() {
    let hasher = Hasher::new(COST).unwrap();
    let verdict = async |sign_in: SignIn| hasher.verify(PASSWORD, Some(&sign_in.hash())).await.unwrap();
    assert_eq!(verdict(SignIn::WithThePassword).await, Verdict::Right);
    assert_eq!(verdict(SignIn::Nobody).await, Verdict::Wrong);
}
