//! A condition twice: as DynamoDB's expression, and as the Rust that tells afterwards which part of it failed.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::design::{Action, Comparison, Design, Entity, Expression, Literal, Operand, Type};
use crate::emit::rust::{RustFile, camel, ident};

/// The `Condition` of an action, or `None` when it has none.
pub fn expression(
    design: &Design,
    file: &mut RustFile,
    action: &Action,
    from: &TokenStream,
) -> Option<TokenStream> {
    if !action.is_conditional() {
        return None;
    }
    let condition = file.import("modyne::expr::Condition");
    let entity = design.entity(action.entity);
    let mut parts = Parts::default();
    let partition_key = design.table.partition_key.as_str();
    if action.if_missing.is_some() {
        parts.names.push(partition_key.to_owned());
        parts
            .conjuncts
            .push(format!("attribute_exists(#{partition_key})"));
    }
    if action.if_present.is_some() {
        parts.names.push(partition_key.to_owned());
        parts
            .conjuncts
            .push(format!("attribute_not_exists(#{partition_key})"));
    }
    let alone = action.require.len() == 1 && parts.conjuncts.is_empty();
    for require in &action.require {
        let text = parts.text(file, entity, &require.that, from, alone);
        parts.conjuncts.push(text);
    }
    let text = parts.conjuncts.join(" AND ");
    let names = parts.names.iter().map(|name| {
        let placeholder = format!("#{name}");
        quote!(.name(#placeholder, #name))
    });
    let values = parts.values.iter().map(|(name, value)| {
        let placeholder = format!(":{name}");
        quote!(.value(#placeholder, #value))
    });
    Some(quote!(#condition::new(#text) #(#names)* #(#values)*))
}

#[derive(Default)]
struct Parts {
    conjuncts: Vec<String>,
    names: Vec<String>,
    values: Vec<(String, TokenStream)>,
}

impl Parts {
    fn name(&mut self, field: &str) -> String {
        if !self.names.iter().any(|name| name == field) {
            self.names.push(field.to_owned());
        }
        format!("#{field}")
    }

    fn value(&mut self, name: String, value: TokenStream) -> String {
        let placeholder = format!(":{name}");
        if !self.values.iter().any(|(known, _)| *known == name) {
            self.values.push((name, value));
        }
        placeholder
    }

    /// `outermost` is whether the text stands alone, so that an `OR` needs no parentheses.
    fn text(
        &mut self,
        file: &mut RustFile,
        entity: &Entity,
        that: &Expression,
        from: &TokenStream,
        outermost: bool,
    ) -> String {
        match that {
            Expression::And(parts) => {
                let texts: Vec<_> = parts
                    .iter()
                    .map(|part| self.text(file, entity, part, from, false))
                    .collect();
                texts.join(" AND ")
            }
            Expression::Or(parts) => {
                let texts: Vec<_> = parts
                    .iter()
                    .map(|part| self.grouped(file, entity, part, from))
                    .collect();
                if outermost {
                    texts.join(" OR ")
                } else {
                    format!("({})", texts.join(" OR "))
                }
            }
            Expression::Missing(field) => format!("attribute_not_exists({})", self.name(field)),
            Expression::Present(field) => format!("attribute_exists({})", self.name(field)),
            Expression::Compare {
                field,
                comparison,
                operand,
            } => {
                let name = self.name(field);
                let value = match operand {
                    Operand::Argument(argument) => {
                        let ident = ident(argument);
                        self.value(argument.clone(), quote!(#from #ident))
                    }
                    Operand::Literal(Literal::Number(number)) => {
                        self.value(format!("n{number}").replace('-', "minus"), quote!(#number))
                    }
                    Operand::Literal(Literal::Text(text)) => {
                        let literal = literal(file, entity, field, text);
                        self.value(text.clone(), literal)
                    }
                };
                format!("{name} {} {value}", comparison.sign())
            }
        }
    }

    fn grouped(
        &mut self,
        file: &mut RustFile,
        entity: &Entity,
        that: &Expression,
        from: &TokenStream,
    ) -> String {
        let text = self.text(file, entity, that, from, false);
        if matches!(that, Expression::And(_)) {
            format!("({text})")
        } else {
            text
        }
    }
}

/// A text literal as the field's own type.
pub fn literal(file: &mut RustFile, entity: &Entity, field: &str, text: &str) -> TokenStream {
    match entity.field(field).map(|field| &field.ty) {
        Some(Type::Enum { rust, .. }) => {
            let name = file.import(&format!("crate::generated::entity::{rust}"));
            let variant = ident(&camel(text));
            quote!(#name::#variant)
        }
        _ => quote!(#text),
    }
}

/// Rust that is true when the condition does **not** hold for `item`.
pub fn violated(
    file: &mut RustFile,
    entity: &Entity,
    that: &Expression,
    item: &Ident,
    from: &TokenStream,
) -> TokenStream {
    match that {
        Expression::And(parts) => joined(parts, &quote!(||), |part| {
            violated(file, entity, part, item, from)
        }),
        Expression::Or(parts) => joined(parts, &quote!(&&), |part| {
            let inner = violated(file, entity, part, item, from);
            if matches!(part, Expression::And(_)) {
                quote!((#inner))
            } else {
                inner
            }
        }),
        Expression::Missing(field) => {
            let field = ident(field);
            quote!(#item.#field.is_some())
        }
        Expression::Present(field) => {
            let field = ident(field);
            quote!(#item.#field.is_none())
        }
        Expression::Compare {
            field,
            comparison,
            operand,
        } => comparison_violated(file, entity, field, *comparison, operand, item, from),
    }
}

fn joined(
    parts: &[Expression],
    with: &TokenStream,
    mut one: impl FnMut(&Expression) -> TokenStream,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (i, part) in parts.iter().enumerate() {
        let inner = one(part);
        tokens = if i == 0 {
            inner
        } else {
            quote!(#tokens #with #inner)
        };
    }
    tokens
}

fn comparison_violated(
    file: &mut RustFile,
    entity: &Entity,
    field: &str,
    comparison: Comparison,
    operand: &Operand,
    item: &Ident,
    from: &TokenStream,
) -> TokenStream {
    let Some(known) = entity.field(field) else {
        return quote!(false);
    };
    let name = ident(field);
    let by_reference = matches!(&known.ty, Type::Extern { copy: false, .. });
    let value = match operand {
        Operand::Argument(argument) => {
            let argument = ident(argument);
            if by_reference && !known.optional {
                quote!(*#from #argument)
            } else {
                quote!(#from #argument)
            }
        }
        Operand::Literal(Literal::Number(number)) => {
            let number = proc_macro2::Literal::i64_unsuffixed(*number);
            quote!(#number)
        }
        Operand::Literal(Literal::Text(text)) => literal(file, entity, field, text),
    };
    if known.optional {
        let found = if known.ty.is_copy() {
            quote!(#item.#name)
        } else {
            quote!(#item.#name.as_ref())
        };
        return match comparison {
            Comparison::Equal => quote!(#found != Some(#value)),
            Comparison::NotEqual => quote!(#found == Some(#value)),
            other => {
                let sign = opposite(other);
                quote!(#found.is_none_or(|found| found #sign #value))
            }
        };
    }
    let sign = opposite(comparison);
    quote!(#item.#name #sign #value)
}

fn opposite(comparison: Comparison) -> TokenStream {
    match comparison {
        Comparison::Equal => quote!(!=),
        Comparison::NotEqual => quote!(==),
        Comparison::Less => quote!(>=),
        Comparison::LessOrEqual => quote!(>),
        Comparison::Greater => quote!(<=),
        Comparison::GreaterOrEqual => quote!(<),
    }
}
