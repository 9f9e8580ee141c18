//! Emits `Debug` for structs: personal fields are printed as `<redacted>`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::emit::rust::{RustFile, ident};

/// The name of a field, and whether it is personal.
pub type Shown<'f> = (&'f str, bool);

/// The `Debug` of the derive list, or an implementation that redacts personal fields. `lifetime` is `<'_>` if the
/// struct has one.
pub fn debug(
    file: &mut RustFile,
    name: &Ident,
    lifetime: Option<&TokenStream>,
    fields: &[Shown<'_>],
) -> (TokenStream, TokenStream) {
    if !fields.iter().any(|(_, pii)| *pii) {
        return (quote!(Debug,), quote!());
    }
    file.import_trait("std::fmt");
    let text = name.to_string();
    let lines = fields.iter().map(|(label, pii)| {
        let ident = ident(label);
        if *pii { quote!(.field(#label, &format_args!("<redacted>"))) } else { quote!(.field(#label, &self.#ident)) }
    });
    let implementation = quote! {
        impl fmt::Debug for #name #lifetime {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(#text) #(#lines)* .finish()
            }
        }
    };
    (quote!(), implementation)
}
