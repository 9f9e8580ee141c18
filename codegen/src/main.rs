//! The program `codegen`: generates typed Rust, table definitions and policies from the documents of a DynamoDB table.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use codegen::commands::{self, Command, Options};

/// The text of `--help` after the options.
const HELP: &str = "\
Reads, from the root folder:
  schema/table.toml       the table, its indexes, types and functions; `[generate]` sets the outputs and their paths
  schema/<entity>.toml    one file for each entity: its key, fields and versions
  schema/limits.toml      optional: named numbers, used as `@name` in the other documents
  access-patterns.md      one fenced block, ```toml pattern=AP-01, for each access pattern
  schema/schema.lock      properties that stored items and running programs depend on; `--lock` creates it

Writes, unless `[generate]` names other folders:
  src/generated/          Rust: ids, counts, keys, entities, limits, and one function for each access pattern
  schema/generated/       CreateTable and CloudFormation, JSON Schema, PartiQL, a NoSQL Workbench model
  access-patterns.md      the index between its two markers, if the file has them
It removes every other file in the generated folders.

Further outputs are written only if `[generate]` in schema/table.toml names them:
  [generate]
  # The command that runs the generator, for headers and messages:
  command    = \"codegen\"
  # The folders of generated Rust, and of table definitions and JSON:
  rust       = \"src/generated\"
  schema     = \"schema/generated\"
  # An IAM policy for each function, and SQL for Athena and DuckDB:
  policies   = \"schema/generated/policies\"
  analytics  = \"schema/generated/analytics\"
  # Call each pattern by its name, through `crate::by_name`:
  by_name    = true
  # The limits of a crate that cannot use src/generated/, and in TypeScript:
  limits     = { core = \"core/src/generated\" }
  typescript = \"web/src/generated\"
  # CloudFormation with `# generated:begin …` sections, and OpenAPI with the
  # routes for those sections:
  templates  = [\"infra/template.yaml\"]
  api        = \"openapi.json\"
  # The product name in descriptions; default: the table's name.
  product    = \"Notes\"
  # The program with the commands `query`, `table`, `verify` and `export`:
  tool       = \"notes\"

Examples:
  codegen                              generate for the current folder
  codegen --root examples/library      generate for another folder
  codegen --check                      for CI: fail if a generated file is stale
  codegen vet                          show the load of the hottest partition of each key

Exit codes: 0 success; 1 problems in the documents, or stale files; 2 wrong usage, or a file that cannot be read or written.";

/// Generates typed Rust and table definitions from the documents of a DynamoDB table.
///
/// It reports all problems together, each with its file, line and column. If there is a problem, it writes nothing.
#[derive(Parser)]
#[command(name = "codegen", after_long_help = HELP)]
struct Arguments {
    /// The folder that contains schema/table.toml.
    #[arg(long, global = true, value_name = "FOLDER", default_value = ".")]
    root: PathBuf,
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Arguments { root, options, command } = Arguments::parse();
    if command.is_some() && options != Options::default() {
        let message =
            "`--check`, `--lock` and `--deployed` are options of generating; remove the command or the option";
        Arguments::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    let done = match command {
        Some(command) => command.run(&root),
        None => commands::generate(&root, options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("codegen: {error}");
            ExitCode::from(2)
        }
    }
}
