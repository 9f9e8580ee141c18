//! Emits `generated/ids.rs`: the newtypes of ids.

use quote::quote;

use crate::design::{Design, DomainKind};
use crate::emit::rust::{RustFile, doc, ident};
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    let ids = design.table.domains.iter().filter(|domain| domain.kind == DomainKind::Uuid).map(|domain| {
        let (doc, name) = (doc(&domain.doc), ident(&domain.rust));
        quote!(#doc #name)
    });
    let ids: Vec<_> = ids.collect();
    if !ids.is_empty() {
        file.item(quote!(table_runtime::uuid_newtypes! { #(#ids,)* }));
    }
    vec![file.finish(design, "ids.rs", "The id types: UUIDv7 in lower case with hyphens.", "schema/table.toml")]
}
