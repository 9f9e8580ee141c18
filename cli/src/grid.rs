//! A table of figures, for a terminal and for a document.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

/// A table whose last columns are numbers.
pub(crate) struct Grid {
    pub(crate) heads: &'static [&'static str],
    /// The index of the first column with numbers.
    pub(crate) numbers: usize,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(self.heads);
        for row in &self.rows {
            table.add_row(row);
        }
        for column in table.column_iter_mut().skip(self.numbers) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.lines().map(|line| line.get(1..).unwrap_or_default().trim_end().to_owned() + "\n").collect()
    }

    /// For a document.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let heads: Vec<String> = self.heads.iter().map(|&head| head.to_owned()).collect();
        let rule = |index| if index < self.numbers { "---" } else { "---:" }.to_owned();
        let rules: Vec<String> = (0..heads.len()).map(rule).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&heads) + &line(&rules) + &rows
    }
}
