//! What the stories share: an engine with an empty table, a clock that stands still, and things to put on the shelves.

use std::time::Duration;

use library::{
    Book, BookRequired, BookType, Branch, Copy, CopyKey, CopyNumber, CopyRequired, CopyState, Isbn, LendCopy,
    LendCopyError, Loan, Member, MemberId, MemberRequired, Notice, Patterns, Place, WishKey,
};
use table_runtime::{Clock, CursorKey, Date, Endpoint, Ids, Protection, TableConfig, TextSet, Timestamp};

pub(crate) const MOBY_DICK: &str = "9780142437247";
pub(crate) const EMMA: &str = "9780141439587";

/// An open library: the patterns on an empty table, its clock and its ids.
pub(crate) struct Library {
    pub(crate) patterns: Patterns,
    pub(crate) clock: Clock,
    ids: Ids,
}

impl Library {
    /// A table on an engine in the memory of this process, which answers on a port of its own.
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let database = dynoxide::Database::memory().expect("the engine starts");
        tokio::spawn(dynoxide::server::serve_on(listener, database));

        // Far ahead of any real clock, so that the engine expires nothing by itself.
        let clock = Clock::fixed(Timestamp::from_millis(4_102_473_600_000).expect("a time of the next century"));
        let ids = Ids::seeded(1);
        let config = TableConfig {
            table: "library".to_owned(),
            endpoint: Endpoint::url(format!("http://{address}")),
            cursor_key: CursorKey::from_secret("a secret of the tests"),
            clock: clock.clone(),
            ids: ids.clone(),
        };
        let patterns = library::open(config).await;
        patterns.table().create_if_absent(Protection::Off).await.expect("the engine creates the table");
        Self { patterns, clock, ids }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The date in so many days.
    pub(crate) fn date_in(&self, days: u64) -> Date {
        self.now().plus(Duration::from_hours(24 * days)).date()
    }

    /// A member who has borrowed nothing yet.
    pub(crate) async fn member(&self, name: &str) -> MemberId {
        self.member_with(name, None).await
    }

    /// A member who follows these topics.
    pub(crate) async fn member_with(&self, name: &str, topics: Option<TextSet>) -> MemberId {
        let required = MemberRequired {
            member_id: self.ids.next(self.now()),
            name: name.to_owned(),
            home: Branch::Harbour,
            lent: 0,
            joined_on: self.now().date(),
        };
        let member = Member { topics, ..required.into() };
        self.patterns.give_card(&member).await.expect("a card is given");
        member.member_id
    }

    /// The copy with this number.
    pub(crate) async fn read(&self, book: &Book, number: u32) -> Copy {
        let key = CopyKey { isbn: book.isbn.clone(), number: number.into() };
        self.patterns.read_copies(&[key]).await.expect("an answer").pop().expect("the copy exists")
    }

    /// Replaces a copy.
    pub(crate) async fn replace(&self, copy: Copy) {
        self.patterns.exchange_copies(&[copy], &[]).await.expect("the copy is stored");
    }

    /// A book of this number with this many copies on the shelf, numbered from 1.
    pub(crate) async fn book(&self, number: &str, copies: u32) -> Book {
        let book = Book { copies, ..self.new_book(number) };
        self.patterns.register_book(&book).await.expect("the book is new");
        let copies: Vec<Copy> = (1..=copies).map(|number| copy(&book.isbn, number)).collect();
        self.patterns.exchange_copies(&copies, &[]).await.expect("the copies are stored");
        book
    }

    /// Lends a copy for four weeks.
    pub(crate) async fn lend(&self, member_id: MemberId, book: &Book, number: u32) -> Result<Loan, LendCopyError> {
        self.lend_with(member_id, book, number, None, None).await
    }

    /// Lends a copy for four weeks, fulfils a wish and puts a letter.
    pub(crate) async fn lend_with(
        &self,
        member_id: MemberId,
        book: &Book,
        number: u32,
        wish: Option<&WishKey>,
        reminder: Option<&Notice>,
    ) -> Result<Loan, LendCopyError> {
        let loan = Loan {
            member_id,
            due_on: self.date_in(28),
            isbn: book.isbn.clone(),
            number: number.into(),
            lent_at: self.now(),
            remark: Some("clean".to_owned()),
        };
        let input = LendCopy {
            loan: &loan,
            wish,
            notices: &[],
            reminder,
            house: Branch::Harbour,
            nickname: None,
            seen_remark: "clean",
            fragile: false,
            other: &isbn(EMMA),
            today: self.now().date(),
        };
        self.patterns.lend_copy(input).await.map(|()| loan)
    }

    /// A book that is not stored.
    pub(crate) fn new_book(&self, number: &str) -> Book {
        let required = BookRequired {
            isbn: isbn(number),
            title: format!("Book {number}"),
            r#type: BookType::Novel,
            binding: "cloth".to_owned(),
            branch: Branch::Harbour,
            shelf_mark: "A 1".to_owned(),
            price: 2_000,
            copies: 0,
            added_at: self.now(),
            place: Place { room: "hall".to_owned(), row: 3, lamp: None, scan: None },
        };
        Book { remark: Some("new".to_owned()), ..required.into() }
    }
}

pub(crate) fn isbn(number: &str) -> Isbn {
    number.parse().expect("a valid ISBN")
}

pub(crate) fn copy(isbn: &Isbn, number: u32) -> Copy {
    let required = CopyRequired {
        isbn: isbn.clone(),
        number: CopyNumber::new(number),
        state: CopyState::Shelved,
        is_fragile: false,
    };
    Copy { remark: Some("clean".to_owned()), ..required.into() }
}
