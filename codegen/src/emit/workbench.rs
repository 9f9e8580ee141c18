//! Emits `workbench.json`: a model for NoSQL Workbench, with a facet and sample items for each entity.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::design::{Design, Entity, Field, Index, IndexKey, Template};
use crate::emit::sample;
use crate::emitted::Emitted;

/// The date that Workbench shows. It is constant, so that the file depends only on the documents.
const DATE: &str = "Nov 23, 2026, 09:00 AM";

pub fn emit(design: &Design) -> Vec<Emitted> {
    let table = &design.table;
    let model = json!({
        "ModelName": table.name,
        "ModelMetadata": {
            "Author": table.generate.command,
            "DateCreated": DATE,
            "DateLastModified": DATE,
            "Description": "The one table: a facet for each entity, with sample items. Generated; change schema/ instead.",
            "AWSService": "Amazon DynamoDB",
            "Version": "3.0",
        },
        "DataModel": [{
            "TableName": table.name,
            "KeyAttributes": key_attributes(&table.partition_key, &table.sort_key, "S"),
            "NonKeyAttributes": non_key_attributes(design),
            "TableFacets": design.entities.iter().map(|entity| facet(design, entity)).collect::<Vec<_>>(),
            "GlobalSecondaryIndexes": table.indexes.iter().map(index).collect::<Vec<_>>(),
            // The facets have the items. Workbench would show items here a second time.
            "TableData": [],
            "DataAccess": { "MySql": {} },
            "BillingMode": table.billing_mode,
        }],
    });
    vec![Emitted { path: format!("{}/workbench.json", table.generate.schema), text: format!("{model:#}\n") }]
}

fn key_attributes(partition: &str, sort: &str, letter: &str) -> Value {
    json!({
        "PartitionKey": { "AttributeName": partition, "AttributeType": "S" },
        "SortKey": { "AttributeName": sort, "AttributeType": letter },
    })
}

/// Every attribute except the table's key, each once. If entities store different types under one name, the first type
/// is used.
fn non_key_attributes(design: &Design) -> Vec<Value> {
    let table = &design.table;
    let mut letters: BTreeMap<&str, &str> = BTreeMap::new();
    letters.extend([(table.entity_attribute.as_str(), "S"), (&table.version_attribute, "N")]);
    for index in &table.indexes {
        letters.extend([(index.partition_key.as_str(), "S"), (&index.sort_key, index.sort_letter())]);
    }
    for field in design.entities.iter().flat_map(|entity| &entity.fields) {
        letters.entry(field.stored_name()).or_insert_with(|| sample::letter(&field.ty));
    }
    letters.into_iter().map(|(name, letter)| json!({ "AttributeName": name, "AttributeType": letter })).collect()
}

/// Workbench shows an item in a facet if the item has all attributes of the facet, so a facet lists no attribute that
/// may be absent.
fn facet(design: &Design, entity: &Entity) -> Value {
    let table = &design.table;
    let is_always_in = |key: &&IndexKey| entity.sparse_fields(key).is_empty();
    let of_indexes = entity.index_keys.iter().filter(is_always_in).flat_map(|key| {
        let index = &table.indexes[key.index];
        [&index.partition_key, &index.sort_key]
    });
    let fields = entity.fields.iter().filter(|field| !field.optional).map(Field::stored_name);
    let of_table = [&table.entity_attribute, &table.version_attribute].into_iter().chain(of_indexes);
    let attributes: Vec<&str> = of_table.map(String::as_str).chain(fields).collect();
    let alias = Template::to_string;
    json!({
        "FacetName": entity.name,
        "KeyAttributeAlias": { "PartitionKeyAlias": alias(&entity.pk), "SortKeyAlias": alias(&entity.sk) },
        "TableData": items(design, entity),
        "NonKeyAttributes": attributes,
        "DataAccess": { "MySql": {} },
    })
}

fn items(design: &Design, entity: &Entity) -> Vec<Value> {
    sample::rows(design, entity).iter().map(|row| sample::item(design, entity, row)).collect()
}

fn index(index: &Index) -> Value {
    let projection = if index.projection.is_empty() {
        json!({ "ProjectionType": "KEYS_ONLY" })
    } else {
        json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": index.projection })
    };
    json!({
        "IndexName": index.name,
        "KeyAttributes": key_attributes(&index.partition_key, &index.sort_key, index.sort_letter()),
        "Projection": projection,
    })
}
