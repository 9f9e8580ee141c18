//! `generated/mod.rs`: the folder's own modules.

use quote::quote;

use crate::codegen::Emitted;
use crate::emit::rust::RustFile;

pub fn emit() -> Vec<Emitted> {
    let mut file = RustFile::default();
    file.item(quote! {
        mod by_name;
        pub(crate) mod any;
        pub(crate) mod entity;
        pub(crate) mod ids;
        pub(crate) mod keys;
        pub(crate) mod pattern;
        pub(crate) mod registry;
        pub(crate) mod schema;
    });
    vec![file.finish(
        "mod.rs",
        "What the documents say, as code: read it, and change the documents.",
        "schema/ and access-patterns.md",
    )]
}
