//! Comma-separated rows: for spreadsheets, and for programs.

/// Tells a spreadsheet that the file is UTF-8. Without it Excel reads it in the code page of the country.
const BOM: &str = "\u{feff}";

/// A cell that begins with one of these is a formula, or becomes one when the cell before it ends early; the wide forms are
/// taken for the narrow ones. <https://owasp.org/www-community/attacks/CSV_Injection>
const BEGIN_FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// One cell.
pub(super) enum Cell {
    /// It stays as it is: a spreadsheet has to see that it is a number.
    Number(String),
    /// A text, which users may have written.
    Text(String),
}

impl Cell {
    fn begins_a_formula(&self) -> bool {
        matches!(self, Self::Text(text) if text.starts_with(BEGIN_FORMULAS))
    }
}

/// How many cells a spreadsheet would run as formulas.
pub(super) fn formulas(rows: &[Vec<Cell>]) -> usize {
    rows.iter().flatten().filter(|cell| cell.begins_a_formula()).count()
}

/// The lines of a spreadsheet: no cell is run as a formula.
pub(super) fn for_spreadsheets(columns: &[&str], rows: &[Vec<Cell>]) -> String {
    format!("{BOM}{}", safe_for_programs(columns, rows))
}

/// The same without the byte order mark.
pub(super) fn safe_for_programs(columns: &[&str], rows: &[Vec<Cell>]) -> String {
    let safe = |cell: &Cell| match cell {
        Cell::Text(text) if cell.begins_a_formula() => format!("'{text}"),
        Cell::Text(text) | Cell::Number(text) => text.clone(),
    };
    lines(columns, rows, safe)
}

/// The values as they are.
pub(super) fn for_programs(columns: &[&str], rows: &[Vec<Cell>]) -> String {
    let plain = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Number(text) => text.clone(),
    };
    lines(columns, rows, plain)
}

fn lines(columns: &[&str], rows: &[Vec<Cell>], text: impl Fn(&Cell) -> String) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = std::iter::once(columns.iter().map(|name| (*name).to_owned()).collect());
    let lines = header.chain(rows.iter().map(|row| row.iter().map(&text).collect()));
    for line in lines.filter(|line: &Vec<String>| !line.is_empty()) {
        writer.write_record(&line).expect("a vector takes every byte, and all lines are as long as the header");
    }
    let bytes = writer.into_inner().expect("a vector takes every byte");
    String::from_utf8(bytes).expect("texts joined by commas are text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_no_cell_as_a_formula_and_numbers_stay_numbers() {
        let texts = ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "a=1", "", "'x"];
        let mut row: Vec<Cell> = texts.into_iter().map(|text| Cell::Text(text.to_owned())).collect();
        row.push(Cell::Number("-5".to_owned()));
        let columns: Vec<String> = (0..row.len()).map(|column| format!("c{column}")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let spreadsheet = for_spreadsheets(&columns, std::slice::from_ref(&row));
        assert_eq!(
            spreadsheet,
            "\u{feff}c0,c1,c2,c3,c4,c5,c6,c7,c8,c9,c10\n'=1+1,'+49,'-1,'@SUM(A1),'\tx,\"'\rx\",'＝1,a=1,,'x,-5\n"
        );
        let plain = for_programs(&columns, std::slice::from_ref(&row));
        assert!(plain.contains("=1+1,+49,-1,@SUM(A1)"), "{plain}");
        assert_eq!(spreadsheet.trim_start_matches(BOM), safe_for_programs(&columns, std::slice::from_ref(&row)));
        assert_eq!(formulas(&[row]), 7);
    }
}
