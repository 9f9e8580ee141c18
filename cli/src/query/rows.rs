//! Rows on standard output: for people, and in three forms for programs.

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
use crate::output::{counted, print, suitable};

/// In a table, longer values are cut: the other formats have them whole.
const WIDEST: usize = 60;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people. A single row is shown field by field.
    Table,
    /// One JSON array.
    Json,
    /// A JSON object a line, as they come.
    Jsonl,
    /// Comma-separated, for spreadsheets: a header with every field, a byte order mark, and no cell that is run as a formula.
    Csv,
    /// Comma-separated, for programs: the same header, and the values as they are.
    CsvRaw,
}

impl Format {
    /// The format that was asked for, or the default of the output.
    pub(super) fn or_suitable(asked: Option<Self>) -> Self {
        suitable(asked, Self::Table, Self::Jsonl)
    }
}

/// A row as it may be seen.
#[derive(Debug)]
pub(super) struct Shown {
    /// In order; the entity first.
    pub(super) fields: Vec<(&'static str, Value)>,
    /// Whether its code was read.
    pub(super) has_code: bool,
}

/// Collects rows, and prints them as soon as their format lets it.
pub(super) struct Output {
    format: Format,
    /// Whether rows may be of several entities, and so have to say which.
    mixed: bool,
    /// Every field that a row can have, in order.
    header: Vec<&'static str>,
    rows: Vec<Ordered>,
    has_code: bool,
    /// Whether formulas are quoted in [`Format::CsvRaw`] too.
    safe_csv: bool,
    /// The terminal's columns, if there is one.
    width: Option<usize>,
}

/// Fields in the order of the schema; a map would sort them.
struct Ordered(Vec<(&'static str, Value)>);

impl Serialize for Ordered {
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
        Self { format, mixed: pattern.entities.len() > 1, header, rows: Vec::new(), has_code: false, safe_csv, width }
    }

    pub(super) const fn has_code(&self) -> bool {
        self.has_code
    }

    pub(super) fn push(&mut self, row: Shown) -> Result<(), QueryError> {
        self.has_code |= row.has_code;
        let fields = row.fields.into_iter().skip(usize::from(!self.mixed));
        let row = Ordered(fields.collect());
        if self.format == Format::Jsonl {
            return out(&(json(&row) + "\n"));
        }
        self.rows.push(row);
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), QueryError> {
        match self.format {
            Format::Jsonl => Ok(()),
            Format::Json => {
                let lines: Vec<String> = self.rows.iter().map(|row| format!("  {}", json(row))).collect();
                out(&if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) })
            }
            Format::Csv | Format::CsvRaw => {
                let cells = self.cells();
                self.tell_formulas(csv::formulas(&cells));
                out(&match (self.format, self.safe_csv) {
                    (Format::Csv, _) => csv::for_spreadsheets(&self.header, &cells),
                    (_, true) => csv::safe_for_programs(&self.header, &cells),
                    (_, false) => csv::for_programs(&self.header, &cells),
                })
            }
            Format::Table => out(&self.table()),
        }
    }

    /// A file that differs from the table says so, and one that is dangerous to open too.
    fn tell_formulas(&self, formulas: usize) {
        let cells = counted(formulas as u64, "value");
        match (formulas, self.format, self.safe_csv) {
            (0, ..) => {}
            (_, Format::CsvRaw, false) => eprintln!(
                "{cells} would run as formulas in a spreadsheet; --safe-csv or --format csv puts an apostrophe before them."
            ),
            _ => eprintln!(
                "{cells} would run as formulas and got an apostrophe; --format csv-raw without --safe-csv has them as they are."
            ),
        }
    }

