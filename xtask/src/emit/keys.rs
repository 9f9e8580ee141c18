//! `generated/keys.rs`: a typed key for every entity, and the key types of the indexes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::codegen::Emitted;
use crate::design::{Argument, Design, Entity, Segment, Template, Type};
use crate::emit::debug::debug;
use crate::emit::rust::{RustFile, camel, doc, ident};
use crate::emit::types;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    for index in &design.table.indexes {
        let (pk, sk, name) = (&index.partition_key, &index.sort_key, &index.name);
        let key = ident(&camel(&index.name.to_lowercase()));
        let about = doc(&format!("The key in `{name}`, whose sort key is a number."));
        file.item(quote! {
            #about
            #[derive(Clone, Debug, serde::Serialize)]
            pub struct #key {
                #[serde(rename = #pk)]
                pub(crate) partition: String,
                #[serde(rename = #sk)]
                pub(crate) sort: i64,
            }
            impl modyne::keys::IndexKey for #key {
                const INDEX_DEFINITION: modyne::keys::SecondaryIndexDefinition =
                    modyne::keys::SecondaryIndexDefinition::Global(modyne::keys::GlobalSecondaryIndexDefinition {
                        index_name: #name,
                        hash_key: #pk,
                        range_key: Some(#sk),
                    });
            }
        });
    }
    for entity in &design.entities {
        key(design, &mut file, entity);
    }
    vec![file.finish(
        "keys.rs",
        "Typed keys: the only way to write one.",
        "schema/",
    )]
}

pub fn key_name(entity: &Entity) -> String {
    format!("{}Key", camel(&entity.name))
}

fn key(design: &Design, file: &mut RustFile, entity: &Entity) {
    let name = ident(&key_name(entity));
    let fields = entity.key_fields();
    let primary = file.import("crate::key::Primary");
    let about = doc(&format!(
        "Names one {}: `{}` / `{}`.",
        entity.name.replace('_', " "),
        entity.pk,
        entity.sk
    ));
    let (derive_debug, implementation) = debug(file, &name, &fields);
    let copy = fields
        .iter()
        .all(|field| field.ty.is_copy())
        .then(|| quote!(Copy,));
    let members = fields.iter().map(|field| {
        let (doc, ident, ty) = (
            doc(&field.doc),
            ident(&field.name),
            types::owned(file, &field.ty),
        );
        quote!(#doc pub #ident: #ty,)
    });
    let members: Vec<_> = members.collect();
    let (partition, partition_args) = partition_function(
        file,
        entity,
        &entity.pk,
        "partition",
        "The partition it lies in.",
    );
    let sort = text(file, entity, &entity.sk, &quote!(self.));
    let index_partitions = entity.index_keys.iter().map(|key| {
        let index = &design.table.indexes[key.index].name;
        let name = format!("{}_partition", index.to_lowercase());
        partition_function(
            file,
            entity,
            &key.pk,
            &name,
            &format!("Its partition in `{index}`."),
        )
        .0
    });
    let index_partitions: Vec<_> = index_partitions.collect();
    file.item(quote! {
        #about
        #[derive(Clone, #copy #derive_debug PartialEq, Eq, Hash)]
        pub struct #name { #(#members)* }
        #implementation
        impl #name {
            #[doc = " The key as the store writes it."]
            pub(crate) fn primary(&self) -> #primary {
                #primary { hash: Self::partition(#(#partition_args),*), range: #sort }
            }
            #partition
            #(#index_partitions)*
        }
    });
}

/// A function from the template's fields to its text, and the arguments `self` would call it with.
fn partition_function(
    file: &mut RustFile,
    entity: &Entity,
    template: &Template,
    name: &str,
    about: &str,
) -> (TokenStream, Vec<TokenStream>) {
    let name = format_ident!("{name}");
    let about = doc(about);
    let (mut parameters, mut from_self) = (Vec::new(), Vec::new());
    for field in template.fields().filter_map(|name| entity.field(name)) {
        let argument = Argument {
            name: field.name.clone(),
            ty: field.ty.clone(),
            optional: false,
        };
        let (ident, ty) = (ident(&field.name), types::argument(file, &argument, None));
        parameters.push(quote!(#ident: #ty));
        from_self.push(if field.ty.is_copy() {
            quote!(self.#ident)
        } else {
            quote!(&self.#ident)
        });
    }
    let text = text(file, entity, template, &quote!());
    (
        quote!(#about pub(crate) fn #name(#(#parameters),*) -> String { #text }),
        from_self,
    )
}

/// The expression that writes a template's text, its fields reached through `from`.
pub fn text(
    file: &mut RustFile,
    entity: &Entity,
    template: &Template,
    from: &TokenStream,
) -> TokenStream {
    let field_type = |name: &str| entity.field(name).map(|field| field.ty.clone());
    template_text(file, template, from, &field_type)
}

/// As [`text`], for a template whose words are arguments.
pub fn template_text(
    file: &mut RustFile,
    template: &Template,
    from: &TokenStream,
    type_of: &dyn Fn(&str) -> Option<Type>,
) -> TokenStream {
    let mut format = String::new();
    let mut values = Vec::new();
    for (i, segment) in template.segments.iter().enumerate() {
        if i > 0 {
            format.push('#');
        }
        match segment {
            Segment::Literal(literal) => format.push_str(literal),
            Segment::Field { name, width } => {
                format.push_str("{}");
                let ident = ident(name);
                values.push(match (width, type_of(name)) {
                    (Some(width), _) => {
                        let padded = file.import("crate::key::padded");
                        quote!(#padded(#from #ident, #width))
                    }
                    (None, Some(Type::Enum { .. })) => quote!(#from #ident.as_str()),
                    _ => {
                        file.import_trait("crate::key::KeyPart");
                        quote!(#from #ident.key_part())
                    }
                });
            }
        }
    }
    if values.is_empty() {
        quote!(#format.to_owned())
    } else {
        quote!(format!(#format, #(#values),*))
    }
}
