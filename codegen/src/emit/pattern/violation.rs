//! Emits a condition as Rust code that finds, from the current item, whether the condition failed.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Comparison, Entity, Expression, Field, Literal, Operand, Type};
use crate::emit::pattern::value::{Source, given, literal};
use crate::emit::rust::{RustFile, ident, integer};

/// The result of checking a condition against `current`.
pub enum Violation {
    Always,
    Never,
    /// If the expression is true. The flag is whether the expression is a chain of `||`.
    When(TokenStream, bool),
}

pub fn violation(file: &mut RustFile, entity: &Entity, that: &Expression, source: Source) -> Violation {
    match that {
        // All parts must hold, so the condition fails if one part fails.
        Expression::And(parts) => any(parts.iter().map(|part| violation(file, entity, part, source)).collect()),
        Expression::Or(parts) => all(parts.iter().map(|part| violation(file, entity, part, source)).collect()),
        Expression::Missing(field) => presence(entity, field, true),
        Expression::Present(field) => presence(entity, field, false),
        Expression::Compare { field, comparison, operand } => match entity.field(field) {
            Some(field) => Violation::When(differs(file, field, *comparison, operand, source), false),
            None => Violation::Never,
        },
        Expression::In { field, operands } => match entity.field(field) {
            Some(field) => {
                let each = operands.iter().map(|operand| differs(file, field, Comparison::Equal, operand, source));
                all(each.map(|differs| Violation::When(differs, false)).collect())
            }
            None => Violation::Never,
        },
        Expression::Contains { field, operand } => match entity.field(field) {
            Some(field) => Violation::When(lacks(file, field, operand, source), false),
            None => Violation::Never,
        },
        Expression::Size { field, comparison, operand } => match entity.field(field) {
            Some(field) => Violation::When(size_differs(field, *comparison, operand, source), false),
            None => Violation::Never,
        },
    }
}

