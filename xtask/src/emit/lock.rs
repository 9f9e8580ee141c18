//! `schema/keys.lock`: the key templates as they are, for the next run to compare with.

use crate::codegen::Emitted;
use crate::design::Design;
use crate::load::LOCK;

const HEADER: &str = "# The keys that stored items have. Written by `cargo xtask codegen`; see schema/README.md before changing a key.\n";

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut lines: Vec<[String; 4]> = Vec::new();
    for entity in &design.entities {
        lines.push([entity.name.clone(), entity.pk.to_string(), entity.sk.to_string(), String::new()]);
        for key in &entity.index_keys {
            let index = &design.table.indexes[key.index].name;
            lines.push([entity.name.clone(), key.stored().to_string(), format!("{{{}}}", key.sk), index.clone()]);
        }
    }
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    let (name, pk, sk) = (width(0), width(1), width(2));
    let mut text = String::from(HEADER);
    for line in &lines {
        let line = format!("{:name$}  {:pk$}  {:sk$}  {}", line[0], line[1], line[2], line[3]);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    vec![Emitted { path: LOCK.to_owned(), text }]
}
