//! Loads the blocks of access-patterns.md.

use toml::Spanned;

use crate::design::{Cost, Operation, Pattern, Peak, ReadMode, ReadPart, Scan, Upgrade, UpgradeKind, WritePart};
use crate::load::markdown::Section;
use crate::load::raw::{RawAction, RawCost, RawPattern, RawPeak, RawRead, RawWrite, Word, in_order};
use crate::load::scope::{Known, Scope};
use crate::load::{all, fill, toml_problem, words};
use crate::problem::Problems;
use crate::source::At;
use crate::suggestion::suggestion;

/// A section with its deserialized block.
pub type Block = (Section, RawPattern);

pub fn read(section: Section, problems: &mut Problems) -> Option<Block> {
    let raw = toml::from_str(&section.block).map_err(|error| toml_problem(&error, section.at, problems));
    Some((section, raw.ok()?))
}

/// The pattern, unless one of its parts is invalid.
pub fn load(known: Known<'_>, (section, raw): Block, problems: &mut Problems) -> Option<Pattern> {
    let mut scope = Scope { known, at: section.at, problems };
    words::check(&mut scope, &raw.operation, &section.block)?;
    for word in &raw.callers {
        scope.caller(word);
    }
    let cost = scope.cost(&raw.cost);
    let peak = raw.peak.as_ref().map(|peak| scope.peak(peak));
    let (name, tool) = (raw.name.get_ref().clone(), raw.tool);
    let callers = raw.callers.iter().map(|word| word.get_ref().clone()).collect();
    let errors = in_order(raw.errors.clone()).into_iter();
    let errors = errors.map(|(name, meaning)| (name.into_inner(), scope.text(&meaning))).collect();
    let without_root = raw.without_root.as_ref().map(|word| word.get_ref().clone());
    let prose = fill(known.limits, &section.prose, section.prose_at, scope.problems).replace("\r\n", "\n");
    let operation = scope.operation(raw)?;
    let Section { id, title, at, .. } = section;
    Some(Pattern { id, title, prose, name, operation, callers, tool, without_root, errors, cost, peak, at })
}

