//! What the command teaches: its help, and the demo.

use crate::process::{codesensei, ended};

#[tokio::test]
async fn help_shows_what_can_be_done_and_how() {
    let end = ended(codesensei(&["--help"])).await;
    assert_eq!(end.code, Some(0));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn the_demo_walks_through_the_product_and_shows_what_each_step_costs() {
    let end = ended(codesensei(&["demo"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(end.stdout);
}
