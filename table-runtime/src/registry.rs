//! The registry's types: the documented access patterns as data.

/// One access pattern of `access-patterns.md`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pattern {
    /// The stable id, for instance `AP-07`. It is never reused.
    pub id: &'static str,
    /// The name of the generated function.
    pub name: &'static str,
    /// The heading, without the id.
    pub title: &'static str,
    /// The kind of request.
    pub operation: Operation,
    /// The entities that it reads or writes, by their names in `schema/`.
    pub entities: &'static [&'static str],
    /// The fields of its rows, in order; empty for a pattern that returns none.
    pub fields: &'static [&'static str],
    /// The queried index; `None` for the table itself.
    pub index: Option<&'static str>,
    /// The arguments of the function, in order.
    pub arguments: &'static [Argument],
    /// The documented cost.
    pub cost: Cost,
    /// Whether it is for operators and data engineers instead of the product.
    pub tool: bool,
    /// The Lambda functions that may call it.
    pub callers: &'static [&'static str],
    /// The largest number of items on a page; `None` without pages.
    pub page: Option<u32>,
    /// The number of shards of the queried partition; `None` for one partition.
    pub shards: Option<u32>,
    /// The number of the first items that it returns; `None` if it returns pages or all items.
    pub first: Option<u32>,
    /// The largest number of the first items that can be requested, if it is larger.
    pub first_max: Option<u32>,
    /// The fields with numbers that are useful as a sum over all rows.
    pub total: &'static [&'static str],
    /// The IAM actions, for instance `dynamodb:Query`.
    pub actions: &'static [&'static str],
    /// The same query in PartiQL; empty for a pattern that writes.
    pub partiql: &'static [Statement],
    /// An example for the command line; empty if the pattern has no command.
    pub example: &'static str,
    /// The caller and the purpose.
    pub doc: &'static str,
}

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// One item by its key.
    Get,
    /// Items of one partition.
    Query,
    /// One whole item.
    Put,
    /// Fields of one item.
    Update,
    /// One item, removed.
    Delete,
    /// Several items: all or none of them written, or all of them read as of one moment.
    Transact,
    /// Many independent items.
    Batch,
    /// A segment of the whole table. For maintenance.
    Scan,
}

impl Operation {
    /// The word in `access-patterns.md`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Query => "query",
            Self::Put => "put",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Transact => "transact",
            Self::Batch => "batch",
            Self::Scan => "scan",
        }
    }
}

impl Pattern {
    /// Whether it changes items.
    #[must_use]
    pub fn writes(&self) -> bool {
        !self.actions.iter().all(|action| READS.contains(action))
    }
}

/// The actions that only read.
const READS: [&str; 4] = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"];

/// A kind of item, as `schema/` describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The name in the documents.
    pub name: &'static str,
    /// The description.
    pub summary: &'static str,
    /// The version that is written.
    pub version: u32,
    /// The template of its partition key.
    pub pk: &'static str,
    /// The template of its sort key.
    pub sk: &'static str,
    /// The fields of the key.
    pub key: &'static [&'static str],
    /// The fields, in the order of the document.
    pub fields: &'static [Field],
}

/// A field of an entity, or of a record in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: &'static str,
    /// The stored name.
    pub stored_as: &'static str,
    /// The type in the documents, for instance `session_id` or `time`; in brackets for a list of records.
    pub kind: &'static str,
    /// Whether it may be absent.
    pub optional: bool,
    /// Whether it is personal: a name, an address, or a user's code or text.
    pub pii: bool,
    /// The description.
    pub doc: &'static str,
    /// The fields of a record.
    pub fields: &'static [Field],
}

/// One argument of a pattern's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name in the documents.
    pub name: &'static str,
    /// The type in the documents, for instance `session_id` or `time`.
    pub kind: &'static str,
    /// Whether it is optional.
    pub optional: bool,
    /// Whether it takes any number of values.
    pub many: bool,
    /// The description of a value; empty if the type describes it.
    pub doc: &'static str,
    /// An example value on the command line; empty if it would be too long.
    pub sample: &'static str,
}

/// A PartiQL statement for `ExecuteStatement`: the same query as a pattern, on a table with the default name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// A remark; empty without one.
    pub about: &'static str,
    /// The statement, with a `?` for each parameter.
    pub text: &'static str,
    /// The value of each `?`, in order.
    pub parameters: &'static [Parameter],
    /// The request's `Limit`: the largest number of rows on a page. PartiQL itself has no such keyword.
    pub limit: Option<u32>,
    /// The request's `ConsistentRead`.
    pub consistent: bool,
}

/// A value in a PartiQL statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A text from this template, for instance `USER#{user_id}`. Digits like `{seq:03}`, escapes like those of
    /// [`crate::key::escaped`].
    Text(&'static str),
    /// The number with this name.
    Number(&'static str),
}

/// The documented cost of a pattern for a stated fixture. A test measures it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// The content of the table for the measurement.
    pub fixture: &'static str,
    /// Round trips, if the documents state them.
    pub requests: f64,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}
