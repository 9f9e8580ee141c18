//! Values where they are written: an argument, a field of an item put beside it, or a literal.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Field, Literal, Type, Value};
use crate::emit::rust::{RustFile, camel, ident, integer};

/// Where the arguments are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// They are parameters of the function.
    Parameters,
    /// They are fields of `input`.
    Input,
    /// They are fields of `one`, which a loop or an `if let` takes from the input.
    One,
    /// They are fields of `one`, which is a key and owns them.
    Key,
}

impl Source {
    /// The argument as it is found.
    pub fn argument(self, name: &str) -> TokenStream {
        let name = ident(name);
        match self {
            Source::Parameters => quote!(#name),
            Source::Input => quote!(input.#name),
            Source::One | Source::Key => quote!(one.#name),
        }
    }

    /// The argument by value if that is a copy, else by reference.
    pub fn borrowed(self, name: &str, ty: &Type) -> TokenStream {
        let argument = self.argument(name);
        if self == Source::Key && !ty.is_copy() { quote!(&#argument) } else { argument }
    }
}

/// The value as a field of a struct owns it.
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
        Value::Given(name) => given(name),
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

/// The value by value if that is a copy, else by reference.
pub fn borrowed(file: &mut RustFile, field: &Field, value: &Value, source: Source) -> TokenStream {
    match value {
        Value::Argument(name) => source.borrowed(name, &field.ty),
        Value::Given(name) => given(name),
        Value::FieldOf { action, field: name, .. } => {
            let place = place(action, name);
            if field.ty.is_copy() { place } else { quote!(&#place) }
        }
        Value::Literal(value) => literal(file, &field.ty, value),
    }
}

/// The value as an expression takes it: what serde makes an attribute of. The second is whether it is an `Option`.
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

/// As [`stored`], for a value that is not optional whatever its field is.
pub fn compared(file: &mut RustFile, field: &Field, value: &Value, source: Source) -> TokenStream {
    let value = borrowed(file, field, value, source);
    if field.ty == Type::Bytes { quote!(table_runtime::serde_bytes::Bytes::new(#value)) } else { value }
}

/// An argument that may be left out, where it is bound because it is given.
pub fn given(name: &str) -> TokenStream {
    let name = ident(name);
    quote!(#name)
}

fn place(action: &str, field: &str) -> TokenStream {
    let (action, field) = (ident(action), ident(field));
    quote!(input.#action.#field)
}

/// A literal as the type writes it.
pub fn literal(file: &mut RustFile, ty: &Type, literal: &Literal) -> TokenStream {
    match (literal, ty) {
        (Literal::Text(text), Type::Enum { rust, .. }) => {
            let name = file.import(&format!("crate::generated::entity::{rust}"));
            let variant = ident(&camel(text));
            quote!(#name::#variant)
        }
        (Literal::Text(text), _) => quote!(#text),
        (Literal::Number(number), _) => integer(*number),
    }
}