impl Scope<'_> {
    /// The text with the values of its limits filled in.
    fn text(&mut self, word: &Word) -> String {
        // Skip the opening quote.
        let at = self.place(word).plus(1);
        fill(self.known.limits, word.get_ref(), at, self.problems)
    }

    fn caller(&mut self, word: &Word) {
        let (name, functions) = (word.get_ref(), &self.known.table.functions);
        if !functions.contains(name) {
            let hint = suggestion(name, functions.iter().map(String::as_str));
            self.problem("callers-exist", word, format!("table.toml has no function \"{name}\"{hint}"));
        }
    }

    fn cost(&mut self, raw: &Spanned<RawCost>) -> Cost {
        let RawCost { fixture, requests, rcu, wcu } = raw.get_ref();
        for (word, amount) in [("requests", requests), ("rcu", rcu), ("wcu", wcu)] {
            if !(amount.is_finite() && *amount >= 0.0) {
                self.problem("cost", raw, format!("`{word} = {amount}` is not a cost; write a number of at least 0"));
            }
        }
        Cost { fixture: fixture.clone(), requests: *requests, rcu: *rcu, wcu: *wcu }
    }

    /// The peak rate, and the shares of it that go to one partition.
    fn peak(&mut self, raw: &Spanned<RawPeak>) -> Peak {
        const CHECK: &str = "peak-rates-are-shares";
        let RawPeak { per_second, share, shares, index_share } = raw.get_ref();
        let index_share = index_share.unwrap_or(1.0);
        if !(per_second.is_finite() && *per_second > 0.0) {
            self.problem(CHECK, raw, format!("`per_second = {per_second}` is not a rate; write a number above 0"));
        }
        for share in shares.values().chain([share, &index_share]) {
            if !(*share > 0.0 && *share <= 1.0) {
                self.problem(CHECK, raw, format!("{share} is not a share; write a number above 0 and at most 1"));
            }
        }
        let shares = shares.iter().filter_map(|(word, share)| Some((self.entity(word)?, *share))).collect();
        Peak { per_second: *per_second, share: *share, shares, index_share }
    }

    fn operation(&mut self, mut raw: RawPattern) -> Option<Operation> {
        let at = self.place(&raw.operation);
        Some(match raw.operation.get_ref().as_str() {
            "get" => {
                let entity = self.needs_entity(&raw, at).and_then(|word| self.entity(word));
                let consistent = self.consistent(raw.consistent, at);
                let expired = self.expired(raw.expired.as_ref(), raw.because.as_ref());
                Operation::Get { entity: entity?, consistent: consistent?, expired: expired.ok()? }
            }
            "query" => Operation::Query(self.query(&raw, at)?),
            "put" | "update" | "delete" => {
                let name = raw.name.get_ref().clone();
                let returns_new = self.returns(raw.returns.as_ref(), &["new"]).map(|word| word.is_some()).ok();
                self.needs_entity(&raw, at)?;
                let mut action = self.action(&name, single(&mut raw), at, &[])?;
                action.returns_new = returns_new?;
                Operation::Write(action)
            }
            "transact" => self.transact(raw, at)?,
            "upgrade" => Operation::Upgrade(Upgrade { kind: UpgradeKind::Version, maintenance: raw.maintenance }),
            "reindex" => Operation::Upgrade(Upgrade { kind: UpgradeKind::Indexes, maintenance: raw.maintenance }),
            "correct" => Operation::Upgrade(Upgrade { kind: UpgradeKind::Counters, maintenance: raw.maintenance }),
            "scan" => Operation::Scan(self.segment(&raw, at)?),
            _ => self.batch(raw, at)?,
        })
    }

    fn segment(&mut self, raw: &RawPattern, at: At) -> Option<Scan> {
        let consistent = self.consistent(raw.consistent, at);
        let page = self.number(raw.page.as_ref()).ok()?.filter(|size| *size > 0);
        if page.is_none() {
            self.problems.push("operation", at, "a scan needs `page = N`, the maximum number of items of one request");
        }
        Some(Scan { page: page?, consistent: consistent?, maintenance: raw.maintenance })
    }

    fn needs_entity<'r>(&mut self, raw: &'r RawPattern, at: At) -> Option<&'r Word> {
        if raw.entity.is_none() {
            self.problems.push("operation", at, format!("a {} needs an `entity`", raw.operation.get_ref()));
        }
        raw.entity.as_ref()
    }

    fn transact(&mut self, raw: RawPattern, at: At) -> Option<Operation> {
        match (raw.read.is_empty(), raw.action.is_empty()) {
            (false, true) => Some(Operation::ReadParts { parts: self.reads(raw.read)?, mode: ReadMode::Transaction }),
            (true, false) => self.actions(raw.action),
            _ => {
                let message = "a transact needs `[[action]]` blocks or `[[read]]` blocks, and not both";
                self.problems.push("operation", at, message);
                None
            }
        }
    }

    fn actions(&mut self, raw: Vec<Spanned<RawAction>>) -> Option<Operation> {
        // Fields of an unknown entity cannot be looked up.
        let kinds = raw.iter().map(Spanned::get_ref).flat_map(|raw| [&raw.put, &raw.update, &raw.delete, &raw.check]);
        all(kinds.flatten().map(|word| self.entity(word)))?;
        let puts = self.puts(&raw);
        // An invalid action makes the whole pattern invalid: without it, the transaction would have another meaning.
        let actions = all(raw.into_iter().map(|spanned| {
            let at = self.place(&spanned);
            let raw = spanned.into_inner();
            let Some(name) = raw.name.as_ref().map(|word| word.get_ref().clone()) else {
                self.problems.push("names-are-unique", at, "every action of a transaction needs a `name`");
                return None;
            };
            self.action(&name, raw, at, &puts)
        }));
        Some(Operation::Transact(actions?))
    }

    /// The items that every call puts: the name of each action with its entity.
    fn puts(&self, actions: &[Spanned<RawAction>]) -> Vec<(String, usize)> {
        let put = |action: &Spanned<RawAction>| {
            let RawAction { name, put, optional, many, .. } = action.get_ref();
            let (name, put) = (name.as_ref()?.get_ref(), put.as_ref()?.get_ref());
            let entity = self.known.entities.iter().position(|entity| entity.name == *put)?;
            (!optional && !many).then(|| (name.clone(), entity))
        };
        actions.iter().filter_map(put).collect()
    }

    fn batch(&mut self, raw: RawPattern, at: At) -> Option<Operation> {
        match (raw.read.is_empty(), raw.write.is_empty()) {
            (false, true) => {
                let consistent = self.consistent(raw.consistent, at);
                let parts = self.reads(raw.read);
                Some(Operation::ReadParts { parts: parts?, mode: ReadMode::Batch { consistent: consistent? } })
            }
            (true, false) => {
                if raw.consistent.is_some() {
                    self.problems.push(
                        "operation",
                        at,
                        "`consistent` is not a keyword of a batch that writes; remove it",
                    );
                }
                let parts = all(raw.write.into_iter().map(|part| self.write_part(part)));
                Some(Operation::WriteBatch(parts?))
            }
            _ => {
                let message = "a batch has `[[read]]` blocks or `[[write]]` blocks, and not both";
                self.problems.push("operation", at, message);
                None
            }
        }
    }

    fn reads(&mut self, raw: Vec<Spanned<RawRead>>) -> Option<Vec<ReadPart>> {
        all(raw.into_iter().map(|part| {
            let at = self.place(&part);
            let RawRead { name, entity, many, expired, because } = part.into_inner();
            let expired = self.expired(expired.as_ref(), because.as_ref()).ok();
            Some(ReadPart { entity: self.entity(&entity)?, name, many, expired: expired?, at })
        }))
    }

    fn write_part(&mut self, part: Spanned<RawWrite>) -> Option<WritePart> {
        let at = self.place(&part);
        let RawWrite { name, put, delete, of } = part.into_inner();
        match (put, delete) {
            (Some(word), None) => Some(WritePart::Put { entity: self.entity(&word)?, name }),
            (None, Some(word)) if word.get_ref() == "keys" => {
                let of = of.into_iter().map(toml::Spanned::into_inner).collect();
                Some(WritePart::DeleteKeys { name, of, at })
            }
            (None, Some(word)) => Some(WritePart::Delete { entity: self.entity(&word)?, name }),
            _ => {
                let message = "a write needs exactly one of `put` with an entity and `delete` with an entity or \
                 \"keys\"";
                self.problems.push("action-kind", at, message);
                None
            }
        }
    }
}

/// Takes the keywords of a single write, in the form of an action.
fn single(raw: &mut RawPattern) -> RawAction {
    let entity = raw.entity.take();
    let mut action = RawAction {
        key: std::mem::take(&mut raw.key),
        set: std::mem::take(&mut raw.set),
        set_once: std::mem::take(&mut raw.set_once),
        add: std::mem::take(&mut raw.add),
        append: std::mem::take(&mut raw.append),
        add_to: std::mem::take(&mut raw.add_to),
        delete_from: std::mem::take(&mut raw.delete_from),
        remove: std::mem::take(&mut raw.remove),
        if_missing: raw.if_missing.take(),
        if_present: raw.if_present.take(),
        replace: raw.replace.unwrap_or_default(),
        upsert: raw.upsert.unwrap_or_default(),
        require: std::mem::take(&mut raw.require),
        expired: raw.expired.take(),
        because: raw.because.take(),
        ..RawAction::default()
    };
    match raw.operation.get_ref().as_str() {
        "put" => action.put = entity,
        "update" => action.update = entity,
        _ => action.delete = entity,
    }
    action
}
