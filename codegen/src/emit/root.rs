//! Emits `generated/mod.rs`: the modules of the folder, the struct `Patterns`, and the design for the runtime.

use quote::quote;

use crate::design::Design;
use crate::emit::rust::RustFile;
use crate::emit::{counts, limits};
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    let by_name = design.table.generate.by_name.then(|| {
        quote!(
            mod by_name;
        )
    });
    let limits = limits::has_own(design).then(|| {
        quote!(
            pub mod limits;
        )
    });
    let counts = counts::has_own(design).then(|| {
        quote!(
            pub(crate) mod counts;
        )
    });
    file.item(quote! {
        #by_name
        pub(crate) mod any;
        #counts
        pub(crate) mod entity;
        pub(crate) mod ids;
        pub(crate) mod keys;
        #limits
        pub(crate) mod pattern;
        pub(crate) mod registry;
        pub(crate) mod schema;
    });
    patterns_and_design(design, &mut file);
    vec![file.finish(
        design,
        "mod.rs",
        "The code that is generated from the documents.",
        "schema/ and access-patterns.md",
    )]
}

/// The handle of the access patterns, and the design for the runtime.
fn patterns_and_design(design: &Design, file: &mut RustFile) {
    let (table, description) = (file.import("table_runtime::Table"), file.import("table_runtime::Design"));
    let [create_table, time_to_live, continuous_backups] =
        ["create-table", "time-to-live", "continuous-backups"].map(|name| path_to(design, name));
    let any = quote!(any);
    let key_attributes = file.import("table_runtime::KeyAttributes");
    let (name, partition_key, sort_key) = (&design.table.name, &design.table.partition_key, &design.table.sort_key);
    file.item(quote! {
        /// The access patterns of the table: one function for each.
        #[derive(Clone, Debug)]
        pub struct Patterns {
            table: #table,
        }

        impl Patterns {
            /// The patterns of this table.
            #[must_use]
            pub const fn new(table: #table) -> Self {
                Self { table }
            }

            /// The table of the patterns.
            #[must_use]
            pub const fn table(&self) -> &#table {
                &self.table
            }
        }

        /// The design of the table, as the runtime takes it.
        pub(crate) static DESIGN: #description = #description {
            name: #name,
            create_table: include_str!(#create_table),
            time_to_live: include_str!(#time_to_live),
            continuous_backups: include_str!(#continuous_backups),
            key_attributes: #key_attributes::new(#partition_key, #sort_key),
            index_attributes: #any::INDEX_ATTRIBUTES,
            versions_of: #any::versions_of,
            write_version_of: #any::write_version_of,
            counters_of: #any::counters_of,
            index_keys_of: #any::index_keys_of,
            keys_of: #any::keys_of,
        };
    });
}

/// The relative path from the generated Rust to a generated JSON file.
fn path_to(design: &Design, name: &str) -> String {
    let up = "../".repeat(design.table.generate.rust.split('/').count());
    format!("{up}{}/{name}.json", design.table.generate.schema)
}
