//! Emits `generated/any.rs`: an item of any entity, for code that processes the whole table.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::Design;
use crate::emit::rust::{self, RustFile, camel, ident};
use crate::emit::types;
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    let item = file.import("table_runtime::item::Item");
    let (corrupt, entity_of) =
        (file.import("table_runtime::CorruptItem"), file.import("table_runtime::attributes::entity_of"));
    let step = file.import("table_runtime::design::Step");
    let (from_item, whole) =
        (file.import("table_runtime::item::FromItem"), file.import("table_runtime::entity::Entity"));
    let (mut variants, mut decodes, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    let mut versions = Vec::new();
    for entity in &design.entities {
        let (ty, variant, stored) = (types::entity(&mut file, entity), ident(&camel(&entity.name)), &entity.type_name);
        let version = rust::number(entity.version);
        let history = if entity.history.is_empty() { quote!(&[]) } else { quote!(#ty::HISTORY) };
        variants.push(quote!(#variant(Box<#ty>)));
        decodes.push(quote!(Some(#stored) => Self::#variant(Box::new(<#ty as #from_item>::from_item(item)?))));
        keys.push(quote!(Self::#variant(entity) => <#ty as #whole>::full_key(entity).into_key()));
        versions.push(quote!((#stored, #version, #history)));
    }
    let of_some = optional_functions(&mut file, design);
    file.item(quote! {
        #[doc = " An item of any entity."]
        pub(crate) enum AnyEntity { #(#variants),* }
        impl AnyEntity {
            #[doc = " Decodes the item as the entity that it names; `None` if the schema does not have this entity."]
            pub(crate) fn from_item(item: #item) -> Result<Option<Self>, #corrupt> {
                Ok(Some(match #entity_of(&item) {
                    #(#decodes,)*
                    _ => return Ok(None),
                }))
            }

            #[doc = " The keys that its fields produce, including its index keys."]
            pub(crate) fn keys(&self) -> #item {
                match self { #(#keys,)* }
            }
        }
        #[doc = " The keys that the fields of an item produce; no key for an item of an unknown entity."]
        pub(crate) fn keys_of(item: #item) -> Result<#item, #corrupt> {
            Ok(AnyEntity::from_item(item)?.map(|entity| entity.keys()).unwrap_or_default())
        }
        #[doc = " The current version of an entity, by its type in items, and the steps from earlier versions."]
        pub(crate) fn versions_of(entity: &str) -> Option<(u32, &'static [#step])> {
            VERSIONS.iter().find(|(name, ..)| *name == entity).map(|(_, version, history)| (*version, *history))
        }
        static VERSIONS: &[(&str, u32, &[#step])] = &[#(#versions),*];
        #of_some
    });
    vec![file.finish(design, "any.rs", "An item of any entity.", "schema/")]
}

/// The functions about properties that only some entities have: counters, an older written version, index keys.
fn optional_functions(file: &mut RustFile, design: &Design) -> TokenStream {
    let counter = file.import("table_runtime::design::Counter");
    let index_keys_type = file.import("table_runtime::design::IndexKeys");
    let (mut counters, mut written, mut index_keys) = (Vec::new(), Vec::new(), Vec::new());
    for entity in &design.entities {
        let (ty, stored) = (types::entity(file, entity), &entity.type_name);
        if !design.counters(entity).is_empty() {
            counters.push(quote!((#stored, #ty::COUNTERS)));
        }
        written.extend(entity.write_version.map(|version| {
            let version = rust::number(version);
            quote!((#stored, #version))
        }));
        let of_entity = entity.index_keys.iter().map(|key| types::index_keys(file, design, entity, key));
        let of_entity: Vec<_> = of_entity.collect();
        if !of_entity.is_empty() {
            index_keys.push(quote!((#stored, &[#(#of_entity),*])));
        }
    }
    let attributes = design.table.indexes.iter().flat_map(|index| [&index.partition_key, &index.sort_key]);
    quote! {
        #[doc = " The counters of an entity, by its type in items."]
        pub(crate) fn counters_of(entity: &str) -> &'static [#counter] {
            COUNTERS.iter().find(|(name, _)| *name == entity).map_or(&[], |(_, counters)| *counters)
        }
        static COUNTERS: &[(&str, &[#counter])] = &[#(#counters),*];
        #[doc = " The older version that items of an entity are still written in, if any."]
        pub(crate) fn write_version_of(entity: &str) -> Option<u32> {
            WRITE_VERSIONS.iter().find(|(name, _)| *name == entity).map(|(_, version)| *version)
        }
        static WRITE_VERSIONS: &[(&str, u32)] = &[#(#written),*];
        #[doc = " The key attributes of every index."]
        pub(crate) static INDEX_ATTRIBUTES: &[&str] = &[#(#attributes),*];
        #[doc = " The fields that an entity's index keys are made of, by its type in items."]
        pub(crate) fn index_keys_of(entity: &str) -> &'static [#index_keys_type] {
            INDEX_KEYS.iter().find(|(name, _)| *name == entity).map(|(_, keys)| *keys).unwrap_or_default()
        }
        static INDEX_KEYS: &[(&str, &[#index_keys_type])] = &[#(#index_keys),*];
    }
}
