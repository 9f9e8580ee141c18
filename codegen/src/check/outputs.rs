//! Checks of the output paths: no output replaces or removes an input or another output.

use std::collections::BTreeSet;

use crate::design::Design;
use crate::emitted::Emitted;
use crate::problem::Problems;

const CHECK: &str = "outputs-are-apart";

/// Refuses an OpenAPI document inside a generated folder: the generator would remove it.
pub fn inputs_are_kept(design: &Design, problems: &mut Problems) {
    let generate = &design.table.generate;
    let Some(api) = &generate.api else { return };
    let is_inside = |folder: &&str| api.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    if let Some(folder) = generate.owned_folders().into_iter().find(|folder| is_inside(folder)) {
        let message = format!(
            "the generator removes every other file in \"{folder}\"; move \"{}\", which it reads, to another folder",
            api.path
        );
        problems.push(CHECK, api.at, message);
    }
}

/// Refuses two outputs with one path.
pub fn paths_are_unique(design: &Design, files: &[Emitted], problems: &mut Problems) {
    let mut paths = BTreeSet::new();
    for file in files {
        if !paths.insert(&file.path) {
            let message =
                format!("two outputs have the path \"{}\"; give one of them another folder or name", file.path);
            problems.push(CHECK, design.table.generate.at, message);
        }
    }
}
