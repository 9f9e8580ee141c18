//! A bar chart as an SVG file, for the documents. It has few features, so that no drawing library is in the program.

use std::fmt::Write as _;

/// A bar chart. All bars have one scale, which begins at zero.
pub(crate) struct Bars {
    pub(crate) title: String,
    /// The label, the value, and the value as it is shown. An empty label with a value of zero is a gap.
    pub(crate) bars: Vec<(String, f64, String)>,
}

const WIDTH: u32 = 900;
const ROW: u32 = 22;
/// The top of the first bar, below the title.
const TOP: u32 = 44;
/// The left end of the bars, and their greatest length. The value stands at the right of a bar.
const LEFT: u32 = 330;
const LONGEST: f64 = 440.0;

impl Bars {
    /// The file. Its colours are readable on a light and on a dark page.
    pub(crate) fn svg(&self) -> String {
        let highest = self.bars.iter().map(|(_, value, _)| *value).fold(f64::MIN_POSITIVE, f64::max);
        let height = TOP + ROW * u32::try_from(self.bars.len()).expect("a chart has few bars") + 12;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
             font-size=\"13\" fill=\"#7d8590\" role=\"img\">\n<title>{title}</title>\n\
             <text x=\"12\" y=\"26\" font-size=\"15\" font-weight=\"bold\">{title}</text>\n",
            title = escaped(&self.title)
        );
        for ((label, value, shown), row) in self.bars.iter().zip(0..) {
            let y = TOP + row * ROW;
            if label.is_empty() {
                continue;
            }
            let length = LONGEST * value / highest;
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect x=\"{LEFT}\" y=\"{y}\" \
                 width=\"{length:.1}\" height=\"{}\" rx=\"2\" fill=\"#3b82f6\"/><text x=\"{:.1}\" y=\"{}\">{}</text>",
                LEFT - 10,
                y + 13,
                escaped(label),
                ROW - 6,
                f64::from(LEFT) + length + 8.0,
                y + 13,
                escaped(shown),
            );
        }
        svg + "</svg>\n"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_value_has_the_longest_bar_and_text_is_escaped() {
        let bar = |label: &str, value: f64| (label.to_owned(), value, format!("{value} < 9"));
        let chart = Bars { title: "a & b".to_owned(), bars: vec![bar("one", 1.0), bar("", 0.0), bar("four", 4.0)] };
        let svg = chart.svg();
        assert!(svg.contains("width=\"110.0\"") && svg.contains("width=\"440.0\""), "{svg}");
        assert!(svg.contains("<title>a &amp; b</title>") && svg.contains("4 &lt; 9"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 2);
    }

    #[test]
    fn a_chart_without_values_has_bars_of_no_length() {
        let svg = Bars { title: String::new(), bars: vec![("none".to_owned(), 0.0, String::new())] }.svg();
        assert!(svg.contains("width=\"0.0\""), "{svg}");
    }
}
