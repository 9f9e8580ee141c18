//! Single items: puts, gets, conditional updates, deletes and what is stored.

use library::{
    AddEditionsError, BookType, Branch, ChangeBook, ChangeBookError, Edition, Format, RaisePriceError,
    RegisterBookError,
};
use table_runtime::PageRequest;

use crate::support::{EMMA, Library, MOBY_DICK, isbn};

#[tokio::test]
async fn a_book_is_registered_once_and_read_by_its_number() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 0).await;
    assert_eq!(library.patterns.get_book(&book.isbn).await.expect("an answer"), Some(book.clone()));
    assert_eq!(library.patterns.get_book(&isbn(EMMA)).await.expect("an answer"), None);

    let refused = library.patterns.register_book(&book).await.expect_err("the number is taken");
    assert!(matches!(refused, RegisterBookError::BookExists));
    assert_eq!(refused.to_string(), "There is a book {with this number} already.");
}

#[tokio::test]
async fn a_changed_book_moves_in_both_indexes() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let book = library.book(MOBY_DICK, 1).await;
    assert_eq!(patterns.count_shelf(Branch::Harbour, "A 1").await.expect("an answer"), 1);

    let change = ChangeBook {
        isbn: &book.isbn,
        seen_remark: "new",
        seen_price: 2_000,
        title: "The Whale",
        r#type: BookType::Comic,
        price: 3_000,
        cover: Some(&[1, 2, 3]),
        remark: None,
        place: &book.place,
        added_at: book.added_at,
    };
    let changed = patterns.change_book(change).await.expect("nothing else has changed it");
    assert_eq!((changed.title.as_str(), changed.price, changed.remark.as_deref()), ("The Whale", 3_000, None));
    patterns.move_book(&book.isbn, Branch::Hill, "B 2").await.expect("the book is there");

    assert!(patterns.books_by_type(BookType::Novel).await.expect("an answer").is_empty());
    let comics = patterns.books_by_type(BookType::Comic).await.expect("an answer");
    assert_eq!(comics.len(), 1);
    assert_eq!((comics[0].title.as_str(), comics[0].cover.as_deref()), ("The Whale", Some(&[1, 2, 3][..])));
    assert_eq!(patterns.count_shelf(Branch::Harbour, "A 1").await.expect("an answer"), 0);
    assert_eq!(patterns.count_shelf(Branch::Hill, "B 2").await.expect("an answer"), 1);
}

#[tokio::test]
async fn a_change_of_an_outdated_book_is_refused_with_its_reason() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 1).await;
    let change = |number, seen_remark, seen_price| {
        let (patterns, book, isbn) = (library.patterns.clone(), book.clone(), isbn(number));
        async move {
            let change = ChangeBook {
                isbn: &isbn,
                seen_remark,
                seen_price,
                title: "The Whale",
                r#type: book.r#type,
                price: 1,
                cover: None,
                remark: None,
                place: &book.place,
                added_at: book.added_at,
            };
            patterns.change_book(change).await.expect_err("the change is refused")
        }
    };
    assert!(matches!(change(EMMA, "new", 2_000).await, ChangeBookError::BookNotFound));
    assert!(matches!(change(MOBY_DICK, "torn", 2_000).await, ChangeBookError::RemarkChanged));
    let ChangeBookError::PriceChanged { current } = change(MOBY_DICK, "new", 1_000).await else {
        panic!("the price is not the seen one")
    };
    assert_eq!(*current, book);
    assert_eq!(library.patterns.get_book(&book.isbn).await.expect("an answer"), Some(book));
}

#[tokio::test]
async fn a_price_is_raised_until_no_copy_is_left() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 1).await;
    library.patterns.raise_price(&book.isbn, 500).await.expect("there is a copy");
    let refused = library.patterns.raise_price(&book.isbn, 500).await.expect_err("there is none now");
    assert!(matches!(refused, RaisePriceError::NoCopies));
    let raised = library.patterns.get_book(&book.isbn).await.expect("an answer").expect("it is there");
    assert_eq!((raised.price, raised.copies, raised.remark), (2_500, 0, None));
}

#[tokio::test]
async fn editions_are_appended_in_order() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let book = library.book(MOBY_DICK, 0).await;
    let edition = |year| Edition { year, format: Format::Octavo, seen_at: None };
    patterns.add_editions(&book.isbn, &[edition(1851)]).await.expect("the book is there");
    patterns.add_editions(&book.isbn, &[edition(1892), edition(1930)]).await.expect("the book is there");
    let years = async || {
        let book = patterns.get_book(&book.isbn).await.expect("an answer").expect("it is there");
        book.editions.map(|editions| editions.iter().map(|edition| edition.year).collect::<Vec<_>>())
    };
    assert_eq!(years().await, Some(vec![1851, 1892, 1930]));
    patterns.list_editions(&book.isbn, None).await.expect("the book is there");
    assert_eq!(years().await, None);

    let refused = patterns.add_editions(&isbn(EMMA), &[edition(1815)]).await.expect_err("there is no such book");
    assert!(matches!(refused, AddEditionsError::BookNotFound));
}

#[tokio::test]
async fn a_stored_item_has_the_key_attributes_of_the_schema() {
    let library = Library::open().await;
    let book = library.book(MOBY_DICK, 2).await;
    let stored = library.patterns.stored_book(&book.isbn, PageRequest::default()).await.expect("an answer");
    let keys: Vec<_> = stored.items.iter().map(|item| (item.pk(), item.sk())).collect();
    let partition = "BOOK#9780142437247";
    assert_eq!(keys, [(partition, "BOOK"), (partition, "COPY#001"), (partition, "COPY#002")]);
    let json = stored.items[0].to_dynamodb_json();
    assert_eq!((&json["Item"]["Group"]["S"], &json["Item"]["Key"]["S"]), (&partition.into(), &"BOOK".into()));
    assert!(json["Item"].get("PK").is_none());
}

#[tokio::test]
async fn a_forgotten_book_leaves_keys_to_delete() {
    let library = Library::open().await;
    let patterns = &library.patterns;
    let book = library.book(MOBY_DICK, 3).await;
    library.book(EMMA, 1).await;
    patterns.forget_book(&book.isbn).await.expect("the book is deleted");
    let left = patterns.book_leftovers(&book.isbn).await.expect("an answer");
    assert_eq!(left.len(), 3);
    patterns.delete_found(&left).await.expect("the copies are deleted");
    assert_eq!(patterns.count_copies(&book.isbn).await.expect("an answer"), 0);
    let stock = patterns.take_stock(0, 1, None).await.expect("an answer");
    assert_eq!(stock.items.len(), 2, "the other book and its copy stay");
}
