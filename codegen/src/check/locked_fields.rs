//! Checks of fields against the lock: stored items still decode, and running programs can read new items.

use crate::design::{Design, Entity, Field, LockedEntity, LockedField, Step, Type, stored_type};
use crate::problem::Problems;
use crate::source::At;

const CHECK: &str = "fields-are-as-locked";

pub fn fields_are_as_locked(design: &Design, problems: &mut Problems) {
    for entity in &design.entities {
        if let Some(locked) = design.lock.entity.get(&entity.name).filter(|locked| !locked.removed) {
            Comparison { design, entity, locked, problems }.compare();
        }
    }
}

/// An entity and its entry in the lock.
struct Comparison<'c> {
    design: &'c Design,
    entity: &'c Entity,
    locked: &'c LockedEntity,
    problems: &'c mut Problems,
}

impl Comparison<'_> {
    fn compare(&mut self) {
        let fields = self.entity.stored_fields();
        for (path, field) in &fields {
            match self.locked.field.get(path) {
                Some(locked) if !locked.removed => self.kept(path, field, locked),
                before => self.added(path, field, before),
            }
        }
        let is_gone = |path: &String| !fields.iter().any(|(known, _)| known == path);
        for (path, locked) in self.locked.field.iter().filter(|(path, locked)| !locked.removed && is_gone(path)) {
            self.removed(path, locked);
        }
    }

    fn refuse(&mut self, at: At, message: String) {
        self.problems.push(CHECK, at, message);
    }

    /// The steps between the locked version and the current version.
    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.entity.steps_from(self.locked.version)
    }

    /// The required change as part of a message. It leaves out the part that is done already.
    fn with_a_step(&self, says: &str) -> String {
        let (version, stored) = (self.entity.version, self.locked.version);
        if version > stored {
            return format!("add {says} to the `[[history]]` of version {stored}");
        }
        format!(
            "raise `version` to {}, with a `[[history]]` of version {stored} that has {says}",
            stored.saturating_add(1)
        )
    }

    fn kept(&mut self, path: &str, field: &Field, locked: &LockedField) {
        let words = self.entity.words();
        if self.refuses_type(path, field, locked) {
            return;
        }
        let is_filled = self.steps().any(|step| step.default.iter().any(|(name, _)| name == path));
        if locked.optional && !field.optional && !is_filled {
            let way = if path.contains('.') {
                "keep it optional".to_owned()
            } else {
                format!("keep it optional, or {}", self.with_a_step(&format!("`default = {{ {path} = … }}`")))
            };
            self.refuse(field.at, format!("`{path}` was optional, and a stored {words} may lack it; {way}"));
        }
        let may_lack = self.steps().any(|step| step.optional.iter().any(|name| name == path));
        if !locked.optional && field.optional && !may_lack {
            let way = self.with_a_step(&format!("`optional = [\"{path}\"]`"));
            self.refuse(
                field.at,
                format!("`{path}` was required, and running programs need it in every {words}; {way}"),
            );
        }
        if let Type::Enum { values, .. } = &field.ty {
            self.values(path, field, values, locked);
        }
    }

    fn refuses_type(&mut self, path: &str, field: &Field, locked: &LockedField) -> bool {
        let (was, is) = (&locked.type_name, stored_type(&self.design.table, &field.ty));
        if *was == is {
            return false;
        }
        let words = self.entity.words();
        let message = format!(
            "`{path}` was stored as {was} and would now be {is}, and stored values stay {was}; add a field with \
             another name for the new type, and keep this one while a {words} may have it"
        );
        self.refuse(field.at, message);
        true
    }

    fn values(&mut self, path: &str, field: &Field, values: &[String], locked: &LockedField) {
        let (words, command) = (self.entity.words(), &self.design.table.generate.command);
        for value in locked.values.iter().filter(|value| !values.contains(value)) {
            let message = format!(
                "a stored {words} may have `{value}` in `{path}`; keep it in `values`, even if no pattern writes it"
            );
            self.refuse(field.at, message);
        }
        for value in values.iter().filter(|value| !locked.values.contains(value) && !field.announced.contains(value)) {
            let message = if locked.announced.contains(value) {
                format!(
                    "`{value}` is announced, and the lock does not record that every running program knows it; \
                     deploy it, then run `{command} --deployed`"
                )
            } else {
                format!(
                    "running programs do not know the value `{value}` of `{path}`; add `announced = [\"{value}\"]` \
                     and deploy, then run `{command} --deployed` and remove that line"
                )
            };
            self.refuse(field.at, message);
        }
    }

    fn added(&mut self, path: &str, field: &Field, before: Option<&LockedField>) {
        let words = self.entity.words();
        if let Some(before) = before
            && before.type_name != stored_type(&self.design.table, &field.ty)
        {
            let message = format!(
                "`{path}` was a field of {words}, stored as {}, and items may still have it; choose another name",
                before.type_name
            );
            self.refuse(field.at, message);
            return;
        }
        let old = self.renamed_to(path);
        if let Some((old, locked)) = &old {
            let locked = (*locked).clone();
            self.refuses_type(path, field, &locked);
            if locked.optional && !field.optional {
                self.refuse(field.at, format!("`{old}` was optional, so `{path}`, its new name, must be optional too"));
            }
            return;
        }
        let is_filled = self.steps().any(|step| step.fills().any(|name| name == path));
        let gone = self.possible_old_name(path, field);
        let renamed = gone.as_ref().map(|old| {
            format!(
                "; if it is `{old}` under a new name, write `stored_as = \"{old}\"`, which moves no data, or \
                 `rename = {{ {old} = \"{path}\" }}` in the history"
            )
        });
        match (field.optional, path.contains('.')) {
            (true, _) if gone.is_some() => {
                let message = format!(
                    "`{path}` is new and `{}` of the same type was removed; if they are different fields, remove the \
                     old one in a separate change first{}",
                    gone.unwrap_or_default(),
                    renamed.unwrap_or_default()
                );
                self.refuse(field.at, message);
            }
            (false, true) => {
                let message = format!("`{path}` is new, and stored records lack it; make it `optional`");
                self.refuse(field.at, message);
            }
            (false, false) if !is_filled => {
                let way = self.with_a_step(&format!("`default = {{ {path} = … }}`"));
                let message = format!(
                    "`{path}` is new and required, and a stored {words} lacks it; make it `optional`, or {way}{}",
                    renamed.unwrap_or_default()
                );
                self.refuse(field.at, message);
            }
            (true, _) | (false, false) => {}
        }
    }

    fn renamed_to(&self, path: &str) -> Option<(String, LockedField)> {
        let renames = self.steps().flat_map(|step| &step.rename);
        let old = renames.into_iter().find(|(_, new)| new == path).map(|(old, _)| old)?;
        Some((old.clone(), self.locked.field.get(old)?.clone()))
    }

    /// A locked field of the same type that is missing now and that no step mentions. It may be the old name of this
    /// field.
    fn possible_old_name(&self, path: &str, field: &Field) -> Option<String> {
        let is = stored_type(&self.design.table, &field.ty);
        let parent = |path: &str| path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
        let fields = self.entity.stored_fields();
        let found = self.locked.field.iter().find(|(old, locked)| {
            !locked.removed
                && locked.type_name == is
                && parent(old) == parent(path)
                && !fields.iter().any(|(known, _)| known == *old)
                && !self.is_handled_by_a_step(old)
        });
        found.map(|(old, _)| old.clone())
    }

    fn is_handled_by_a_step(&self, path: &str) -> bool {
        self.steps().any(|step| {
            step.rename.iter().any(|(old, _)| old == path) || step.remove.iter().any(|removed| removed == path)
        })
    }

    fn removed(&mut self, path: &str, locked: &LockedField) {
        let parent_is_gone = path.split_once('.').is_some_and(|(record, _)| self.entity.field(record).is_none());
        if locked.optional || self.is_handled_by_a_step(path) || parent_is_gone {
            return;
        }
        let words = self.entity.words();
        let way = self.with_a_step(&format!("`remove = [\"{path}\"]`"));
        let message = format!("`{path}` was removed, and running programs need it in every {words}; keep it, or {way}");
        self.refuse(self.entity.at, message);
    }
}
