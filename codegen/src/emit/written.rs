//! How many items a write touches, as a person asks it by name.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Action, ActionKind, Operation, Pattern, Shape, WritePart};
use crate::emit::rust::{ident, number};

/// How many items a write touches. Counted before the call, which may take what is counted.
pub fn written(pattern: &Pattern) -> Option<TokenStream> {
    let (fixed, mut terms) = match &pattern.operation {
        Operation::Write(_) => (1, Vec::new()),
        Operation::Transact(actions) => {
            let writes = || actions.iter().filter(|action| action.kind != ActionKind::Check);
            let term = |action: &Action| {
                let local = ident(&action.name);
                match action.shape {
                    Shape::One => None,
                    Shape::Optional => Some(quote!(usize::from(#local.is_some()))),
                    Shape::Many => Some(quote!(#local.len())),
                }
            };
            let fixed = writes().filter(|action| action.shape == Shape::One).count();
            (fixed, writes().filter_map(term).collect())
        }
        Operation::WriteBatch(parts) => {
            let term = |part: &WritePart| {
                let local = ident(part.name());
                quote!(#local.len())
            };
            (0, parts.iter().map(term).collect())
        }
        _ => return None,
    };
    if fixed > 0 {
        let fixed = number(u32::try_from(fixed).unwrap_or(u32::MAX));
        terms.insert(0, quote!(#fixed));
    }
    let refusal = (fixed == 0).then(|| {
        quote!(if written == 0 {
            return Err(RunError::NothingToWrite);
        })
    });
    Some(quote! {
        let written: usize = #(#terms)+*;
        #refusal
    })
}
