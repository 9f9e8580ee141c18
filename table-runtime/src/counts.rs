//! Counts with a type of their own, so that a number of one kind is not taken for another.

/// The text is not a count: a whole number from 0 to 4294967295, without leading zeros. The error does not repeat the
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: expected a whole number from 0 to 4294967295, without leading zeros")]
pub struct InvalidCount {
    /// The expected type, for instance `SessionVersion`.
    pub kind: &'static str,
}

/// Parses a count of the given kind, which has only one valid form.
#[doc(hidden)]
pub fn parse_count(text: &str, kind: &'static str) -> Result<u32, InvalidCount> {
    let number = text.parse().ok().filter(|number: &u32| number.to_string() == text);
    number.ok_or(InvalidCount { kind })
}

/// Defines count newtypes: `count_newtypes! { /// What it counts. SessionVersion, /// ... CopyNumber }`. They are
/// stored and serialized as plain numbers.
///
/// ```
/// table_runtime::count_newtypes! {
///     /// The version of a page.
///     PageVersion,
/// }
/// fn save(seen: PageVersion, words: u32) -> (PageVersion, u32) {
///     (seen.next(), words)
/// }
/// assert_eq!(save(PageVersion::new(7), 300), (PageVersion::new(8), 300));
/// ```
///
/// A plain number, or a count of another kind, is not accepted in its place:
///
/// ```compile_fail,E0308
/// # table_runtime::count_newtypes! {
/// #     /// The version of a page.
/// #     PageVersion,
/// # }
/// # fn save(seen: PageVersion, words: u32) -> (PageVersion, u32) {
/// #     (seen.next(), words)
/// # }
/// save(300, PageVersion::new(7));
/// ```
#[macro_export]
macro_rules! count_newtypes {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive($crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(crate = "table_runtime::serde", transparent)]
        pub struct $name(u32);

        impl $name {
            /// The count with this number.
            #[must_use]
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u32 {
                self.0
            }

            /// The next count. The largest one has no next and stays.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }

            /// The next count; `None` after the largest one.
            #[must_use]
            pub const fn checked_next(self) -> Option<Self> {
                match self.0.checked_add(1) {
                    Some(number) => Some(Self(number)),
                    None => None,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::InvalidCount;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::counts::parse_count(text, stringify!($name)).map(Self)
            }
        }

        impl ::std::convert::From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl ::std::convert::From<$name> for u32 {
            fn from(count: $name) -> Self {
                count.0
            }
        }

        impl ::std::convert::From<$name> for i64 {
            fn from(count: $name) -> Self {
                Self::from(count.0)
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    // In a crate of its own, the macro names this crate.
    use crate as table_runtime;

    table_runtime::count_newtypes! {
        /// A count for these tests.
        Row,
    }

    #[test]
    fn a_count_has_one_text_form() {
        assert_eq!("70".parse(), Ok(Row::new(70)));
        assert_eq!(Row::new(70).to_string(), "70");
        for wrong in ["", "070", "+7", "-1", " 7", "7.0", "4294967296"] {
            assert_eq!(wrong.parse::<Row>(), Err(InvalidCount { kind: "Row" }), "{wrong}");
        }
    }

    #[test]
    fn serde_reads_and_writes_a_plain_number() {
        assert_eq!(serde_json::to_string(&Row::new(7)).expect("a number"), "7");
        assert_eq!(serde_json::from_str::<Row>("7").expect("a number"), Row::new(7));
        assert!(serde_json::from_str::<Row>("\"7\"").is_err());
        assert!(serde_json::from_str::<Row>("-1").is_err());
    }

    #[test]
    fn the_largest_count_has_no_next() {
        let largest = Row::from(u32::MAX);
        assert_eq!((Row::new(1).next(), Row::new(1).checked_next()), (Row::new(2), Some(Row::new(2))));
        assert_eq!((largest.next(), largest.checked_next()), (largest, None));
        assert_eq!((u32::from(largest), i64::from(largest)), (u32::MAX, i64::from(u32::MAX)));
    }
}
