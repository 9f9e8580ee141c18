//! Access patterns: what is asked, by whom, in which order, and what it costs.

use crate::design::{Action, ActionKind, Expired, Segment, Template};
use crate::source::At;

#[derive(Debug)]
pub struct Pattern {
    pub id: String,
    /// The heading after the id.
    pub title: String,
    /// The paragraphs between the heading and the block, as Markdown.
    pub prose: String,
    pub name: String,
    pub operation: Operation,
    pub callers: Vec<String>,
    pub tool: bool,
    /// Why its writes do not need the root of their partition to exist; none if they do.
    pub without_root: Option<String>,
    /// Each domain error and what it means.
    pub errors: Vec<(String, String)>,
    pub cost: Cost,
    pub peak: Option<Peak>,
    pub at: At,
}

/// How often a pattern is called in the busiest second, over the whole product.
#[derive(Debug)]
pub struct Peak {
    pub per_second: f64,
    /// What share of the units of these calls meets in one partition of the table.
    pub share: f64,
    /// The same for some entities, where it is another.
    pub shares: Vec<(usize, f64)>,
    /// What share meets in one partition of an index before it is cut into shards.
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
    ReadBatch {
        parts: Vec<ReadPart>,
        consistent: bool,
    },
    WriteBatch(Vec<WritePart>),
    /// One segment of the whole table, page by page.
    Scan(Scan),
    /// One item of any entity, brought into a form that this program writes.
    Upgrade(Upgrade),
}

#[derive(Debug)]
pub struct Upgrade {
    pub kind: UpgradeKind,
    /// Whether the block says that it is for maintenance.
    pub maintenance: bool,
}

/// What becomes of an item of any entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeKind {
    /// The next version after its own.
    Version,
    /// The keys of its indexes are made anew, and its version stays.
    Indexes,
    /// Counters that hold no number of their type get the nearest one.
    Counters,
}

#[derive(Debug)]
pub struct Scan {
    /// The most items of one request.
    pub page: u32,
    pub consistent: bool,
    /// Whether the block says that it is for maintenance.
    pub maintenance: bool,
}

#[derive(Debug)]
pub struct Query {
    /// One, or several that share a partition key template.
    pub entities: Vec<usize>,
    pub index: Option<usize>,
    pub sort: Sort,
    pub order: Order,
    pub paging: Paging,
    pub consistent: bool,
    pub expired: Option<Expired>,
    /// A projection and the name of its struct.
    pub row: Option<(String, Vec<String>)>,
    pub returns_keys: bool,
    /// Items as they are stored, whether they decode or not.
    pub returns_stored: bool,
    /// Up to how many of the first ones a caller may ask for.
    pub first_max: Option<u32>,
    /// The numbers of the row that a reader adds up over all rows.
    pub total: Vec<String>,
    pub at: At,
}

/// Which part of the partition is read, in the words of the sort key.
#[derive(Debug, Clone)]
pub enum Sort {
    Whole,
    /// A template that ends at a delimiter, or with a literal that also is a whole sort key.
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
    /// Keys that other patterns found.
    DeleteKeys {
        name: String,
        of: Vec<String>,
        at: At,
    },
}

impl Sort {
    /// The templates it is written with.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Sort::Whole => Vec::new(),
            Sort::BeginsWith { template, .. } | Sort::Below { template, .. } | Sort::Above { template, .. } => {
                vec![template]
            }
            Sort::Between { from, to, .. } => vec![from, to],
        }
    }

    /// The segments that every sort key in this part begins with.
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
    /// Whether what comes back are items, whole or in part, and not keys or a number.
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
    /// `Query`, `TransactWriteItems` and so on.
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
            Operation::ReadBatch { .. } => "BatchGetItem",
            Operation::WriteBatch(_) => "BatchWriteItem",
            Operation::Scan(_) => "Scan",
            Operation::Upgrade(_) => "UpdateItem",
        }
    }

    /// What IAM has to allow, each once. A transaction needs the actions of its parts, and none of its own.
    pub fn iam_actions(&self) -> Vec<String> {
        let mut names: Vec<&str> = match &self.operation {
            Operation::Transact(actions) => actions.iter().map(|action| action.kind.iam_action()).collect(),
            _ => vec![self.api()],
        };
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|name| format!("dynamodb:{name}")).collect()
    }

    /// Every entity it touches, each once. A scan and an upgrade touch none by its name: they serve whatever
    /// there is.
    pub fn entities(&self) -> Vec<usize> {
        let all: Vec<usize> = match &self.operation {
            Operation::Get { entity, .. } => vec![*entity],
            Operation::Query(query) => query.entities.clone(),
            Operation::Write(action) => vec![action.entity],
            Operation::Transact(actions) => actions.iter().map(|action| action.entity).collect(),
            Operation::ReadBatch { parts, .. } => parts.iter().map(|part| part.entity).collect(),
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

    /// Whether a person can write its arguments: keys of items of any kind come from other patterns only, and what is for
    /// maintenance has a command of its own.
    pub fn is_asked_by_hand(&self) -> bool {
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