    /// Every field that some row has, in the order in which they are met.
    fn columns(&self) -> Vec<&'static str> {
        let mut columns: Vec<&'static str> = Vec::new();
        for row in &self.rows {
            let mut at = 0;
            for (name, _) in &row.0 {
                at = columns.iter().position(|known| known == name).unwrap_or_else(|| {
                    columns.insert(at, name);
                    at
                }) + 1;
            }
        }
        columns
    }

    fn cells(&self) -> Vec<Vec<Cell>> {
        let cell = |row: &Ordered, column: &str| match row.0.iter().find(|(name, _)| *name == column) {
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
                table.add_row([(*name).to_owned(), lines(value)]);
            }),
            rows => {
                let columns = self.columns();
                table.set_header(columns.clone());
                for row in rows {
                    table.add_row(cells(row, &columns).iter().map(|cell| cut(cell)));
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

    /// Each row field by field: a table that is wider than the terminal would be wrapped and hard to read.
    fn records(&self) -> String {
        let name = |row: &Ordered| row.0.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let longest = self.rows.iter().map(name).max().unwrap_or_default();
        let line = |(name, value): &(&str, Value)| format!("{name:longest$}  {}", cut(&text(value)));
        let record = |row: &Ordered| row.0.iter().map(line).collect::<Vec<_>>().join("\n") + "\n";
        self.rows.iter().map(record).collect::<Vec<_>>().join("\n")
    }
}

fn out(text: &str) -> Result<(), QueryError> {
    print(text.as_bytes()).map_err(|source| QueryError::Output { what: "the rows".to_owned(), source })
}

fn json(row: &Ordered) -> String {
    serde_json::to_string(row).expect("names and JSON values are JSON")
}

fn cells(row: &Ordered, columns: &[&str]) -> Vec<String> {
    let cell = |column: &&str| row.0.iter().find(|(name, _)| name == column).map(|(_, value)| text(value));
    columns.iter().map(|column| cell(column).unwrap_or_default()).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A value that has lines of its own: a list of records has one for each.
fn lines(value: &Value) -> String {
    match value {
        Value::Array(list) if list.iter().all(Value::is_object) => list.iter().map(text).collect::<Vec<_>>().join("\n"),
        value => visible(&text(value)),
    }
}

/// What users wrote must not steer the terminal that it is shown on: controls but for ends of lines, and marks that turn or
/// hide text, are shown as escapes.
fn visible(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut unseen = hidden(&text).map(|(at, _)| at).peekable();
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_unseen = unseen.next_if_eq(&at).is_some() || c.is_control();
        if c != '\n' && is_unseen {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// One line, and not a long one.
fn cut(text: &str) -> String {
    let line = visible(&text.replace(['\n', '\r', '\t'], " "));
    if line.chars().count() <= WIDEST {
        return line;
    }
    line.chars().take(WIDEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(format: Format) -> Output {
        let pattern = crate::patterns::find("user_footprint").expect("entities of several kinds");
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
            output.push(Shown { fields, has_code: false }).expect("nothing is printed yet");
        }
        output
    }

    #[test]
    fn rows_of_several_kinds_share_one_header() {
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
    fn where_a_table_is_too_wide_for_the_terminal_rows_are_shown_field_by_field() {
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
    fn a_table_escapes_what_would_steer_the_terminal() {
        let hostile = "a\u{1b}]0;owned\u{7}\u{9b}2Jb\u{202e}c\u{200b}\u{7f}\rd\te\nf";
        let one_line = r"a\u{1b}]0;owned\u{7}\u{9b}2Jb\u{202e}c\u{200b}\u{7f} d e f";
        let lines_of_its_own = format!("{}\nf", r"a\u{1b}]0;owned\u{7}\u{9b}2Jb\u{202e}c\u{200b}\u{7f}\u{d}d\u{9}e");
        assert_eq!(cut(hostile), one_line);
        assert_eq!(lines(&hostile.into()), lines_of_its_own);
        let mut output = output(Format::Table);
        output
            .push(Shown { fields: vec![("entity", "user".into()), ("name", hostile.into())], has_code: false })
            .expect("kept");
        let narrow = Output { width: Some(30), ..output };
        for shown in [narrow.table(), Output { width: None, ..narrow }.table()] {
            assert!(
                !shown.contains(|c: char| c != '\n' && c.is_control()) && hidden(&shown).next().is_none(),
                "{shown:?}"
            );
        }
        assert_eq!(visible("é\r\nx"), "é\nx");
    }

    #[test]
    fn in_a_table_a_long_value_is_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(cut(&"é".repeat(61)), "é".repeat(59) + "…");
    }
}
