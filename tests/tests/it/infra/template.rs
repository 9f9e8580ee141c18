//! A template as JSON, with its short tags resolved: `!Ref Table` is `"Table"`, `!Sub codesensei-${Stage}` is the text.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use serde_norway::Value as Yaml;

/// A template under `infra/`, by the names of its resources.
pub(super) struct Template(Value);

impl Template {
    /// The template of a stage.
    pub(super) fn stage() -> Self {
        Self::of(include_str!("../../../../infra/template.yaml"))
    }

    /// The template of the alarms.
    pub(super) fn alarms() -> Self {
        Self::of(include_str!("../../../../infra/alarms.yaml"))
    }

    pub(super) fn of(text: &str) -> Self {
        Self(plain(serde_norway::from_str(text).expect("YAML")))
    }

    /// The properties of a resource.
    pub(super) fn properties(&self, name: &str) -> &Value {
        let properties = &self.0["Resources"][name]["Properties"];
        assert!(properties.is_object(), "the template has no resource {name}");
        properties
    }

    /// The resources of a type: the name and the properties of each.
    pub(super) fn all<'t>(&'t self, kind: &str) -> BTreeMap<&'t str, &'t Value> {
        let resources = self.0["Resources"].as_object().expect("resources").iter();
        let of_kind = resources.filter(|(_, resource)| resource["Type"] == kind);
        of_kind.map(|(name, resource)| (name.as_str(), &resource["Properties"])).collect()
    }

    /// The variables of a function: its own, and the global ones.
    pub(super) fn variables(&self, function: &str) -> Vec<&str> {
        let of_all = &self.0["Globals"]["Function"]["Environment"]["Variables"];
        let own = &self.properties(function)["Environment"]["Variables"];
        let names = [of_all, own].into_iter().filter_map(Value::as_object).flat_map(Map::keys);
        names.map(String::as_str).collect()
    }
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::Number(number) => serde_json::to_value(number).expect("a number"),
        Yaml::String(text) => text.into(),
        Yaml::Sequence(items) => items.into_iter().map(plain).collect(),
        Yaml::Mapping(map) => {
            let name = |name: Yaml| name.as_str().expect("names are texts").to_owned();
            map.into_iter().map(|(key, value)| (name(key), plain(value))).collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tagged) => plain(tagged.value),
    }
}
