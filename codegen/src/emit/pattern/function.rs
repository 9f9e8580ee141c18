//! Emits the common parts of all functions: the method of `Patterns`, the call and the parameters.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Argument, Design, Pattern, pattern_arguments};
use crate::emit::pattern::documentation::documentation;
use crate::emit::registry::constant;
use crate::emit::rust::{RustFile, doc, ident};
use crate::emit::types;

/// Emits a method of `Patterns`.
pub fn method(
    design: &Design,
    file: &mut RustFile,
    pattern: &Pattern,
    parameters: &[TokenStream],
    result: &TokenStream,
    body: &TokenStream,
) {
    let patterns = file.import("crate::generated::Patterns");
    let (name, about) = (ident(&pattern.name), doc(&documentation(design, pattern)));
    file.item(quote! {
        impl #patterns {
            #about
            pub async fn #name(&self, #(#parameters),*) -> #result { #body }
        }
    });
}

/// `self.table.call(&AP_07)`.
pub fn call(file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let constant = file.import(&format!("crate::generated::registry::{}", constant(pattern)));
    quote!(self.table.call(&#constant))
}

/// A parameter for each of the pattern's arguments.
pub fn parameters(design: &Design, file: &mut RustFile, pattern: &Pattern) -> Vec<TokenStream> {
    pattern_arguments(&design.entities, pattern).iter().map(|argument| parameter(file, argument)).collect()
}

fn parameter(file: &mut RustFile, argument: &Argument) -> TokenStream {
    let (name, ty) = (ident(&argument.name), types::argument(file, argument, None));
    quote!(#name: #ty)
}
