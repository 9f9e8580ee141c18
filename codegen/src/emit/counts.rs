//! Emits `generated/counts.rs`: the newtypes of counts with a type of their own.

use quote::quote;

use crate::design::{Design, Domain, DomainKind};
use crate::emit::rust::{RustFile, doc, ident};
use crate::emitted::Emitted;

/// Whether the documents have a type of this kind.
pub fn has_own(design: &Design) -> bool {
    own(design).next().is_some()
}

fn own(design: &Design) -> impl Iterator<Item = &Domain> {
    design.table.domains.iter().filter(|domain| domain.kind == DomainKind::Count)
}

pub fn emit(design: &Design) -> Vec<Emitted> {
    if !has_own(design) {
        return Vec::new();
    }
    let mut file = RustFile::default();
    let counts = own(design).map(|domain| {
        let (doc, name) = (doc(&domain.doc), ident(&domain.rust));
        quote!(#doc #name)
    });
    file.item(quote!(table_runtime::count_newtypes! { #(#counts,)* }));
    let about = "Counts with a type of their own, stored as plain numbers.";
    vec![file.finish(design, "counts.rs", about, "schema/table.toml")]
}
