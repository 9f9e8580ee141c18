//! Emits `generated/schema.rs`: every entity as data, for generic code that shows or accepts any item.

use proc_macro2::TokenStream;
use quote::quote;

use crate::design::{Design, Entity, Field};
use crate::emit::registry::kind;
use crate::emit::rust::{self, RustFile};
use crate::emit::sample::parts_of;
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    for name in ["Entity", "Field"] {
        file.import_trait(&format!("table_runtime::registry::{name}"));
    }
    let entities = design.entities.iter().map(|entity| entry(design, entity));
    file.item(quote! {
        #[doc = " Every entity of the table."]
        pub static ENTITIES: &[&Entity] = &[#(&#entities),*];
    });
    vec![file.finish(design, "schema.rs", "The entities as data.", "schema/")]
}

fn entry(design: &Design, entity: &Entity) -> TokenStream {
    let (name, summary, version) = (&entity.name, &entity.summary, rust::number(entity.version));
    let (pk, sk) = (entity.pk.to_string(), entity.sk.to_string());
    let key = entity.key_fields().into_iter().map(|field| &field.name);
    let fields = entity.fields.iter().map(|of| field(design, entity, of));
    quote! {
        Entity {
            name: #name,
            summary: #summary,
            version: #version,
            pk: #pk,
            sk: #sk,
            key: &[#(#key),*],
            fields: &[#(#fields),*],
        }
    }
}

fn field(design: &Design, entity: &Entity, of: &Field) -> TokenStream {
    let (Field { name, optional, pii, doc, .. }, stored_as) = (of, of.stored_name());
    let kind = kind(design, &of.ty);
    let parts = of.ty.record().map_or(&[][..], |(record, _)| parts_of(&entity.records, record));
    let fields = parts.iter().map(|inner| field(design, entity, inner));
    quote! {
        Field {
            name: #name,
            stored_as: #stored_as,
            kind: #kind,
            optional: #optional,
            pii: #pii,
            doc: #doc,
            fields: &[#(#fields),*],
        }
    }
}
