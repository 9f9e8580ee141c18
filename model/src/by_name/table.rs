//! Macros that read the generated table: one line for each pattern, and the types that these lines use.

use std::future::Future;

use table_runtime::key::ItemKey;
use table_runtime::{FirstItems, Page, StoredItem};

use super::arguments::Given;
use super::{Answer, Row, RunError};

/// Defines `run`. A line has the pattern, its function, the names of its arguments, and the number of items that it
/// writes.
///
/// `@page` and `@limit` are the requested page and its limit; `name: row` and `name: rows` are the input of an optional
/// and of a repeated action. `writes 1 + new_email` counts one item, and one for each value of `new_email`.
macro_rules! patterns {
    (impl $patterns:ident; $($id:literal $name:ident $input:tt $(writes $fixed:literal $(+ $part:ident)*)?;)*) => {
        impl $patterns {
            /// Runs a pattern by its name. `page` is for patterns that have pages; its limit also applies to patterns
            /// that return the first items.
            ///
            /// # Errors
            /// When an argument is missing, unknown or invalid, when the table refuses the write, and when the pattern
            /// cannot be run by hand.
            pub(crate) async fn run(
                &self,
                pattern: &'static table_runtime::registry::Pattern,
                arguments: $crate::by_name::Arguments,
                page: table_runtime::PageRequest<'_>,
            ) -> Result<$crate::by_name::Answer, $crate::by_name::RunError> {
                let given = &$crate::by_name::Given::of(pattern, arguments);
                let answer: futures::future::BoxFuture<'_, _> = match pattern.id {
                    $($id => Box::pin(async move {
                        let written = [$($fixed $(+ given.count(stringify!($part)))*)?].first().copied();
                        given.ask(written, $crate::by_name::call!(self, $name, given, page, $input)).await
                    }),)*
                    id => return Err($crate::by_name::RunError::NotByHand { pattern: id }),
                };
                answer.await
            }
        }
    };
}

/// Calls a pattern's function with an input struct, or with one argument after the other.
macro_rules! call {
    ($self:ident, $name:ident, $given:ident, $page:ident, ($input:ident { $($field:ident $(: $row:ident)?),* })) => {
        $self.$name($input { $($field: $crate::by_name::taken!($given, $page, $field $(: $row)?)),* })
    };
    ($self:ident, $name:ident, $given:ident, $page:ident, ($($(@ $paging:ident)? $($field:ident)?),*)) => {
        $self.$name($($crate::by_name::taken!($given, $page, $(@ $paging)? $($field)?)),*)
    };
}

/// One argument of a call.
macro_rules! taken {
    ($given:ident, $page:ident, @page) => {
        $page
    };
    ($given:ident, $page:ident, @limit) => {
        $page.limit
    };
    ($given:ident, $page:ident, $field:ident) => {
        $given.take(stringify!($field))?
    };
    ($given:ident, $page:ident, $field:ident: row) => {
        $given.row(stringify!($field))?
    };
    ($given:ident, $page:ident, $field:ident: rows) => {
        &$given.rows(stringify!($field))?
    };
}

/// Implements `FromArgument` for types that are passed by value.
macro_rules! copies {
    ($($type:ty,)*) => {$(
        impl $crate::by_name::FromArgument<'_> for $type {
            fn from_argument(
                given: &$crate::by_name::Given,
                name: &str,
            ) -> Result<Self, $crate::by_name::InvalidArgument> {
                given.take::<&Self>(name).copied()
            }
        }

        impl $crate::by_name::FromArgument<'_> for Option<$type> {
            fn from_argument(
                given: &$crate::by_name::Given,
                name: &str,
            ) -> Result<Self, $crate::by_name::InvalidArgument> {
                given.take::<Option<&$type>>(name).map(Option::<&$type>::copied)
            }
        }
    )*};
}

