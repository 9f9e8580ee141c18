//! Emits `generated/limits.rs`: a constant for every limit, in one file for each crate.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Design, Limit, Size, Time, Unit};
use crate::emit::rust::{RustFile, doc, ident, number};
use crate::emitted::Emitted;
use crate::load::LIMITS;

const FILE: &str = "limits.rs";

pub fn emit(design: &Design) -> Vec<Emitted> {
    let own = file(design, None);
    let others = design.table.generate.limits.iter().filter_map(|(package, folder)| {
        let file = file(design, Some(package))?;
        Some(Emitted { path: format!("{folder}/{FILE}"), ..file })
    });
    own.into_iter().chain(others).collect()
}

/// Whether there are limits for the crate of the access patterns.
pub fn has_own(design: &Design) -> bool {
    design.limits.all.iter().any(|limit| limit.package.is_none())
}

fn file(design: &Design, package: Option<&str>) -> Option<Emitted> {
    let mut limits = design.limits.all.iter().filter(|limit| limit.package.as_deref() == package).peekable();
    limits.peek()?;
    let mut file = RustFile::default();
    for limit in limits {
        let item = constant(&mut file, limit);
        file.item(item);
    }
    Some(file.finish(design, FILE, "The limits that the documents and the code share.", LIMITS))
}

fn constant(file: &mut RustFile, limit: &Limit) -> TokenStream {
    let (about, name, value) = (doc(&limit.doc), ident(&limit.name.to_uppercase()), number(limit.value));
    match limit.unit {
        Unit::Count => quote!(#about pub const #name: u32 = #value;),
        Unit::Size(size) => {
            let value = match size {
                Size::Bytes | Size::Characters | Size::Tokens => quote!(#value),
                Size::KiB if limit.value == 1 => quote!(1024),
                Size::MiB if limit.value == 1 => quote!(1024 * 1024),
                Size::KiB => quote!(#value * 1024),
                Size::MiB => quote!(#value * 1024 * 1024),
            };
            quote!(#about pub const #name: usize = #value;)
        }
        Unit::Time(time) => {
            let duration = file.import("std::time::Duration");
            let value = match time {
                Time::Milliseconds => quote!(from_millis(#value)),
                Time::Seconds => quote!(from_secs(#value)),
                Time::Minutes => quote!(from_mins(#value)),
                Time::Hours => quote!(from_hours(#value)),
                Time::Days => quote!(from_hours(#value * 24)),
            };
            quote!(#about pub const #name: #duration = #duration::#value;)
        }
    }
}
