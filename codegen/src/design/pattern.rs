//! Access patterns: their operation, callers and cost.

use crate::design::{Action, ActionKind, Expired, Segment, Template};
use crate::source::At;

#[derive(Debug)]
pub struct Pattern {
    pub id: String,
    /// The heading without the id.
    pub title: String,
    /// The paragraphs between the heading and the block, as Markdown.
    pub prose: String,
    pub name: String,
    pub operation: Operation,
    pub callers: Vec<String>,
    pub tool: bool,
    /// Why its writes do not need the root of their partition to exist; `None` if they need it.
    pub without_root: Option<String>,
    /// Each domain error with its meaning.
    pub errors: Vec<(String, String)>,
    pub cost: Cost,
    pub peak: Option<Peak>,
    pub at: At,
}

/// The peak rate of a pattern: its calls in the busiest second, over the whole product.
#[derive(Debug)]
pub struct Peak {
    pub per_second: f64,
    /// The share of the units of these calls that goes to one partition of the table.
    pub share: f64,
    /// Shares of entities that differ from `share`.
    pub shares: Vec<(usize, f64)>,
    /// The share that goes to one partition of an index, before sharding.
    pub index_share: f64,
}

impl Peak {
    pub fn share_of(&self, entity: usize) -> f64 {
        self.shares.iter().find(|(own, _)| *own == entity).map_or(self.share, |(_, share)| *share)
    }
}

#[derive(Debug)]
pub struct Cost {
    pub fixture: String,
    pub requests: f64,
    pub rcu: f64,
    pub wcu: f64,
}

#[derive(Debug)]
pub enum Operation {
    Get {
        entity: usize,
        consistent: bool,
        expired: Option<Expired>,
    },
    Query(Query),
    Write(Action),
    Transact(Vec<Action>),
    ReadParts {
        parts: Vec<ReadPart>,
        mode: ReadMode,
    },
    WriteBatch(Vec<WritePart>),
    /// Reads one segment of the whole table, page by page.
    Scan(Scan),
    /// Rewrites one item of any entity in the current form.
    Upgrade(Upgrade),
}

#[derive(Debug)]
pub struct Upgrade {
    pub kind: UpgradeKind,
    /// Whether the block has `maintenance = true`.
    pub maintenance: bool,
}

/// How an upgrade changes an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeKind {
    /// Applies the next step of its history.
    Version,
    /// Recomputes its index keys and keeps its version.
    Indexes,
    /// Replaces each counter with an invalid number by the nearest valid number.
    Counters,
}

#[derive(Debug)]
pub struct Scan {
    /// The maximum number of items of one request.
    pub page: u32,
    pub consistent: bool,
    /// Whether the block has `maintenance = true`.
    pub maintenance: bool,
}

#[derive(Debug)]
pub struct Query {
    /// One entity, or several with the same partition key template.
    pub entities: Vec<usize>,
    pub index: Option<usize>,
    pub sort: Sort,
    pub order: Order,
    pub paging: Paging,
    pub consistent: bool,
    pub expired: Option<Expired>,
    /// The name of the row struct and the fields of the projection.
    pub row: Option<(String, Vec<String>)>,
    pub returns_keys: bool,
    /// Whether it returns stored items, even if they cannot be decoded.
    pub returns_stored: bool,
    /// The maximum number of first items that a caller may request.
    pub first_max: Option<u32>,
    /// The numbers of the row that a total over all rows adds up.
    pub total: Vec<String>,
    pub at: At,
}

/// The range of sort keys that a query reads, as templates of the sort key.
#[derive(Debug, Clone)]
pub enum Sort {
    Whole,
    /// A template that ends at a delimiter, or with a literal that is also a whole sort key.
    BeginsWith {
        template: Template,
        is_delimited: bool,
        at: At,
    },
    Between {
        from: Template,
        to: Template,
        at: At,
    },
    Below {
        template: Template,
        at: At,
    },
    Above {
        template: Template,
        at: At,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
    Either,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    Page(u32),
    First(u32),
    All,
    Count,
}

/// How the parts of a read are read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadMode {
    /// As independent items of a batch.
    Batch { consistent: bool },
    /// As of one moment, in a transaction.
    Transaction,
}

impl ReadMode {
    /// Whether a read returns every earlier write.
    pub fn is_consistent(self) -> bool {
        matches!(self, ReadMode::Batch { consistent: true } | ReadMode::Transaction)
    }
}

#[derive(Debug)]
pub struct ReadPart {
    pub name: String,
    pub entity: usize,
    pub many: bool,
    pub expired: Option<Expired>,
    pub at: At,
}

#[derive(Debug)]
pub enum WritePart {
    Put {
        name: String,
        entity: usize,
    },
    Delete {
        name: String,
        entity: usize,
    },
    /// Keys that other patterns returned.
    DeleteKeys {
        name: String,
        of: Vec<String>,
        at: At,
    },
}

