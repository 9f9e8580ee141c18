//! Rows on standard output, as a table for people or in a format for programs.

use std::io;

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use model::registry::Pattern;
use review::hidden::hidden;
use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::Value;

use super::QueryError;
use super::csv::{self, Cell};
use crate::output::{format_or_default, pluralize, print};

/// Longer values are truncated in tables; the other formats have the whole values.
const MAX_CELL_WIDTH: usize = 60;

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people. A single row is shown with one field per line.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object per line, printed page by page.
    Jsonl,
    /// CSV for spreadsheets: a header with every field, a byte order mark, and an apostrophe before formulas.
    Csv,
    /// CSV for programs: the same header, and unchanged values.
    CsvRaw,
}

impl Format {
    /// The requested format, or the default of the output.
    pub(super) fn or_default(requested: Option<Self>) -> Self {
        format_or_default(requested, Self::Table, Self::Jsonl)
    }
}

/// A row with masked values.
#[derive(Debug)]
pub(super) struct DisplayRow {
    /// The fields in order, the entity first.
    pub(super) fields: Vec<(&'static str, Value)>,
    /// Whether the code of the row was read.
    pub(super) has_code: bool,
}

/// Collects rows, and prints them as early as the format allows.
pub(super) struct Output {
    format: Format,
    /// Whether rows can have several entities, so that the entity is shown.
    has_several_entities: bool,
    /// All fields that a row can have, in order.
    header: Vec<&'static str>,
    rows: Vec<OrderedFields>,
    has_code: bool,
    /// Whether an apostrophe is put before formulas in [`Format::CsvRaw`] too.
    safe_csv: bool,
    /// The width of the terminal, if there is one.
    width: Option<usize>,
}

/// Fields in the order of the schema, which a map would not keep.
struct OrderedFields(Vec<(&'static str, Value)>);

impl Serialize for OrderedFields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Output {
    pub(super) fn new(format: Format, safe_csv: bool, pattern: &Pattern, header: Vec<&'static str>) -> Self {
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        Self {
            format,
            has_several_entities: pattern.entities.len() > 1,
            header,
            rows: Vec::new(),
            has_code: false,
            safe_csv,
            width,
        }
    }

    pub(super) const fn has_code(&self) -> bool {
        self.has_code
    }

    pub(super) fn push(&mut self, row: DisplayRow) -> Result<(), QueryError> {
        self.has_code |= row.has_code;
        let fields = row.fields.into_iter().skip(usize::from(!self.has_several_entities));
        let row = OrderedFields(fields.collect());
        if self.format == Format::Jsonl {
            return write_stdout(&(json(&row) + "\n"));
        }
        self.rows.push(row);
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), QueryError> {
        match self.format {
            Format::Jsonl => Ok(()),
            Format::Json => {
                let lines: Vec<String> = self.rows.iter().map(|row| format!("  {}", json(row))).collect();
                write_stdout(&if lines.is_empty() {
                    "[]\n".to_owned()
                } else {
                    format!("[\n{}\n]\n", lines.join(",\n"))
                })
            }
            Format::Csv | Format::CsvRaw => {
                let cells = self.cells();
                self.report_formulas(csv::formulas(&cells));
                write_stdout(&match (self.format, self.safe_csv) {
                    (Format::Csv, _) => csv::for_spreadsheets(&self.header, &cells),
                    (_, true) => csv::safe_for_programs(&self.header, &cells),
                    (_, false) => csv::for_programs(&self.header, &cells),
                })
            }
            Format::Table => write_stdout(&self.table()),
        }
    }

    /// Prints a note if values were changed, or if the file is dangerous to open in a spreadsheet.
    fn report_formulas(&self, formulas: usize) {
        let cells = pluralize(formulas as u64, "value");
        match (formulas, self.format, self.safe_csv) {
            (0, ..) => {}
            (_, Format::CsvRaw, false) => eprintln!(
                "{cells} would run as formulas in a spreadsheet; --safe-csv or --format csv put an apostrophe before \
                 them."
            ),
            _ => eprintln!(
                "{cells} would run as formulas and got an apostrophe; use --format csv-raw without --safe-csv for \
                 unchanged values."
            ),
        }
    }

    /// The fields of all rows, in the order of their first appearance.
    fn columns(&self) -> Vec<&'static str> {
        let mut columns: Vec<&'static str> = Vec::new();
        for row in &self.rows {
            let mut index = 0;
            for (name, _) in &row.0 {
                index = columns.iter().position(|known| known == name).unwrap_or_else(|| {
                    columns.insert(index, name);
                    index
                }) + 1;
            }
        }
        columns
    }

    fn cells(&self) -> Vec<Vec<Cell>> {
        let cell = |row: &OrderedFields, column: &str| match row.0.iter().find(|(name, _)| *name == column) {
            None => Cell::Number(String::new()),
            Some((_, value)) if value.is_number() => Cell::Number(text(value)),
            Some((_, value)) => Cell::Text(text(value)),
        };
        self.rows.iter().map(|row| self.header.iter().map(|column| cell(row, column)).collect()).collect()
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        match self.rows.as_slice() {
            [] => return String::new(),
            [row] => row.0.iter().for_each(|(name, value)| {
                table.add_row([(*name).to_owned(), cell_lines(value)]);
            }),
            rows => {
                let columns = self.columns();
                table.set_header(columns.clone());
                for row in rows {
                    table.add_row(cells(row, &columns).iter().map(|cell| truncate(cell)));
                }
            }
        }
        let unpadded = |line: String| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned();
        let lines: Vec<String> = table.lines().map(unpadded).collect();
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        if self.rows.len() > 1 && self.width.is_some_and(|width| widest > width) {
            return self.records();
        }
        lines.join("\n") + "\n"
    }

    /// Each row with one field per line, because the terminal would wrap a wider table.
    fn records(&self) -> String {
        let name = |row: &OrderedFields| row.0.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let longest = self.rows.iter().map(name).max().unwrap_or_default();
        let line = |(name, value): &(&str, Value)| format!("{name:longest$}  {}", truncate(&text(value)));
        let record = |row: &OrderedFields| row.0.iter().map(line).collect::<Vec<_>>().join("\n") + "\n";
        self.rows.iter().map(record).collect::<Vec<_>>().join("\n")
    }
}

fn write_stdout(text: &str) -> Result<(), QueryError> {
    print(text.as_bytes()).map_err(|source| QueryError::Output { what: "the rows".to_owned(), source })
}

fn json(row: &OrderedFields) -> String {
    serde_json::to_string(row).expect("names and JSON values serialize")
}

fn cells(row: &OrderedFields, columns: &[&str]) -> Vec<String> {
    let cell = |column: &&str| row.0.iter().find(|(name, _)| name == column).map(|(_, value)| text(value));
    columns.iter().map(|column| cell(column).unwrap_or_default()).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A value over several lines: a list of records has one line per record.
fn cell_lines(value: &Value) -> String {
    match value {
        Value::Array(list) if list.iter().all(Value::is_object) => list.iter().map(text).collect::<Vec<_>>().join("\n"),
        value => escape_controls(&text(value)),
    }
}

/// Escapes control characters except line ends, and marks that reverse or hide text, so that user text cannot control
/// the terminal.
fn escape_controls(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut hidden_positions = hidden(&text).map(|(index, _)| index).peekable();
    let mut display_row = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        let is_hidden = hidden_positions.next_if_eq(&index).is_some() || c.is_control();
        if c != '\n' && is_hidden {
            display_row.extend(c.escape_unicode());
        } else {
            display_row.push(c);
        }
    }
    display_row
}

/// The value on one line, truncated to the maximum width.
fn truncate(text: &str) -> String {
    let line = escape_controls(&text.replace(['\n', '\r', '\t'], " "));
    if line.chars().count() <= MAX_CELL_WIDTH {
        return line;
    }
    line.chars().take(MAX_CELL_WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(format: Format) -> Output {
        let pattern = crate::patterns::find("user_footprint").expect("a pattern with several entities");
        let header = vec!["entity", "user_id", "name", "session_id", "note", "absent"];
        let mut output = Output::new(format, false, pattern, header);
        for fields in [
            vec![("entity", "user".into()), ("user_id", "u1".into()), ("name", "a \"b\", c".into())],
            vec![
                ("entity", "session".into()),
                ("user_id", "u1".into()),
                ("session_id", "s1".into()),
                ("note", "x\ny".into()),
            ],
        ] {
            output.push(DisplayRow { fields, has_code: false }).expect("rows are kept until the end");
        }
        output
    }

    #[test]
    fn rows_of_several_entities_share_one_header() {
        let output = |format| {
            let output = output(format);
            (csv::for_programs(&output.header, &output.cells()), output.table())
        };
        insta::assert_snapshot!(output(Format::CsvRaw).0, @r#"
        entity,user_id,name,session_id,note,absent
        user,u1,"a ""b"", c",,,
        session,u1,,s1,"x
        y",
        "#);
        insta::assert_snapshot!(output(Format::Table).1, @r#"
        entity   user_id  session_id  note  name
        user     u1                         a "b", c
        session  u1       s1          x y
        "#);
    }

    #[test]
    fn a_table_wider_than_the_terminal_is_shown_as_records() {
        let narrow = Output { width: Some(30), ..output(Format::Table) };
        insta::assert_snapshot!(narrow.table(), @r#"
        entity      user
        user_id     u1
        name        a "b", c

        entity      session
        user_id     u1
        session_id  s1
        note        x y
        "#);
    }

    #[test]
    fn fields_keep_the_order_of_the_schema_in_json() {
        let output = output(Format::Json);
        assert_eq!(json(&output.rows[0]), r#"{"entity":"user","user_id":"u1","name":"a \"b\", c"}"#);
    }

    #[test]
    fn a_table_escapes_control_characters() {
        let hostile = "a\u{1b}]0;owned\u{7}\u{9b}2Jb\u{202e}c\u{200b}\u{7f}\rd\te\nf";
        let one_line = r"a\u{1b}]0;owned\u{7}\u{9b}2Jb\u{202e}c\u{200b}\u{7f} d e f";
        let lines_of_its_own = format!("{}\nf", r"a\u{1b}]0;owned\u{7}\u{9b}2Jb\u{202e}c\u{200b}\u{7f}\u{d}d\u{9}e");
        assert_eq!(truncate(hostile), one_line);
        assert_eq!(cell_lines(&hostile.into()), lines_of_its_own);
        let mut output = output(Format::Table);
        output
            .push(DisplayRow { fields: vec![("entity", "user".into()), ("name", hostile.into())], has_code: false })
            .expect("kept");
        let narrow = Output { width: Some(30), ..output };
        for display_row in [narrow.table(), Output { width: None, ..narrow }.table()] {
            assert!(
                !display_row.contains(|c: char| c != '\n' && c.is_control()) && hidden(&display_row).next().is_none(),
                "{display_row:?}"
            );
        }
        assert_eq!(escape_controls("é\r\nx"), "é\nx");
    }

    #[test]
    fn a_long_value_is_truncated_between_characters() {
        assert_eq!(truncate(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(truncate(&"é".repeat(61)), "é".repeat(59) + "…");
    }
}
