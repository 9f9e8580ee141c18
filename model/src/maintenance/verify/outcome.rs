//! The effect of a repair, and its outcome.

/// What a repair does to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It deletes items.
    Deletes,
    /// It writes the correct attributes of an item, or restores the item.
    Restores,
}

impl Effect {
    /// Its identifier in scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deletes => "deletes",
            Self::Restores => "restores",
        }
    }
}

/// The outcome of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Repairs are off. This finding could be repaired.
    Repairable,
    /// The finding is repaired.
    Repaired(&'static str),
    /// The state has changed since the check, so nothing was written.
    Moved,
    /// The finding could be repaired, but is not in the plan.
    NotPlanned,
    /// The finding must be repaired by hand, for this reason.
    Left(&'static str),
}

impl Outcome {
    /// Whether the finding needs no further action.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Repaired(_) | Self::Moved)
    }

    /// Its identifier in scripts.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Repairable => "repairable",
            Self::Repaired(_) => "repaired",
            Self::Moved => "moved",
            Self::NotPlanned => "not_planned",
            Self::Left(_) => "left",
        }
    }

    /// What was done, or the reason why nothing was done; empty if there is nothing to add.
    #[must_use]
    pub const fn note(&self) -> &'static str {
        match self {
            Self::Repairable => "run it again with --fix",
            Self::Repaired(note) | Self::Left(note) => note,
            Self::Moved => "it had changed before it could be repaired",
            Self::NotPlanned => "it is not in the plan",
        }
    }
}