impl Sort {
    /// The templates of the sort condition.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Sort::Whole => Vec::new(),
            Sort::BeginsWith { template, .. } | Sort::Below { template, .. } | Sort::Above { template, .. } => {
                vec![template]
            }
            Sort::Between { from, to, .. } => vec![from, to],
        }
    }

    /// The common first segments of every sort key in this range.
    pub fn beginning(&self) -> &[Segment] {
        match self {
            Sort::Whole | Sort::Below { .. } | Sort::Above { .. } => &[],
            Sort::BeginsWith { template, .. } => &template.segments,
            Sort::Between { from, to, .. } => {
                let same = from.segments.iter().zip(&to.segments).take_while(|(from, to)| from == to).count();
                &from.segments[..same]
            }
        }
    }

    pub fn at(&self) -> Option<At> {
        match self {
            Sort::Whole => None,
            Sort::BeginsWith { at, .. }
            | Sort::Between { at, .. }
            | Sort::Below { at, .. }
            | Sort::Above { at, .. } => Some(*at),
        }
    }
}

impl Query {
    /// Whether the query returns items or rows, and not keys, stored items or a number.
    pub fn returns_items(&self) -> bool {
        !self.returns_keys && !self.returns_stored && self.paging != Paging::Count
    }
}

impl WritePart {
    pub fn name(&self) -> &str {
        match self {
            WritePart::Put { name, .. } | WritePart::Delete { name, .. } | WritePart::DeleteKeys { name, .. } => name,
        }
    }

    pub fn entity(&self) -> Option<usize> {
        match self {
            WritePart::Put { entity, .. } | WritePart::Delete { entity, .. } => Some(*entity),
            WritePart::DeleteKeys { .. } => None,
        }
    }
}

impl Pattern {
    /// The name of the DynamoDB operation: `Query`, `TransactWriteItems` and so on.
    pub fn api(&self) -> &'static str {
        match &self.operation {
            Operation::Get { .. } => "GetItem",
            Operation::Query(_) => "Query",
            Operation::Write(action) => match action.kind {
                ActionKind::Put => "PutItem",
                ActionKind::Delete => "DeleteItem",
                ActionKind::Update | ActionKind::Check => "UpdateItem",
            },
            Operation::Transact(_) => "TransactWriteItems",
            Operation::ReadParts { mode: ReadMode::Batch { .. }, .. } => "BatchGetItem",
            Operation::ReadParts { mode: ReadMode::Transaction, .. } => "TransactGetItems",
            Operation::WriteBatch(_) => "BatchWriteItem",
            Operation::Scan(_) => "Scan",
            Operation::Upgrade(_) => "UpdateItem",
        }
    }

    /// The IAM actions that the pattern needs, each once. A transaction needs the actions of its parts and no action
    /// of its own.
    pub fn iam_actions(&self) -> Vec<String> {
        let mut names: Vec<&str> = match &self.operation {
            Operation::Transact(actions) => actions.iter().map(|action| action.kind.iam_action()).collect(),
            Operation::ReadParts { mode: ReadMode::Transaction, .. } => vec!["GetItem"],
            _ => vec![self.api()],
        };
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|name| format!("dynamodb:{name}")).collect()
    }

    /// Every entity of the pattern, each once. A scan and an upgrade name no entity, because they accept items of any
    /// entity.
    pub fn entities(&self) -> Vec<usize> {
        let all: Vec<usize> = match &self.operation {
            Operation::Get { entity, .. } => vec![*entity],
            Operation::Query(query) => query.entities.clone(),
            Operation::Write(action) => vec![action.entity],
            Operation::Transact(actions) => actions.iter().map(|action| action.entity).collect(),
            Operation::ReadParts { parts, .. } => parts.iter().map(|part| part.entity).collect(),
            Operation::WriteBatch(parts) => parts.iter().filter_map(WritePart::entity).collect(),
            Operation::Scan(_) | Operation::Upgrade(_) => Vec::new(),
        };
        let mut seen = Vec::new();
        for entity in all {
            if !seen.contains(&entity) {
                seen.push(entity);
            }
        }
        seen
    }

    /// Whether a user can write its arguments. Keys of items of any entity come only from other patterns, and
    /// maintenance has its own command.
    pub fn has_writable_arguments(&self) -> bool {
        match &self.operation {
            Operation::Scan(_) | Operation::Upgrade(_) => false,
            Operation::WriteBatch(parts) => !parts.iter().any(|part| matches!(part, WritePart::DeleteKeys { .. })),
            _ => true,
        }
    }

    pub fn actions(&self) -> &[Action] {
        match &self.operation {
            Operation::Write(action) => std::slice::from_ref(action),
            Operation::Transact(actions) => actions,
            _ => &[],
        }
    }
}
