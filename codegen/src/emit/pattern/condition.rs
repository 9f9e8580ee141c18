//! Emits a condition as a DynamoDB expression.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, ComparedPart, Design, Entity, Expression, Literal, Operand, Require, Value};
use crate::emit::pattern::value::{Source, compared, given};
use crate::emit::rust::RustFile;

/// The condition of an action, or `None` if it has none.
pub fn expression(design: &Design, file: &mut RustFile, action: &Action, source: Source) -> Option<Written> {
    if !action.is_conditional() {
        return None;
    }
    let mut writer = Writer {
        file,
        entity: design.entity(action.entity),
        source,
        names: Vec::new(),
        values: Vec::new(),
        used: Vec::new(),
    };
    let partition_key = design.table.partition_key.as_str();
    let mut conjuncts = Vec::new();
    for (function, error) in [("attribute_exists", &action.if_missing), ("attribute_not_exists", &action.if_present)] {
        if error.is_some() {
            conjuncts.push(format!("{function}({})", writer.name(partition_key)));
        }
    }
    let (optional, always): (Vec<&Require>, Vec<&Require>) =
        action.require.iter().partition(|require| require.optional_argument().is_some());
    let alone = always.len() == 1 && conjuncts.is_empty() && optional.is_empty();
    for require in always {
        conjuncts.push(writer.text(&require.that, alone));
    }
    let whole = (!conjuncts.is_empty()).then(|| writer.condition(&conjuncts.join(" AND ")));
    let mut given_ones = Vec::new();
    for require in optional {
        let text = writer.text(&require.that, false);
        let one = writer.condition(&text);
        if let Some(name) = require.optional_argument() {
            let (argument, name) = (source.argument(name), given(name));
            given_ones.push(quote!(#argument.map(|#name| #one)));
        }
    }
    match whole {
        Some(whole) if given_ones.is_empty() => Some(Written::Always(whole)),
        Some(whole) => {
            let and = writer.file.import("table_runtime::condition::and");
            Some(Written::Always(quote!(#and(#whole, [#(#given_ones),*]))))
        }
        None => {
            let all_of = writer.file.import("table_runtime::condition::all_of");
            Some(Written::IfGiven(quote!(#all_of([#(#given_ones),*]))))
        }
    }
}

/// A condition as Rust code.
pub enum Written {
    Always(TokenStream),
    /// An `Option`: `None` if every part is left out.
    IfGiven(TokenStream),
}

/// The condition as an `Option`.
pub fn option(condition: Option<Written>) -> TokenStream {
    match condition {
        None => quote!(None),
        Some(Written::Always(condition)) => quote!(Some(#condition)),
        Some(Written::IfGiven(condition)) => condition,
    }
}

/// Writes expressions and collects the names and values of their placeholders.
struct Writer<'w> {
    file: &'w mut RustFile,
    entity: &'w Entity,
    source: Source,
    names: Vec<String>,
    values: Vec<(String, TokenStream)>,
    /// The placeholders of the current part.
    used: Vec<String>,
}

impl Writer<'_> {
    fn name(&mut self, field: &str) -> String {
        let field = self.entity.stored_name(field);
        if !self.names.iter().any(|name| name == field) {
            self.names.push(field.to_owned());
        }
        self.uses(format!("#{field}"))
    }

    fn uses(&mut self, placeholder: String) -> String {
        if !self.used.contains(&placeholder) {
            self.used.push(placeholder.clone());
        }
        placeholder
    }

    /// The current part with the names and values of its placeholders.
    fn condition(&mut self, text: &str) -> TokenStream {
        let condition = self.file.import("table_runtime::expr::Condition");
        let used = std::mem::take(&mut self.used);
        let names = self.names.iter().filter_map(|name| {
            let placeholder = format!("#{name}");
            used.contains(&placeholder).then(|| quote!(.name(#placeholder, #name)))
        });
        let values = self.values.iter().filter_map(|(name, value)| {
            let placeholder = format!(":{name}");
            used.contains(&placeholder).then(|| quote!(.value(#placeholder, #value)))
        });
        quote!(#condition::new(#text) #(#names)* #(#values)*)
    }

    /// The placeholder of a value: its name, with a number if another value has that name.
    fn value(&mut self, name: &str, value: TokenStream) -> String {
        let text = value.to_string();
        let mut placeholder = name.to_owned();
        for i in 2.. {
            match self.values.iter().find(|(known, _)| *known == placeholder) {
                None => {
                    self.values.push((placeholder.clone(), value));
                    break;
                }
                Some((_, known)) if known.to_string() == text => break,
                Some(_) => placeholder = format!("{name}_{i}"),
            }
        }
        self.uses(format!(":{placeholder}"))
    }

    /// `outermost` is whether the text is a whole condition, so that an `OR` needs no parentheses.
    fn text(&mut self, that: &Expression, outermost: bool) -> String {
        match that {
            Expression::And(parts) => {
                let texts: Vec<_> = parts.iter().map(|part| self.text(part, false)).collect();
                texts.join(" AND ")
            }
            Expression::Or(parts) => {
                let texts: Vec<_> = parts.iter().map(|part| self.grouped(part)).collect();
                if outermost { texts.join(" OR ") } else { format!("({})", texts.join(" OR ")) }
            }
            Expression::Missing(field) => format!("attribute_not_exists({})", self.name(field)),
            Expression::Present(field) => format!("attribute_exists({})", self.name(field)),
            Expression::Compare { field, comparison, operand } => {
                let name = self.name(field);
                let placeholder = self.operand(field, operand, ComparedPart::Field);
                format!("{name} {} {placeholder}", comparison.sign())
            }
            Expression::In { field, operands } => {
                let name = self.name(field);
                let values: Vec<_> =
                    operands.iter().map(|operand| self.operand(field, operand, ComparedPart::Field)).collect();
                format!("{name} IN ({})", values.join(", "))
            }
            Expression::Contains { field, operand } => {
                let name = self.name(field);
                format!("contains({name}, {})", self.operand(field, operand, ComparedPart::Element))
            }
            Expression::Size { field, comparison, operand } => {
                let name = self.name(field);
                format!("size({name}) {} {}", comparison.sign(), self.operand(field, operand, ComparedPart::Size))
            }
        }
    }

    fn grouped(&mut self, that: &Expression) -> String {
        let text = self.text(that, false);
        if matches!(that, Expression::And(_)) { format!("({text})") } else { text }
    }

    fn operand(&mut self, field: &str, operand: &Operand, meets: ComparedPart) -> String {
        let (value, name) = match operand {
            Operand::Argument(name) => (Value::Argument(name.clone()), name.clone()),
            Operand::OptionalArgument(name) => (Value::OptionalArgument(name.clone()), name.clone()),
            Operand::Literal(literal) => (Value::Literal(literal.clone()), placeholder(literal)),
        };
        let Some(field) = self.entity.field(field) else {
            return String::new();
        };
        let value = compared(self.file, &meets.field(field), &value, self.source);
        self.value(&name, value)
    }
}

/// The placeholder name of a literal. DynamoDB allows letters, digits and `_`.
fn placeholder(literal: &Literal) -> String {
    match literal {
        Literal::Number(number) => format!("n{number}").replace('-', "minus"),
        Literal::Text(text) => {
            let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_word { text.clone() } else { "text".to_owned() }
        }
    }
}
