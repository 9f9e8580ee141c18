//! Emits values: an argument, a field of an item in the same transaction, or a literal.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Field, Literal, Type, Value};
use crate::emit::rust::{RustFile, camel, ident, integer};
use crate::emit::types;

/// The location of the arguments in the generated function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Parameters of the function.
    Parameters,
    /// Fields of `input`.
    Input,
    /// Fields of `one`, the variable of a loop or an `if let` over the input.
    One,
    /// Fields of `one`, a key with owned fields.
    Key,
}

impl Source {
    /// The expression for an argument.
    pub fn argument(self, name: &str) -> TokenStream {
        let name = ident(name);
        match self {
            Source::Parameters => quote!(#name),
            Source::Input => quote!(input.#name),
            Source::One | Source::Key => quote!(one.#name),
        }
    }

    /// The argument by value if its type is `Copy`, otherwise by reference.
    pub fn borrowed(self, name: &str, ty: &Type) -> TokenStream {
        let argument = self.argument(name);
        if self == Source::Key && !ty.is_copy() { quote!(&#argument) } else { argument }
    }
}

/// The value as an owned field of a struct.
pub fn owned(file: &mut RustFile, field: &Field, value: &Value, source: Source) -> TokenStream {
    let copy = field.ty.is_copy();
    match value {
        Value::Argument(name) => {
            let argument = source.argument(name);
            match &field.ty {
                _ if copy => argument,
                Type::Text => quote!(#argument.to_owned()),
                _ => quote!(#argument.clone()),
            }
        }
        Value::OptionalArgument(name) => given(name),
        Value::FieldOf { action, field, .. } => {
            let place = place(action, field);
            if copy { place } else { quote!(#place.clone()) }
        }
        Value::Literal(value) => {
            let value = literal(file, &field.ty, value);
            if field.ty == Type::Text { quote!(#value.to_owned()) } else { value }
        }
    }
}

/// The value by value if its type is `Copy`, otherwise by reference.
pub fn borrowed(file: &mut RustFile, field: &Field, value: &Value, source: Source) -> TokenStream {
    match value {
        Value::Argument(name) => source.borrowed(name, &field.ty),
        Value::OptionalArgument(name) => given(name),
        Value::FieldOf { action, field: name, .. } => {
            let place = place(action, name);
            if field.ty.is_copy() { place } else { quote!(&#place) }
        }
        Value::Literal(value) => literal(file, &field.ty, value),
    }
}

/// The value in the form that an expression serializes, and whether it is an `Option`.
pub fn stored(file: &mut RustFile, field: &Field, value: &Value, source: Source) -> (TokenStream, bool) {
    let bytes = field.ty == Type::Bytes;
    match value {
        Value::FieldOf { action, field: name, optional: true } => {
            let place = place(action, name);
            let value = match bytes {
                _ if field.ty.is_copy() => place,
                true => quote!(#place.as_deref().map(table_runtime::serde_bytes::Bytes::new)),
                false => quote!(#place.as_ref()),
            };
            (value, true)
        }
        Value::Argument(name) if field.optional => {
            let argument = source.argument(name);
            (if bytes { quote!(#argument.map(table_runtime::serde_bytes::Bytes::new)) } else { argument }, true)
        }
        _ => (compared(file, field, value, source), false),
    }
}

/// Like [`stored`], for a value that is never an `Option`, even if its field is optional.
pub fn compared(file: &mut RustFile, field: &Field, value: &Value, source: Source) -> TokenStream {
    let value = borrowed(file, field, value, source);
    if field.ty == Type::Bytes { quote!(table_runtime::serde_bytes::Bytes::new(#value)) } else { value }
}

/// The variable of an optional argument, inside the code that runs only if it is given.
pub fn given(name: &str) -> TokenStream {
    let name = ident(name);
    quote!(#name)
}

fn place(action: &str, field: &str) -> TokenStream {
    let (action, field) = (ident(action), ident(field));
    quote!(input.#action.#field)
}

/// A literal as Rust code of the type.
pub fn literal(file: &mut RustFile, ty: &Type, literal: &Literal) -> TokenStream {
    match (literal, ty) {
        (Literal::Text(text), Type::Enum { rust, .. }) => {
            let name = file.import(&format!("crate::generated::entity::{rust}"));
            let variant = ident(&camel(text));
            quote!(#name::#variant)
        }
        (Literal::Text(text), _) => quote!(#text),
        (Literal::Number(number), Type::Count(Some(rust))) => {
            let (name, number) = (file.import(&types::count(rust)), integer(*number));
            quote!(#name::new(#number))
        }
        (Literal::Number(number), _) => integer(*number),
    }
}
