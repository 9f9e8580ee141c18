//! The effect of a repair, and its outcome.

/// What a repair does to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It deletes items.
    Deletes,
    /// It writes what an item should say, or makes an item again.
    Restores,
}

impl Effect {
    /// The word for it, for scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deletes => "deletes",
            Self::Restores => "restores",
        }
    }
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was to be repaired; this could be.
    Repairable,
    /// It is repaired.
    Repaired(&'static str),
    /// It is no longer so: something else has changed it since, so nothing was written.
    Moved,
    /// It could be repaired, and is not in the plan.
    NotPlanned,
    /// It is left to a person, with the reason.
    Left(&'static str),
}

impl Outcome {
    /// Whether the table is as sound as if there had been no finding.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Repaired(_) | Self::Moved)
    }

    /// The word for it, for scripts.
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

    /// What was done or why not, where there is more to say.
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