/// Whether a list lacks the element, or a text lacks the part. An absent field contains nothing.
fn lacks(file: &mut RustFile, field: &Field, operand: &Operand, source: Source) -> TokenStream {
    let name = ident(&field.name);
    let value = match operand {
        Operand::Argument(argument) => source.borrowed(argument, &Type::Text),
        Operand::OptionalArgument(name) => given(name),
        Operand::Literal(value) => literal(file, &Type::Text, value),
    };
    match (&field.ty, field.optional) {
        (Type::Text, false) => quote!(!current.#name.contains(#value)),
        (Type::Text, true) => quote!(current.#name.as_ref().is_none_or(|found| !found.contains(#value))),
        (_, false) => quote!(current.#name.iter().all(|one| one != #value)),
        (_, true) => quote!(current.#name.iter().flatten().all(|one| one != #value)),
    }
}

/// Whether the comparison with the size fails. An absent field has no size.
fn size_differs(field: &Field, comparison: Comparison, operand: &Operand, source: Source) -> TokenStream {
    let name = ident(&field.name);
    let (found, absent) = if field.optional {
        (quote!(found), Some(quote!(current.#name.as_ref().is_none_or)))
    } else {
        (quote!(current.#name), None)
    };
    // A stored set is never empty.
    if field.ty == Type::TextSet
        && let (Comparison::Greater | Comparison::NotEqual, Operand::Literal(Literal::Number(0)))
        | (Comparison::GreaterOrEqual, Operand::Literal(Literal::Number(1))) = (comparison, operand)
    {
        return quote!(current.#name.is_none());
    }
    let is_text = field.ty == Type::Text;
    let size = if is_text { quote!(#found.encode_utf16().count()) } else { quote!(#found.len()) };
    let differs = match (comparison, operand) {
        // Comparisons with 0 or 1 become `is_empty`, because clippy requires it.
        (Comparison::Greater | Comparison::NotEqual, Operand::Literal(Literal::Number(0)))
        | (Comparison::GreaterOrEqual, Operand::Literal(Literal::Number(1))) => quote!(#found.is_empty()),
        (Comparison::Equal | Comparison::LessOrEqual, Operand::Literal(Literal::Number(0)))
        | (Comparison::Less, Operand::Literal(Literal::Number(1))) => quote!(!#found.is_empty()),
        (_, Operand::Literal(Literal::Number(number))) => {
            let (sign, number) = (sign(comparison.opposite()), integer(*number));
            quote!(#size #sign #number)
        }
        (_, Operand::Argument(argument)) => {
            let (sign, argument) = (sign(comparison.opposite()), source.argument(argument));
            quote!(#size #sign #argument as usize)
        }
        (_, Operand::OptionalArgument(name)) => {
            let (sign, argument) = (sign(comparison.opposite()), given(name));
            quote!(#size #sign #argument as usize)
        }
        (_, Operand::Literal(Literal::Text(_))) => quote!(false),
    };
    match absent {
        None => differs,
        Some(absent) if differs.to_string() == quote!(found.is_empty()).to_string() => {
            let ty = if is_text { quote!(String) } else { quote!(Vec) };
            quote!(#absent(#ty::is_empty))
        }
        Some(absent) => quote!(#absent(|found| #differs)),
    }
}

fn any(parts: Vec<Violation>) -> Violation {
    let mut tokens = TokenStream::new();
    let mut count = 0;
    for part in parts {
        match part {
            Violation::Always => return Violation::Always,
            Violation::Never => {}
            Violation::When(part, _) => {
                tokens = if count == 0 { part } else { quote!(#tokens || #part) };
                count += 1;
            }
        }
    }
    match count {
        0 => Violation::Never,
        1 => Violation::When(tokens, false),
        // As part of an `&&`, it needs parentheses.
        _ => Violation::When(tokens, true),
    }
}

fn all(parts: Vec<Violation>) -> Violation {
    let mut undecided = Vec::new();
    for part in parts {
        match part {
            Violation::Always => {}
            Violation::Never => return Violation::Never,
            Violation::When(part, several) => undecided.push((part, several)),
        }
    }
    if undecided.len() < 2 {
        return undecided.pop().map_or(Violation::Always, |(part, several)| Violation::When(part, several));
    }
    let parts = undecided.iter().map(|(part, several)| if *several { quote!((#part)) } else { part.clone() });
    Violation::When(quote!(#(#parts)&&*), false)
}

/// An item that can be read has every required field.
fn presence(entity: &Entity, name: &str, violated_by_presence: bool) -> Violation {
    let field = ident(name);
    match (entity.field(name).is_some_and(|field| field.optional), violated_by_presence) {
        (false, true) => Violation::Always,
        (false, false) => Violation::Never,
        (true, true) => Violation::When(quote!(current.#field.is_some()), false),
        (true, false) => Violation::When(quote!(current.#field.is_none()), false),
    }
}

fn differs(
    file: &mut RustFile,
    field: &Field,
    comparison: Comparison,
    operand: &Operand,
    source: Source,
) -> TokenStream {
    let name = ident(&field.name);
    let value = match operand {
        Operand::Argument(argument) => source.borrowed(argument, &field.ty),
        Operand::OptionalArgument(name) => given(name),
        Operand::Literal(value) => literal(file, &field.ty, value),
    };
    if field.optional {
        let found = match &field.ty {
            ty if ty.is_copy() => quote!(current.#name),
            Type::Text => quote!(current.#name.as_deref()),
            _ => quote!(current.#name.as_ref()),
        };
        // As in DynamoDB, an absent field differs from every value, and every other comparison with it is false.
        return match comparison {
            Comparison::Equal => quote!(#found != Some(#value)),
            Comparison::NotEqual => quote!(#found == Some(#value)),
            other => {
                let sign = sign(other.opposite());
                quote!(#found.is_none_or(|found| found #sign #value))
            }
        };
    }
    // A `count` is never less than 0, so clippy refuses `<= 0`.
    let is_none = matches!(operand, Operand::Literal(Literal::Number(0))) && matches!(field.ty, Type::Count(None));
    let opposite = comparison.opposite();
    let sign = sign(if is_none && opposite == Comparison::LessOrEqual { Comparison::Equal } else { opposite });
    match (&field.ty, operand) {
        (Type::Text, _) if comparison.is_order() => quote!(current.#name.as_str() #sign #value),
        (Type::Extern { copy: false, .. }, Operand::Argument(_) | Operand::OptionalArgument(_)) => {
            quote!(current.#name #sign *#value)
        }
        _ => quote!(current.#name #sign #value),
    }
}

fn sign(comparison: Comparison) -> TokenStream {
    match comparison {
        Comparison::Equal => quote!(==),
        Comparison::NotEqual => quote!(!=),
        Comparison::Less => quote!(<),
        Comparison::LessOrEqual => quote!(<=),
        Comparison::Greater => quote!(>),
        Comparison::GreaterOrEqual => quote!(>=),
    }
}
