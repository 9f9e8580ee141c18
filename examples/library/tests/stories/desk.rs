//! Transactions: a loan and its return change several items together, or none.

use std::slice;

use library::{
    Branch, CallCount, CopyKey, CopyNumber, CopyState, LendCopyError, Loan, LoanKey, OtherCopy, TakeBack,
    TakeBackError, Wish,
};
use table_runtime::{Meter, PageRequest, Total};

use crate::support::{Library, MOBY_DICK};

#[tokio::test]
async fn a_loan_changes_the_copy_the_card_the_day_and_the_wish_together() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let (member_id, book) = (library.member("Ishmael").await, library.book(MOBY_DICK, 2).await);
    let wish = Wish {
        isbn: book.isbn.clone(),
        branch: Branch::Harbour,
        member_id,
        wished_at: library.now(),
        calls: CallCount::new(0),
        gone_at: library.date_in(60).start().expiry(),
    };
    patterns.wish(&wish, library.now().second()).await.expect("it is the first wish");

    let loan = library.lend_with(member_id, &book, 2, Some(&wish.key()), None).await.expect("the copy is on its shelf");

    let desk = patterns.open_desk(member_id, &book.isbn, slice::from_ref(&loan.key())).await.expect("an answer");
    assert_eq!(desk.member.map(|member| member.lent), Some(1));
    assert_eq!(desk.loans, slice::from_ref(&loan));
    let key = CopyKey { isbn: book.isbn.clone(), number: CopyNumber::new(2) };
    let copies = patterns.read_copies(slice::from_ref(&key)).await.expect("an answer");
    assert_eq!((copies[0].state, copies[0].borrower), (CopyState::Lent, Some(member_id)));
    let day = patterns.get_day(member_id, library.now().date()).await.expect("an answer");
    assert_eq!(day.map(|day| (day.loans, day.fees)), Some((1, 0)));
    assert_eq!(patterns.get_wish(&book.isbn, Branch::Harbour, member_id).await.expect("an answer"), None);
    let page = PageRequest::default();
    let loans = patterns.loans_between(member_id, library.now().date(), library.date_in(29), page).await;
    assert_eq!(loans.expect("an answer").items, [loan]);
}

#[tokio::test]
async fn a_refused_loan_changes_nothing() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let (ahab, starbuck) = (library.member("Ahab").await, library.member("Starbuck").await);
    let book = library.book(MOBY_DICK, 1).await;
    library.lend(ahab, &book, 1).await.expect("the copy is on its shelf");

    let refused = library.lend(starbuck, &book, 1).await.expect_err("Ahab has it");
    let LendCopyError::NotShelved { current } = &refused else { panic!("{refused:?}") };
    assert_eq!((current.state, current.borrower), (CopyState::Lent, Some(ahab)));
    let refused = library.lend(starbuck, &book, 9).await.expect_err("there is one copy");
    assert!(matches!(refused, LendCopyError::NoSuchCopy), "{refused:?}");

    let desk = patterns.open_desk(starbuck, &book.isbn, &[]).await.expect("an answer");
    assert_eq!(desk.member.map(|member| member.lent), Some(0));
    assert_eq!(patterns.get_day(starbuck, library.now().date()).await.expect("an answer"), None);
}

#[tokio::test]
async fn loans_are_compared_with_the_card_as_of_one_moment() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let (member_id, book) = (library.member("Queequeg").await, library.book(MOBY_DICK, 3).await);
    let mut loans = Vec::new();
    for number in 1..=3 {
        loans.push(library.lend(member_id, &book, number).await.expect("the copy is on its shelf"));
    }
    let keys: Vec<LoanKey> = loans.iter().map(Loan::key).collect();

    let meter = Meter::new();
    let metered = library::Patterns::new(patterns.table().metered(meter.clone()));
    let seen = metered.compare_loans(member_id, &book.isbn, CopyNumber::new(2), &keys).await.expect("an answer");
    assert_eq!(seen.member.map(|member| member.lent), Some(3));
    assert_eq!(seen.copy.and_then(|copy| copy.borrower), Some(member_id));
    assert_eq!(seen.loans, loans);
    // Each of the five items has less than 4 KB, which costs 2 RCU in a transaction.
    let Total { requests, rcu, .. } = meter.total();
    let documented = library::PATTERNS.iter().find(|pattern| pattern.name == "compare_loans");
    let documented = documented.expect("the pattern is documented").cost;
    assert_eq!((f64::from(requests), rcu), (documented.requests, documented.rcu));

    let none = metered.compare_loans(member_id, &book.isbn, CopyNumber::new(9), &[]).await.expect("an answer");
    assert_eq!((none.copy, none.loans.len()), (None, 0));
}

#[tokio::test]
async fn a_returned_copy_can_be_lent_again() {
    let library = Library::open().await;
    let (ahab, starbuck) = (library.member("Ahab").await, library.member("Starbuck").await);
    let book = library.book(MOBY_DICK, 2).await;
    let loan = library.lend(ahab, &book, 1).await.expect("the copy is on its shelf");
    let other = OtherCopy { isbn: &book.isbn, number: CopyNumber::new(2), state: CopyState::Lost };
    let back = |calmed| TakeBack {
        notices: &[],
        others: slice::from_ref(&other),
        calmed,
        member_id: ahab,
        due_on: loan.due_on,
        isbn: &book.isbn,
        number: CopyNumber::new(1),
        state: CopyState::Shelved,
    };
    library.patterns.take_back(back(None)).await.expect("it was lent");
    let refused = library.patterns.take_back(back(None)).await.expect_err("it is back already");
    assert!(matches!(refused, TakeBackError::NotLent), "{refused:?}");
    library.lend(starbuck, &book, 1).await.expect("it is on its shelf again");
}
