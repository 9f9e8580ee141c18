//! `generated/mod.rs`: the folder's own modules, the handle of the patterns, and the design as the runtime takes it.

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
    let (table, design) = (file.import("table_runtime::Table"), file.import("table_runtime::Design"));
    let any = quote!(any);
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

            /// The table that the patterns are asked of.
            #[must_use]
            pub const fn table(&self) -> &#table {
                &self.table
            }
        }

        /// The design of the table, as the runtime takes it.
        pub(crate) static DESIGN: #design = #design {
            create_table: include_str!("../../../schema/generated/create-table.json"),
            time_to_live: include_str!("../../../schema/generated/time-to-live.json"),
            continuous_backups: include_str!("../../../schema/generated/continuous-backups.json"),
            index_attributes: #any::INDEX_ATTRIBUTES,
            versions_of: #any::versions_of,
            write_version_of: #any::write_version_of,
            counters_of: #any::counters_of,
            index_keys_of: #any::index_keys_of,
            keys_of: #any::keys_of,
        };
    });
    vec![file.finish(
        "mod.rs",
        "What the documents say, as code: read it, and change the documents.",
        "schema/ and access-patterns.md",
    )]
}
