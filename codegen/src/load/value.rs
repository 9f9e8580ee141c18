//! Loads the values that writes assign to fields and that conditions compare fields with.

use toml::Spanned;

use crate::design::{
    ComparedPart, Comparison, Entity, Expression, Field, Literal, Operand, Require, Test, TestKind, Type, Value,
};
use crate::load::raw::RawRequire;
use crate::load::scope::Scope;
use crate::suggestion::suggestion;

/// The items that a transaction puts: the name of each action with its entity.
pub type Puts = [(String, usize)];

/// The use of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Replaces the field; `None` removes an optional field.
    Replaces,
    /// Replaces the field, and is never `None`.
    Fills,
    /// Is a part of the key.
    Key,
    /// Is added to the number in the field, so it may be negative.
    Adds,
    /// Is a list that is appended to the list in the field.
    Appends,
    /// Is a text that is added to the set in the field.
    AddsTo,
    /// Is a text that is deleted from the set in the field.
    DeletesFrom,
}

impl Use {
    /// The keyword of this use.
    pub fn word(self) -> &'static str {
        match self {
            Use::Replaces => "set",
            Use::Fills => "set_once",
            Use::Key => "key",
            Use::Adds => "add",
            Use::Appends => "append",
            Use::AddsTo => "add_to",
            Use::DeletesFrom => "delete_from",
        }
    }
}

impl<'l> Scope<'l> {
    pub fn value(&mut self, field: &Field, raw: &Spanned<toml::Value>, puts: &Puts, used: Use) -> Option<Value> {
        let difference = ComparedPart::Difference.field(field);
        let field = if used == Use::Adds { &difference } else { field };
        let value = match raw.get_ref() {
            toml::Value::Integer(number) => Ok(Value::Literal(Literal::Number(*number))),
            toml::Value::String(text) => self.parse(text, field, puts, used),
            other => Err(format!(
                "the value is of the kind {}; write \":argument\", a number or \"'text'\"",
                other.type_str()
            )),
        };
        let is_of_set = matches!(used, Use::AddsTo | Use::DeletesFrom);
        if is_of_set && field.ty != Type::TextSet {
            let instead = match &field.ty {
                Type::Texts | Type::Records { .. } => "append",
                Type::Count(_) | Type::Amount => "add",
                _ => "set",
            };
            let (name, ty, word) = (&field.name, field.ty.word(), used.word());
            let message = format!("`{name}` is {ty}, and `{word}` is for a text_set; write `{instead}`");
            self.problem("values-fit-their-fields", raw, message);
            return None;
        }
        let element = ComparedPart::Element.field(field);
        let field = if is_of_set { &element } else { field };
        if let toml::Value::String(text) = raw.get_ref()
            && let Some((entity, field)) = self.field_that_is_missing(text, puts)
        {
            let at = self.place(raw);
            self.problems.not_a_field("values-fit-their-fields", at, (entity, field), format!("`{}`", used.word()));
            return None;
        }
        let checked = value.and_then(|value| {
            if used == Use::Adds && !matches!(field.ty, Type::Count(_) | Type::Amount) {
                let hint = if field.ty == Type::TextSet { "; write `add_to`" } else { "" };
                let (name, ty) = (&field.name, field.ty.word());
                return Err(format!("`{name}` is {ty}; only a count or an amount is added to{hint}"));
            }
            if used == Use::Appends && !matches!(field.ty, Type::Texts | Type::Records { .. }) {
                let hint = if field.ty == Type::TextSet { "; write `add_to`" } else { "" };
                return Err(format!("`{}` is {}; only a list is appended to{hint}", field.name, field.ty.word()));
            }
            match &value {
                // A number for `add` may be negative.
                Value::Literal(Literal::Number(number)) if used == Use::Adds => {
                    let is_in_range = u32::try_from(number.unsigned_abs()).is_ok() || field.ty == Type::Amount;
                    if !is_in_range {
                        return Err(format!("a count is at most {}; add a smaller number", u32::MAX));
                    }
                }
                Value::Literal(literal) => literal_fits(literal, &field.ty)?,
                Value::OptionalArgument(name) if used == Use::Key => {
                    return Err(format!("a part of the key cannot be optional; write \":{name}\""));
                }
                Value::FieldOf { .. } | Value::Argument(_) | Value::OptionalArgument(_) => {}
            }
            Ok(value)
        });
        checked.map_err(|message| self.problem("values-fit-their-fields", raw, message)).ok()
    }

