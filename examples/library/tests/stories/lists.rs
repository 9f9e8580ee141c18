//! Queries: pages with cursors, both orders, a part of a partition, and an index that is cut into shards.

use std::time::Duration;

use library::{AddToDay, BookPageItem, Branch, Notice};
use table_runtime::{Order, PageRequest, StoreError};

use crate::support::{Library, MOBY_DICK};

#[tokio::test]
async fn a_page_continues_after_its_cursor_and_in_its_own_order() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let book = library.book(MOBY_DICK, 4).await;
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let request = PageRequest { limit: Some(2), cursor: cursor.as_deref() };
        let page = patterns.book_page(&book.isbn, Order::Ascending, request).await.expect("an answer");
        assert!(page.items.len() <= 2);
        names.extend(page.items.iter().map(name));
        let Some(next) = page.cursor else { break };
        let reversed = PageRequest { limit: Some(2), cursor: Some(&next) };
        let refused = patterns.book_page(&book.isbn, Order::Descending, reversed).await;
        assert!(matches!(refused, Err(StoreError::Cursor(_))), "a cursor is for one order");
        cursor = Some(next);
    }
    assert_eq!(names, ["book", "copy 1", "copy 2", "copy 3", "copy 4"]);

    let last = PageRequest { limit: Some(1), cursor: None };
    let last = patterns.book_page(&book.isbn, Order::Descending, last).await.expect("an answer");
    assert_eq!(last.items.iter().map(name).collect::<Vec<_>>(), ["copy 4"]);
}

fn name(item: &BookPageItem) -> String {
    match item {
        BookPageItem::Book(_) => "book".to_owned(),
        BookPageItem::Copy(copy) => format!("copy {}", copy.number),
        BookPageItem::Wish(_) => "wish".to_owned(),
    }
}

#[tokio::test]
async fn a_prefix_finds_the_book_without_its_copies() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 2).await;
    assert_eq!(library.patterns.count_copies(&book.isbn).await.expect("an answer"), 2);
    assert_eq!(library.patterns.book_by_prefix(&book.isbn).await.expect("an answer"), [book]);
}

#[tokio::test]
async fn shards_are_merged_counted_and_paged_as_one_list() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let today = library.now().date();
    for fees in 1..=12 {
        let member_id = library.member("A reader").await;
        patterns.add_to_day(AddToDay { member_id, date: today, fees }).await.expect("the day is counted");
    }
    assert_eq!(patterns.count_days(today).await.expect("an answer"), 12);
    for (order, first) in [(Order::Ascending, 1), (Order::Descending, 12)] {
        let paid = patterns.fees_of_day(today, order).await.expect("an answer");
        assert_eq!((paid.len(), paid[0].fees, paid.iter().map(|day| day.fees).sum()), (12, first, 78));
    }
    let dearest = patterns.dearest_days(today, Some(3)).await.expect("an answer");
    assert_eq!(dearest.items.iter().map(|day| day.fees).collect::<Vec<_>>(), [12, 11, 10]);
    assert!(dearest.more);

    let (mut fees, mut cursor) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: Some(5), cursor: cursor.as_deref() };
        let page = patterns.days_by_fees(today, request).await.expect("an answer");
        fees.extend(page.items.iter().map(|day| day.fees));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(fees, (1..=12).collect::<Vec<_>>());
}

#[tokio::test]
async fn due_letters_come_in_order_of_time_and_others_wait() {
    let library = Library::open().await;
    let (patterns, now) = (&library.patterns, library.now());
    let member_id = library.member("Ishmael").await;
    let hours = Duration::from_hours;
    let letters =
        [("late fee #2", now.minus(hours(1))), ("50% off", now.minus(hours(3))), ("not yet", now.plus(hours(1)))];
    let letters = letters.map(|(topic, due)| Notice {
        branch: Branch::Hill,
        due,
        member_id,
        topic: topic.to_owned(),
        address: "Spouter Inn, New Bedford".to_owned(),
        tries: 0,
    });
    let book = library.book(MOBY_DICK, 3).await;
    for (number, letter) in (1..).zip(&letters) {
        library.lend_with(member_id, &book, number, None, Some(letter)).await.expect("the copy is on its shelf");
    }
    let due = patterns.due_notices(Branch::Hill, now).await.expect("an answer");
    assert_eq!(due.iter().map(|letter| letter.topic.as_str()).collect::<Vec<_>>(), ["50% off", "late fee #2"]);
    assert!(patterns.due_notices(Branch::Harbour, now).await.expect("an answer").is_empty());
}
