//! Loads `[generate]` of `schema/table.toml`: the paths of the output and of further input.

use crate::design::{Generate, Input};
use crate::load::raw::{RawGenerate, Word, in_order};
use crate::problem::Problems;
use crate::source::At;

const CHECK: &str = "generate-is-understood";
/// The required name of an output folder. The generator removes all other files in such a folder.
const GENERATED: &str = "generated";

pub fn load(raw: RawGenerate, table: &str, at: At, problems: &mut Problems) -> Generate {
    let mut folder = |word: Option<Word>| output_folder(word?, at, problems);
    let rust = folder(raw.rust).unwrap_or_else(|| "src/generated".to_owned());
    let schema = folder(raw.schema).unwrap_or_else(|| "schema/generated".to_owned());
    let (policies, analytics, typescript) = (folder(raw.policies), folder(raw.analytics), folder(raw.typescript));
    let limits = in_order(raw.limits).into_iter();
    let limits = limits.filter_map(|(package, word)| Some((package.into_inner(), folder(Some(word))?))).collect();
    let mut input = |word: Word| {
        let here = at.plus(word.span().start);
        plain_path(word, at, problems).map(|path| Input { path, at: here })
    };
    let (api, templates) = (raw.api.and_then(&mut input), raw.templates.into_iter().filter_map(input).collect());
    for (keyword, text) in [("command", &raw.command), ("tool", &raw.tool), ("product", &raw.product)] {
        if text.as_ref().is_some_and(|text| text.contains(char::is_control)) {
            problems.push(CHECK, at, format!("`{keyword}` must be one line without control characters"));
        }
    }
    Generate {
        at,
        command: raw.command.unwrap_or_else(|| "codegen".to_owned()),
        tool: raw.tool,
        product: raw.product.unwrap_or_else(|| table.to_owned()),
        rust,
        schema,
        policies,
        analytics,
        by_name: raw.by_name,
        limits,
        typescript,
        templates,
        api,
    }
}

/// The input files that `[generate]` names. They are checked after the table is loaded.
pub fn inputs(table: &str) -> Vec<String> {
    let Ok(table) = table.parse::<toml::Table>() else { return Vec::new() };
    let Some(generate) = table.get("generate") else { return Vec::new() };
    let templates = generate.get("templates").and_then(toml::Value::as_array).into_iter().flatten();
    let paths = templates.chain(generate.get("api")).filter_map(toml::Value::as_str);
    paths.filter(|path| is_plain(path)).map(str::to_owned).collect()
}

fn output_folder(word: Word, at: At, problems: &mut Problems) -> Option<String> {
    let here = at.plus(word.span().start);
    let path = plain_path(word, at, problems)?;
    if !path.split('/').any(|part| part == GENERATED) {
        let message = format!(
            "the generator removes every other file in \"{path}\": put a folder named \"{GENERATED}\" into the path"
        );
        problems.push(CHECK, here, message);
    }
    Some(path)
}

fn plain_path(word: Word, at: At, problems: &mut Problems) -> Option<String> {
    let here = at.plus(word.span().start);
    let path = word.into_inner();
    if is_plain(&path) {
        return Some(path);
    }
    let message =
        format!("\"{path}\" must be a path inside the root folder: names separated by `/`, without `.` and `..`");
    problems.push(CHECK, here, message);
    None
}

fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_the_templates_and_the_api_inside_the_root() {
        let table = "[generate]\ntemplates = [\"infra/a.yaml\", \"../b.yaml\", \"/c.yaml\"]\napi = \"openapi.json\"\n";
        assert_eq!(inputs(table), ["infra/a.yaml", "openapi.json"]);
        assert_eq!(inputs("name = \"x\"\n"), [""; 0]);
        assert_eq!(inputs("name = "), [""; 0]);
    }
}