    /// The entity and the field name of an `action.field` if the entity does not have the field.
    fn field_that_is_missing<'t>(&self, text: &'t str, puts: &Puts) -> Option<(&'l Entity, &'t str)> {
        if text.starts_with([':', '\'']) {
            return None;
        }
        let (action, field) = text.split_once('.')?;
        let (_, entity) = puts.iter().find(|(name, _)| name == action)?;
        let entity = &self.known.entities[*entity];
        entity.field(field).is_none().then_some((entity, field))
    }

    /// Parses `:argument`, `action.field`, `1` or `'text'`.
    fn parse(&self, text: &str, target: &Field, puts: &Puts, used: Use) -> Result<Value, String> {
        if let Some(name) = text.strip_prefix(':') {
            return Ok(match name.strip_suffix('?') {
                Some(name) => Value::OptionalArgument(name.to_owned()),
                None => Value::Argument(name.to_owned()),
            });
        }
        if let Some(literal) = Literal::parse(text) {
            return Ok(Value::Literal(literal));
        }
        if text.starts_with('@') {
            return Err(format!("`{text}` is a limit, which can be in a condition, `page`, `first` and `first_max`"));
        }
        let Some((action, field)) = text.split_once('.') else {
            return Err(format!(
                "`{text}` is not a value; write \":{text}\" for an argument, \"action.field\" or \"'{text}'\""
            ));
        };
        let Some((_, entity)) = puts.iter().find(|(name, _)| name == action) else {
            let hint = suggestion(action, puts.iter().map(|(name, _)| name.as_str()));
            return Err(format!("no action \"{action}\" of this transaction puts an item{hint}"));
        };
        let entity = &self.known.entities[*entity];
        let Some(found) = entity.field(field) else {
            return Err(format!("`{field}` is not a field of {}", entity.name));
        };
        let may_be_absent = target.optional && used == Use::Replaces;
        if found.ty != target.ty || found.optional && !may_be_absent {
            let (optional, ty) = (if found.optional { "an optional " } else { "" }, found.ty.word());
            return Err(format!("{text} is {optional}{ty}, where {} is needed", target.ty.word()));
        }
        Ok(Value::FieldOf { action: action.to_owned(), field: field.to_owned(), optional: found.optional })
    }

    pub fn require(&mut self, entity: usize, raw: RawRequire) -> Option<Require> {
        let at = self.place(&raw.that);
        let that = match Expression::parse(raw.that.get_ref(), self.known.limits) {
            Ok(that) => that,
            Err((offset, message)) => {
                // Skip the opening quote.
                if let Some(message) = message {
                    self.problems.push("condition", at.plus(1 + offset), message);
                }
                return None;
            }
        };
        let entity = &self.known.entities[entity];
        let mut sound = true;
        for Test { field, asks } in that.tests() {
            let wrong = match entity.field(field) {
                None => {
                    self.problems.not_a_field("condition", at, (entity, field), "a condition");
                    sound = false;
                    None
                }
                Some(known) => test_fits(known, asks).err(),
            };
            if let Some(message) = wrong {
                self.problems.push("condition", at, message);
                sound = false;
            }
        }
        if let [first, second, ..] = that.optional_arguments().as_slice() {
            let message = format!(
                "this condition has two optional arguments, `:{first}` and `:{second}`; write a condition for each"
            );
            self.problems.push("condition", at, message);
            return None;
        }
        sound.then_some(Require { that, error: raw.error, current: raw.current, at })
    }
}

/// The maximum number of values in one `IN` of DynamoDB.
const MAX_IN: usize = 100;

