//! Items that expire: they are gone for readers before DynamoDB removes them.

use std::time::Duration;

use library::{Branch, CallCount, CallForWish, CallForWishError, MemberId, Wish, WishError};
use table_runtime::PageRequest;

use crate::support::{Library, MOBY_DICK, isbn};

fn wish(library: &Library, member_id: MemberId) -> Wish {
    Wish {
        isbn: isbn(MOBY_DICK),
        branch: Branch::Hill,
        member_id,
        wished_at: library.now(),
        calls: CallCount::new(0),
        gone_at: library.now().plus(Duration::from_hours(24)).expiry(),
    }
}

#[tokio::test]
async fn an_expired_wish_is_hidden_and_can_be_made_again() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let first = wish(&library, library.member("Ishmael").await);
    patterns.wish(&first, library.now().second()).await.expect("it is the first wish");
    let refused = patterns.wish(&first, library.now().second()).await.expect_err("it is there already");
    let WishError::WishedAlready { current } = refused else { panic!("{refused:?}") };
    assert_eq!(*current, first);
    let waiting = async || patterns.wishes_at(Branch::Hill, PageRequest::default()).await.expect("an answer").items;
    let found = async || {
        let key = [first.key()];
        let looked = patterns.look_at_wishes(&first.isbn, first.branch, first.member_id, &key).await;
        looked.expect("an answer").wish
    };
    assert_eq!((waiting().await.len(), found().await.as_ref()), (1, Some(&first)));

    library.clock.advance(Duration::from_hours(25));
    assert_eq!((waiting().await.len(), found().await), (0, None));
    let again = wish(&library, first.member_id);
    patterns.wish(&again, library.now().second()).await.expect("the first wish has expired");
    assert_eq!(found().await, Some(again));
}

#[tokio::test]
async fn a_member_is_called_three_times_at_most() {
    let library = Library::open().await;
    let first = wish(&library, library.member("Ishmael").await);
    let call = || CallForWish {
        isbn: &first.isbn,
        branch: first.branch,
        member_id: first.member_id,
        now: library.now(),
        gone_at: first.gone_at,
    };
    for _ in 0..3 {
        library.patterns.call_for_wish(call()).await.expect("there were fewer than three calls");
    }
    let refused = library.patterns.call_for_wish(call()).await.expect_err("three are enough");
    assert!(matches!(refused, CallForWishError::CalledEnough), "{refused:?}");
    let stored = library.patterns.get_wish(&first.isbn, first.branch, first.member_id).await.expect("an answer");
    assert_eq!(stored.map(|wish| wish.calls), Some(CallCount::new(3)), "the first call made it");
}
