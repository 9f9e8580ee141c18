//! Emits the functions of maintenance: a scan of one segment of the table, and an upgrade of an item of any entity.

use quote::quote;

use crate::design::{Design, Pattern, Scan, UpgradeKind};
use crate::emit::pattern::function::{call, method};
use crate::emit::rust::{self, RustFile, ident};

pub fn scan(design: &Design, file: &mut RustFile, pattern: &Pattern, scan: &Scan) {
    let call = call(file, pattern);
    let mut import = |name: &str| file.import(&format!("table_runtime::{name}"));
    let (page, position, error) = (import("ScanPage"), import("ScanPosition"), import("StoreError"));
    let (size, consistent) = (rust::number(scan.page), scan.consistent);
    let parameters = [quote!(segment: u32), quote!(total_segments: u32), quote!(start: Option<#position>)];
    let body = quote!(#call.segment(segment, total_segments, start, #size, #consistent).await);
    method(design, file, pattern, &parameters, &quote!(Result<#page, #error>), &body);
}

/// The function returns whether the item was still unchanged, so that it was written.
pub fn upgrade(design: &Design, file: &mut RustFile, pattern: &Pattern, kind: UpgradeKind) {
    let call = call(file, pattern);
    let (stored, error) = (file.import("table_runtime::StoredItem"), file.import("table_runtime::StoreError"));
    let parameters = [quote!(item: &#stored)];
    let how = ident(match kind {
        UpgradeKind::Version => "upgrade",
        UpgradeKind::Indexes => "reindex",
        UpgradeKind::Counters => "correct",
    });
    method(design, file, pattern, &parameters, &quote!(Result<bool, #error>), &quote!(#call.#how(item).await));
}
