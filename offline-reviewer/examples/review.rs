//! Reviews files: `cargo run -p offline-reviewer --example review -- LANGUAGE FILE…` prints every finding.

use std::process::ExitCode;

use offline_reviewer::{Request, findings};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(language) = arguments.next() else {
        eprintln!("Usage: review LANGUAGE FILE…");
        return ExitCode::FAILURE;
    };
    for path in arguments {
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("{path} is not a file in UTF-8.");
            return ExitCode::FAILURE;
        };
        let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n').collect();
        let request = Request { language: &language, filename: &path, lines, first_line: 1, ..Request::default() };
        for finding in findings(&request) {
            let lines: Vec<_> = finding.lines.iter().map(ToString::to_string).collect();
            println!("{path}:{}: {}: {}", lines.join(","), finding.rule, finding.message);
            if let Some(patch) = finding.patch {
                patch.original.lines().for_each(|line| println!("  - {line}"));
                patch.replacement.lines().for_each(|line| println!("  + {line}"));
            }
        }
    }
    ExitCode::SUCCESS
}
