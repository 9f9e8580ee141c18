//! The registry's types: what the documents say about every access pattern, as data to walk.

/// One access pattern, as `access-patterns.md` describes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pattern {
    /// The stable id, for instance `AP-07`. Never reused.
    pub id: &'static str,
    /// The name of the generated function.
    pub name: &'static str,
    /// The heading, without the id.
    pub title: &'static str,
    /// What is asked of DynamoDB.
    pub operation: Operation,
    /// The entities it reads or writes, by their names in `schema/`.
    pub entities: &'static [&'static str],
    /// The fields that its rows can have, in order; empty for a pattern that returns none.
    pub fields: &'static [&'static str],
    /// The index it queries; `None` for the table itself.
    pub index: Option<&'static str>,
    /// What the function takes, in order.
    pub arguments: &'static [Argument],
    /// What it may cost.
    pub cost: Cost,
    /// Whether it is asked by operators and data engineers instead of the product.
    pub tool: bool,
    /// The Lambda functions that may call it.
    pub callers: &'static [&'static str],
    /// How many items a page has at most; `None` for what has no pages.
    pub page: Option<u32>,
    /// Into how many shards the partition that it queries is cut; `None` for one partition.
    pub shards: Option<u32>,
    /// How many of the first items it returns; `None` for what returns pages, or all.
    pub first: Option<u32>,
    /// Up to how many of the first items can be asked for, where that is more.
    pub first_max: Option<u32>,
    /// The fields whose numbers are worth adding up over all rows.
    pub total: &'static [&'static str],
    /// What IAM has to allow, for instance `dynamodb:Query`.
    pub actions: &'static [&'static str],
    /// What it asks, in PartiQL; empty for a pattern that writes.
    pub partiql: &'static [Statement],
    /// A command line that asks it; empty for what cannot be asked by hand.
    pub example: &'static str,
    /// Who asks it and why.
    pub doc: &'static str,
}

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// One item by its key.
    Get,
    /// Items of one partition.
    Query,
    /// One item, written whole.
    Put,
    /// Fields of one item.
    Update,
    /// One item, removed.
    Delete,
    /// Several items, all or none.
    Transact,
    /// Many items, each for itself.
    Batch,
    /// A segment of the whole table. For maintenance.
    Scan,
}

impl Operation {
    /// The word for it in `access-patterns.md`.
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
    /// Whether it changes something.
    #[must_use]
    pub fn writes(&self) -> bool {
        !self.actions.iter().all(|action| READS.contains(action))
    }
}

/// The actions that change nothing.
const READS: [&str; 4] = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"];

/// A kind of item, as `schema/` describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name in the documents.
    pub name: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// The version that is written.
    pub version: u32,
    /// The template of its partition key.
    pub pk: &'static str,
    /// The template of its sort key.
    pub sk: &'static str,
    /// The fields that its key is made of.
    pub key: &'static [&'static str],
    /// Its fields, in the order of the document.
    pub fields: &'static [Field],
}

/// A field of an entity, or of a record in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The name that it is stored under.
    pub stored_as: &'static str,
    /// Its type in the documents, for instance `session_id` or `time`; in brackets for a list of records.
    pub kind: &'static str,
    /// Whether it may be absent.
    pub optional: bool,
    /// Whether it is personal: a name, an address, somebody's code or words.
    pub pii: bool,
    /// What it says.
    pub doc: &'static str,
    /// The fields of a record.
    pub fields: &'static [Field],
}

/// One argument of a pattern's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name in the documents.
    pub name: &'static str,
    /// Its type in the documents, for instance `session_id` or `time`.
    pub kind: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it takes any number of values.
    pub many: bool,
    /// What a value of its type is; empty for what its type says.
    pub doc: &'static str,
    /// A value as a person types it; empty for what is longer than an example can be.
    pub sample: &'static str,
}

/// A PartiQL statement, for `ExecuteStatement`: what a pattern that reads asks, on a table of the default name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What to know about it; empty when there is nothing.
    pub about: &'static str,
    /// The statement, with a `?` for each parameter.
    pub text: &'static str,
    /// What stands for each `?`, in order.
    pub parameters: &'static [Parameter],
    /// The request's `Limit`: how many rows a page has at most. PartiQL itself has no word for it.
    pub limit: Option<u32>,
    /// The request's `ConsistentRead`.
    pub consistent: bool,
}

/// A value in a PartiQL statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A text of this template, for instance `USER#{user_id}`. Digits as in `{seq:03}`, escapes as [`crate::key::escaped`] writes them.
    Text(&'static str),
    /// A number that this names.
    Number(&'static str),
}

/// What a pattern may cost for a stated fixture. A test measures it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// What is in the table when it is measured.
    pub fixture: &'static str,
    /// Round trips, where the documents state them.
    pub requests: f64,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}
