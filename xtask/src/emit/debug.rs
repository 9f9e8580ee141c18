//! `Debug` for structs with personal fields: they print as `<redacted>`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::design::Field;
use crate::emit::rust::{RustFile, ident};

/// The derive list's `Debug`, or an implementation that hides what is personal.
pub fn debug(file: &mut RustFile, name: &Ident, fields: &[&Field]) -> (TokenStream, TokenStream) {
    if !fields.iter().any(|field| field.pii) {
        return (quote!(Debug,), quote!());
    }
    file.import_trait("std::fmt");
    let text = name.to_string();
    let lines = fields.iter().map(|field| {
        let (label, ident) = (&field.name, ident(&field.name));
        match field.pii {
            true => quote!(.field(#label, &format_args!("<redacted>"))),
            false => quote!(.field(#label, &self.#ident)),
        }
    });
    let implementation = quote! {
        impl fmt::Debug for #name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(#text) #(#lines)* .finish()
            }
        }
    };
    (quote!(), implementation)
}