/// The inputs of optional and repeated actions: each field with its type in the documents.
macro_rules! rows {
    ($($row:ident $(<$life:lifetime>)? { $($field:ident $kind:literal),* })*) => {$(
        impl<'a> $crate::by_name::FromRow<'a> for $row $(<$life>)? {
            const FIELDS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), $kind)),*];

            fn from_row(given: &'a $crate::by_name::Given) -> Result<Self, $crate::by_name::InvalidArgument> {
                Ok(Self { $($field: given.take(stringify!($field))?),* })
            }
        }
    )*};
}

/// Items that patterns return, each with its entity.
macro_rules! items {
    ($($type:ident $entity:literal,)*) => {$(
        impl $crate::by_name::Shown for $type {
            fn row(&self) -> $crate::by_name::Row {
                $crate::by_name::Row::of($entity, self)
            }
        }
    )*};
}

/// Enums of patterns that return several kinds of items.
macro_rules! unions {
    ($($type:ident { $($variant:ident),* })*) => {$(
        impl $crate::by_name::Shown for $type {
            fn row(&self) -> $crate::by_name::Row {
                match self { $(Self::$variant(item) => $crate::by_name::Shown::row(item)),* }
            }
        }
    )*};
}

/// Structs of batches that read several kinds of items.
macro_rules! batches {
    ($($type:ident { $($part:ident),* })*) => {$(
        impl $crate::by_name::Found for $type {
            fn answer(self) -> $crate::by_name::Answer {
                let mut answer = $crate::by_name::Answer::default();
                $(answer.rows.extend($crate::by_name::Found::answer(self.$part).rows);)*
                answer
            }
        }
    )*};
}

/// Errors of patterns whose write the table can refuse.
macro_rules! refusals {
    ($($error:ident,)*) => {$(
        impl From<$error> for $crate::by_name::RunError {
            fn from(error: $error) -> Self {
                match error {
                    $error::Store(error) => Self::Store(error),
                    refused => Self::Refused(refused.to_string()),
                }
            }
        }
    )*};
}

pub(crate) use {batches, call, copies, items, patterns, refusals, rows, taken, unions};

/// A type that is shown as one row.
pub(crate) trait Shown {
    fn row(&self) -> Row;
}

impl Shown for ItemKey {
    fn row(&self) -> Row {
        Row::key(self)
    }
}

impl Shown for StoredItem {
    fn row(&self) -> Row {
        Row::stored(self)
    }
}

/// The return type of a pattern's function.
pub(crate) trait Found {
    fn answer(self) -> Answer;
}

impl Found for () {
    fn answer(self) -> Answer {
        Answer::default()
    }
}

/// A number of items.
impl Found for u64 {
    fn answer(self) -> Answer {
        Answer::of([Row::count(self)])
    }
}

/// The item that a write returned.
impl<T: Shown> Found for T {
    fn answer(self) -> Answer {
        Answer::of([self.row()])
    }
}

impl<T: Shown> Found for Option<T> {
    fn answer(self) -> Answer {
        Answer::of(self.iter().map(T::row))
    }
}

impl<T: Shown> Found for Vec<T> {
    fn answer(self) -> Answer {
        Answer::of(self.iter().map(T::row))
    }
}

impl<T: Shown> Found for Page<T> {
    fn answer(self) -> Answer {
        Answer { cursor: self.cursor, ..Answer::of(self.items.iter().map(T::row)) }
    }
}

impl<T: Shown> Found for FirstItems<T> {
    fn answer(self) -> Answer {
        Answer { more: self.more, ..Answer::of(self.items.iter().map(T::row)) }
    }
}

impl Given {
    /// Runs a prepared call, if all arguments were used and there is something to write.
    pub(crate) async fn ask<T, E>(
        &self,
        written: Option<usize>,
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<Answer, RunError>
    where
        T: Found,
        RunError: From<E>,
    {
        self.end()?;
        if written == Some(0) {
            return Err(RunError::NothingToWrite);
        }
        Ok(Answer { written, ..asked.await?.answer() })
    }
}
