//! Indexes: sparse keys, sort keys that are texts, and ranges.

use library::{Branch, Copy, CopyNumber, CopyState, MemberId};
use table_runtime::{PageRequest, Timestamp};

use crate::support::{Library, MOBY_DICK, copy};

fn after(library: &Library, millis: u64) -> Timestamp {
    library.now().plus(std::time::Duration::from_millis(millis))
}

#[tokio::test]
async fn an_item_is_in_a_sparse_index_while_it_has_the_field_of_its_key() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 3).await;
    let overdue = async |millis| {
        library.patterns.overdue_copies(&book.isbn, after(&library, millis)).await.expect("an answer").len()
    };
    for number in 1..=3 {
        library.replace(Copy { state: CopyState::Lent, ..copy(&book.isbn, number) }).await;
    }
    assert_eq!(overdue(100).await, 0);
    for (number, due) in [(CopyNumber::new(1), 10), (CopyNumber::new(2), 20)] {
        let due = Some(after(&library, due));
        library.patterns.set_due(&book.isbn, number, due).await.expect("the copy exists");
    }
    assert_eq!((overdue(20).await, overdue(21).await), (1, 2));
    library.patterns.set_due(&book.isbn, CopyNumber::new(1), None).await.expect("the copy exists");
    assert_eq!(overdue(21).await, 1);
}

#[tokio::test]
async fn a_sparse_key_of_several_fields_follows_each_of_them() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 3).await;
    let (ada, bob) = (library.member("Ada").await, library.member("Bob").await);
    let pass_on = async |number, state, borrower| {
        library.patterns.pass_on(&book.isbn, CopyNumber::new(number), state, borrower).await.expect("the copy exists");
    };
    let in_hand = async |member: MemberId, state| {
        let copies = library.patterns.copies_in_hand(member, state).await.expect("an answer");
        copies.iter().map(|copy| copy.number.get()).collect::<Vec<_>>()
    };
    pass_on(2, CopyState::Lent, Some(ada)).await;
    pass_on(3, CopyState::Lost, Some(ada)).await;
    assert_eq!((in_hand(ada, CopyState::Lent).await, in_hand(ada, CopyState::Lost).await), (vec![2], vec![3]));
    pass_on(2, CopyState::Lent, Some(bob)).await;
    pass_on(3, CopyState::Shelved, None).await;
    assert!(in_hand(ada, CopyState::Lent).await.is_empty() && in_hand(ada, CopyState::Lost).await.is_empty());
    library.replace(Copy { state: CopyState::Lent, borrower: Some(bob), ..copy(&book.isbn, 9) }).await;
    assert_eq!(in_hand(bob, CopyState::Lent).await, [2, 9]);
}

#[tokio::test]
async fn every_stored_copy_has_the_index_keys_that_its_fields_make() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 2).await;
    let ada = library.member("Ada").await;
    library
        .patterns
        .pass_on(&book.isbn, CopyNumber::new(1), CopyState::Lent, Some(ada))
        .await
        .expect("the copy exists");
    library.patterns.set_due(&book.isbn, CopyNumber::new(1), Some(library.now())).await.expect("the copy exists");
    let stored = library.patterns.stored_book(&book.isbn, PageRequest::default()).await.expect("an answer");
    assert!(stored.items.len() > 2);
    for item in &stored.items {
        let keys = (library::design().keys_of)(item.attributes().clone()).expect("the item decodes");
        for name in library::design().index_attributes {
            assert_eq!(item.attributes().get(*name), keys.get(*name), "{name}");
        }
    }
}

#[tokio::test]
async fn an_index_sorts_texts_and_pages_through_a_range() {
    let library = Library::open().await;
    for name in ["Ada", "Ada", "Adam", "Bob#x", "Zoe"] {
        library.member(name).await;
    }
    let named = async |branch, name| library.patterns.members_named(branch, name).await.expect("an answer").len();
    assert_eq!((named(Branch::Harbour, "Ada").await, named(Branch::Harbour, "Bob#x").await), (2, 1));
    assert_eq!(named(Branch::Hill, "Ada").await, 0);
    let page = async |cursor: Option<&str>| {
        let request = PageRequest { limit: Some(2), cursor };
        let page = library.patterns.members_from(Branch::Harbour, "Adam", request).await.expect("a page");
        (page.items.into_iter().map(|member| member.name).collect::<Vec<_>>(), page.cursor)
    };
    let (first, cursor) = page(None).await;
    assert_eq!(first, ["Adam", "Bob#x"]);
    assert_eq!(page(cursor.as_deref()).await.0, ["Zoe"]);
}

#[tokio::test]
async fn a_range_over_shards_is_merged_and_pages() {
    let library = Library::open().await;
    let date = library.date_in(0);
    for fees in [100, 200, 300, 400] {
        let member = library.member("Ada").await;
        library.patterns.correct_day(member, date, 1, fees).await.expect("the day is stored");
    }
    let page = async |limit, cursor: Option<&str>| {
        library.patterns.days_above(date, 200, PageRequest { limit, cursor }).await.expect("a page")
    };
    let first = page(Some(1), None).await;
    assert_eq!(first.items[0].fees, 400);
    let rest = page(None, first.cursor.as_deref()).await;
    assert_eq!(rest.items.iter().map(|day| day.fees).collect::<Vec<_>>(), [300]);
}
