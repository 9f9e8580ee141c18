//! A set of texts, as an item has it: never empty, because DynamoDB stores no empty set.

use std::collections::BTreeSet;
use std::collections::btree_set::Iter;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A set of texts that is not empty. An empty one is absent from its item, so a field has an `Option` of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSet(BTreeSet<String>);

impl TextSet {
    /// The set of these texts; `None` if there are none.
    pub fn of<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Option<Self> {
        let texts: BTreeSet<String> = texts.into_iter().map(Into::into).collect();
        (!texts.is_empty()).then_some(Self(texts))
    }

    /// Whether it has this text.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// How many texts it has: at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The texts, in their order.
    pub fn iter(&self) -> Iter<'_, String> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a TextSet {
    type Item = &'a String;
    type IntoIter = Iter<'a, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for TextSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_dynamo::string_set::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for TextSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = BTreeSet::<String>::deserialize(deserializer)?;
        Self::of(texts).ok_or_else(|| de::Error::custom("a set of texts is not empty: leave it out"))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    #[test]
    fn a_set_is_stored_as_one_and_is_never_empty() {
        let set = TextSet::of(["b", "a", "b"]).expect("there are texts");
        let stored: AttributeValue = serde_dynamo::to_attribute_value(&set).expect("a set has a form");
        assert_eq!(stored, AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(serde_dynamo::from_attribute_value::<_, TextSet>(stored).ok(), Some(set));
        let set = TextSet::of(["b", "a", "b"]).expect("there are texts");
        assert_eq!((set.len(), set.contains("a"), set.contains("c")), (2, true, false));
        assert_eq!((&set).into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(TextSet::of(Vec::<String>::new()), None);
        let empty = AttributeValue::L(Vec::new());
        assert!(serde_dynamo::from_attribute_value::<_, TextSet>(empty).is_err());
    }
}