fn test_fits(field: &Field, asks: TestKind<'_>) -> Result<(), String> {
    let (name, ty) = (&field.name, field.ty.word());
    match asks {
        TestKind::Compare(comparison, operand) => comparison_fits(field, comparison, operand),
        TestKind::In([only]) => {
            let value = match only {
                Operand::Argument(name) => format!(":{name}"),
                Operand::OptionalArgument(name) => format!(":{name}?"),
                Operand::Literal(Literal::Number(number)) => number.to_string(),
                Operand::Literal(Literal::Text(text)) => format!("'{text}'"),
            };
            Err(format!("one value needs no `in`; write `{name} = {value}`"))
        }
        TestKind::In(operands) if operands.len() > MAX_IN => {
            Err(format!("`in` has at most {MAX_IN} values, and here it has {}", operands.len()))
        }
        TestKind::In(operands) => {
            operands.iter().try_for_each(|operand| comparison_fits(field, Comparison::Equal, operand))
        }
        TestKind::Contains(operand) if matches!(field.ty, Type::Text | Type::Texts | Type::TextSet) => match operand {
            Operand::Literal(literal) => literal_fits(literal, &Type::Text),
            Operand::Argument(_) | Operand::OptionalArgument(_) => Ok(()),
        },
        TestKind::Contains(_) => {
            Err(format!("`{name}` is {ty}; `contains` takes a text, texts or a text_set; write `{name} = …`"))
        }
        TestKind::Size(..) if !field.ty.has_size() => {
            Err(format!("`{name}` is {ty}, which has no size; write `{name} < …` to compare its value"))
        }
        TestKind::Size(Comparison::Less | Comparison::GreaterOrEqual, Operand::Literal(Literal::Number(0))) => {
            Err(format!("the size of `{name}` is never less than 0; write `size({name}) > 0` or `= 0`"))
        }
        TestKind::Size(_, Operand::Literal(literal)) => size_fits(literal),
        TestKind::Presence | TestKind::Size(_, Operand::Argument(_) | Operand::OptionalArgument(_)) => Ok(()),
    }
}

fn size_fits(literal: &Literal) -> Result<(), String> {
    const MAX_BYTES: i64 = 400 * 1024;
    match literal {
        Literal::Number(0..=MAX_BYTES) => Ok(()),
        Literal::Number(number) => Err(format!("{number} is not a size; an item has at most {MAX_BYTES} bytes")),
        Literal::Text(text) => Err(format!("'{text}' is not a size; write a number")),
    }
}

fn comparison_fits(field: &Field, comparison: Comparison, operand: &Operand) -> Result<(), String> {
    let (name, ty) = (&field.name, field.ty.word());
    if matches!(field.ty, Type::Texts | Type::TextSet | Type::Bytes) || field.ty.record().is_some() {
        let instead =
            if matches!(field.ty, Type::Texts | Type::TextSet) { "; write `contains(…)` or `size(…)`" } else { "" };
        return Err(format!("`{name}` is {ty}, which can only be `missing` or `present`{instead}"));
    }
    let has_order = field.ty.is_number() || matches!(field.ty, Type::Text | Type::Date);
    if comparison.is_order() && !has_order {
        return Err(format!("`{name}` is {ty}, which can only be compared with `=` and `<>`"));
    }
    match operand {
        Operand::Literal(Literal::Number(0))
            if matches!(field.ty, Type::Count(_))
                && matches!(comparison, Comparison::Less | Comparison::GreaterOrEqual) =>
        {
            Err(format!("`{name}` is a count, which is never less than 0"))
        }
        Operand::Literal(literal) => literal_fits(literal, &field.ty),
        Operand::Argument(_) | Operand::OptionalArgument(_) => Ok(()),
    }
}

pub fn literal_fits(literal: &Literal, ty: &Type) -> Result<(), String> {
    match (literal, ty) {
        (Literal::Number(number), Type::Count(_)) if u32::try_from(*number).is_err() => {
            Err(format!("{number} is not a count; write a number from 0 to {}", u32::MAX))
        }
        (Literal::Text(text), Type::Enum { rust, values }) if !values.contains(text) => {
            Err(format!("'{text}' is not one of {rust}{}", suggestion(text, values.iter().map(String::as_str))))
        }
        (Literal::Number(_), Type::Count(_) | Type::Amount) | (Literal::Text(_), Type::Text | Type::Enum { .. }) => {
            Ok(())
        }
        (Literal::Number(number), other) => Err(format!("{number} is not of the type {}", other.word())),
        (Literal::Text(text), other) => Err(format!("'{text}' is not of the type {}", other.word())),
    }
}
