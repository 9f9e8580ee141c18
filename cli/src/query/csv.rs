//! Rows as CSV, for spreadsheets and for programs.

/// Marks the file as UTF-8. Without it, Excel uses the local code page.
const BOM: &str = "\u{feff}";

/// A cell that begins with one of these is a formula, or becomes one if the cell before it ends early. Spreadsheets
/// read the full-width forms as the normal ones. <https://owasp.org/www-community/attacks/CSV_Injection>
const BEGIN_FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell.
pub(super) enum Cell {
    /// A number, which is never quoted, so that a spreadsheet reads a number.
    Number(String),
    /// A text, which may come from a user.
    Text(String),
}

impl Cell {
    fn begins_a_formula(&self) -> bool {
        matches!(self, Self::Text(text) if text.starts_with(BEGIN_FORMULAS))
    }
}

/// The number of cells that a spreadsheet would run as formulas.
pub(super) fn formulas(rows: &[Vec<Cell>]) -> usize {
    rows.iter().flatten().filter(|cell| cell.begins_a_formula()).count()
}

/// CSV for spreadsheets: with a byte order mark, and with an apostrophe before formulas.
pub(super) fn for_spreadsheets(columns: &[&str], rows: &[Vec<Cell>]) -> String {
    format!("{BOM}{}", safe_for_programs(columns, rows))
}

/// CSV with an apostrophe before formulas, without a byte order mark.
pub(super) fn safe_for_programs(columns: &[&str], rows: &[Vec<Cell>]) -> String {
    let safe = |cell: &Cell| match cell {
        Cell::Text(text) if cell.begins_a_formula() => format!("'{text}"),
        Cell::Text(text) | Cell::Number(text) => text.clone(),
    };
    lines(columns, rows, safe)
}

/// CSV with unchanged values.
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
        writer.write_record(&line).expect("a vector accepts all bytes, and all lines have the length of the header");
    }
    let bytes = writer.into_inner().expect("a vector accepts all bytes");
    String::from_utf8(bytes).expect("CSV of UTF-8 texts is UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_quoted_and_numbers_are_not() {
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
