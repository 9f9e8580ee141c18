//! Conditions on parts of a field, arguments that are left out, and sets of texts.

use library::{
    Branch, Copy, CopyNumber, CopyState, CorrectCopy, CorrectCopyError, FollowTopicError, LeaveTopicError, PraiseCopy,
    PraiseCopyError, RenameMembers, RenameMembersError, SignCopyError,
};
use table_runtime::TextSet;

use crate::support::{EMMA, Library, MOBY_DICK, isbn};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("n{number}")).collect()
}

#[tokio::test]
async fn a_list_accepts_elements_up_to_the_size_in_its_condition() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 1).await;
    let sign =
        async |number, longest, count| library.patterns.sign_copy(&book.isbn, number, longest, &names(count)).await;
    let (first, second) = (CopyNumber::new(1), CopyNumber::new(2));
    sign(first, 100, 3).await.expect("an empty list");
    sign(first, 100, 2).await.expect("three names");
    assert!(matches!(sign(first, 100, 1).await, Err(SignCopyError::NoRoom)));
    assert!(matches!(sign(second, 1, 1).await, Err(SignCopyError::NoSuchCopy)));
    assert_eq!(library.read(&book, 1).await.signatures.expect("a list").len(), 5);
}

#[tokio::test]
async fn a_condition_accepts_a_value_of_its_list_and_a_text_of_its_size() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 1).await;
    let sign = async |longest| library.patterns.sign_copy(&book.isbn, CopyNumber::new(1), longest, &names(1)).await;
    let stored = library.read(&book, 1).await;
    let copy = |state| Copy { state, remark: Some("12345678".to_owned()), ..stored.clone() };
    library.replace(copy(CopyState::Lost)).await;
    assert!(matches!(sign(100).await, Err(SignCopyError::CopyIsLost)));
    library.replace(copy(CopyState::Lent)).await;
    assert!(matches!(sign(7).await, Err(SignCopyError::TooManyRemarks)));
    sign(8).await.expect("the remark has eight characters");
}

#[tokio::test]
async fn a_condition_finds_an_element_of_a_list_and_a_part_of_a_text() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 1).await;
    library.patterns.sign_copy(&book.isbn, CopyNumber::new(1), 100, &names(2)).await.expect("an empty list");
    let praise = async |author, fragile, praise| {
        library
            .patterns
            .praise_copy(PraiseCopy { isbn: &book.isbn, number: CopyNumber::new(1), author, fragile, praise })
            .await
    };
    assert!(matches!(praise("zz", false, Some("fine")).await, Err(PraiseCopyError::NotSigned { .. })));
    assert!(matches!(praise("n1", true, Some("fine")).await, Err(PraiseCopyError::NotMended)));
    praise("n1", false, Some("mended")).await.expect("a signature, and a copy that is not fragile");
    praise("n1", true, Some("mended \u{1F600}")).await.expect("the remark says that it is mended");
}

#[tokio::test]
async fn an_argument_left_out_changes_and_requires_nothing() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 1).await;
    let before = library.read(&book, 1).await;
    let nothing = || CorrectCopy {
        isbn: &book.isbn,
        number: CopyNumber::new(1),
        seen_state: None,
        most: None,
        is_fragile: true,
        remark: None,
        names: None,
    };
    let correct = async |input| library.patterns.correct_copy(input).await;
    correct(nothing()).await.expect("no condition");
    assert_eq!(library.read(&book, 1).await, Copy { is_fragile: true, ..before.clone() });

    let names = names(2);
    let state = Some(before.state);
    let all = CorrectCopy { remark: Some("new"), names: Some(&names), seen_state: state, most: Some(1), ..nothing() };
    correct(all).await.expect("the state and the size of the list");
    let after = library.read(&book, 1).await;
    assert_eq!((after.remark.as_deref(), after.signatures), (Some("new"), Some(names.clone())));
    let moved = correct(CorrectCopy { seen_state: Some(CopyState::Lost), ..nothing() }).await;
    assert!(matches!(moved, Err(CorrectCopyError::CopyMoved { .. })), "{moved:?}");
    let full = correct(CorrectCopy { most: Some(2), ..nothing() }).await;
    assert!(matches!(full, Err(CorrectCopyError::NoRoom)), "{full:?}");
    let absent = correct(CorrectCopy { number: CopyNumber::new(7), ..nothing() }).await;
    assert!(matches!(absent, Err(CorrectCopyError::NoSuchCopy)), "{absent:?}");
}

#[tokio::test]
async fn an_argument_can_be_left_out_of_a_transaction() {
    let library = Library::open().await;
    let (member_id, date) = (library.member("Ishmael").await, library.date_in(0));
    let number = isbn(EMMA);
    let rename = async |house, most, fees| {
        let input = RenameMembers { members: &[], isbn: &number, member_id, date, house, most, loans: 1, fees };
        library.patterns.rename_members(input).await
    };
    assert!(matches!(rename(None, None, 5).await, Err(RenameMembersError::NoSuchBook)));
    library.book(EMMA, 1).await;
    rename(None, None, 5).await.expect("the book exists");
    rename(Some(Branch::Harbour), Some(6), 7).await.expect("five is less than six");
    let refused = rename(Some(Branch::Harbour), Some(6), 7).await;
    assert!(matches!(refused, Err(RenameMembersError::WrongHouse)), "{refused:?}");
    let refused = rename(Some(Branch::Hill), None, 7).await;
    assert!(matches!(refused, Err(RenameMembersError::NoSuchBook)), "{refused:?}");
}

#[tokio::test]
async fn a_set_has_each_text_once_and_is_absent_without_any() {
    let library = Library::open().await;
    let member_id = library.member_with("Ishmael", TextSet::of(["x"])).await;
    let follow = async |topic| library.patterns.follow_topic(member_id, topic).await;
    let leave = async |house, topic| library.patterns.leave_topic(member_id, house, topic).await;
    for topic in ["a", "b", "a", "x"] {
        follow(topic).await.expect("there is room");
    }
    assert!(matches!(follow("c").await, Err(FollowTopicError::TooManyTopics)));
    follow("b").await.expect("the set has it already");
    assert_eq!(leave(None, "x").await.expect("it has topics").topics, TextSet::of(["a", "b"]));
    leave(Some(Branch::Harbour), "a").await.expect("the member's own branch");
    assert!(matches!(leave(Some(Branch::Hill), "b").await, Err(LeaveTopicError::WrongHouse)));
    assert_eq!(leave(None, "b").await.expect("it has a topic").topics, None);
    assert!(matches!(leave(None, "b").await, Err(LeaveTopicError::NoTopics)));
    follow("c").await.expect("an absent set is empty");
}
