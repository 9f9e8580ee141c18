//! The outline of a file: the lines that look like definitions. It tells the model what is in the parts that it does
//! not see.

/// Words that begin a definition in some language, or stand before such a word.
const DEFINING: &str = "\
    abstract actor async case class const constructor contract data def default defmodule defp defmacro enum \
    export extension extern external final fn fun func function impl inline instance interface internal lambda \
    library macro macro_rules! message mod module namespace newtype object open override package partial private \
    proc procedure protected protocol pub public record sealed service static struct sub trait type typedef \
    union unsafe virtual";
/// Words that also begin other lines. They count only with another word of [`DEFINING`], or without indentation.
const MODIFIERS: &str = "case const data default object type";
/// Words before a parenthesis and a brace that begin no function.
const CONTROL: &str = "if for foreach while switch catch else do return when match using lock try";

/// Whether a line of a file in this language, by its display name, looks like a definition. This is a guess from one
/// line: a wrong guess only changes the context for the model.
#[must_use]
pub(crate) fn is_definition(language: &str, line: &str) -> bool {
    let text = line.trim();
    let indent = line.len() - line.trim_start().len();
    match language {
        "Markdown" => text.starts_with('#'),
        "JSON" | "JSONC" => text.starts_with('"') && indent <= 4,
        "YAML" => indent == 0 && text.contains(':') && !text.starts_with(['#', '-']),
        "TOML" | "INI" => text.starts_with('['),
        "CSS" | "SCSS" | "Less" => text.ends_with('{'),
        "HTML" | "XML" | "Vue" | "Svelte" => text.starts_with('<') && (text.contains(" id=") || is_heading(text)),
        "SQL" => {
            first_word(text).is_some_and(|word| ["CREATE", "ALTER"].iter().any(|it| word.eq_ignore_ascii_case(it)))
        }
        "Plain Text" => false,
        _ => begins_with_a_defining_word(text, indent) || is_function_with_a_brace(text),
    }
}

fn is_heading(tag: &str) -> bool {
    ["<h1", "<h2", "<h3", "<section", "<template", "<script", "<style"].iter().any(|it| tag.starts_with(it))
}

fn is_one(words: &str, word: &str) -> bool {
    words.split(' ').any(|it| it == word)
}

fn first_word(text: &str) -> Option<&str> {
    text.split_whitespace().next()
}

fn begins_with_a_defining_word(text: &str, indent: usize) -> bool {
    // The word before a bracket or colon, as in `pub(crate)`, counts too.
    let mut words = text.split_whitespace().map(|word| word.split(['(', '{', ':', '<']).next().unwrap_or_default());
    let Some(first) = words.next().filter(|word| is_one(DEFINING, word)) else { return false };
    let is_alone = text.len() == first.len();
    let counts = indent == 0 || !is_one(MODIFIERS, first) || words.next().is_some_and(|word| is_one(DEFINING, word));
    counts && !is_alone
}

/// `int main(void) {`, `load(id) {`, `greet() {`: C and similar languages.
fn is_function_with_a_brace(text: &str) -> bool {
    let Some((before, _)) = text.split_once('(') else { return false };
    let is_name = |c: char| c.is_alphanumeric() || "_$#~:*&<>[], .@?!".contains(c);
    text.ends_with('{')
        && before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || "_$>?!".contains(c))
        && before.chars().all(is_name)
        && !before.split(|c: char| !c.is_alphanumeric()).any(|word| is_one(CONTROL, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline<'t>(language: &str, text: &'t str) -> Vec<&'t str> {
        text.lines().filter(|line| is_definition(language, line)).map(str::trim).collect()
    }

    #[test]
    fn the_definitions_of_each_language_are_found() {
        for (language, text, expected) in [
            (
                "Rust",
                "use a::b;\npub(crate) struct A {\n    x: u8,\n}\nimpl A {\n    pub fn x(&self) -> u8 {\n        if f(self) {\n        \
                 self.x\n}\n}\nmacro_rules! m {\n",
                &["pub(crate) struct A {", "impl A {", "pub fn x(&self) -> u8 {", "macro_rules! m {"][..],
            ),
            (
                "Python",
                "import os\nclass A(B):\n    x = 1\n    async def f(self):\n        return call(x)\n    def g(self): pass\n",
                &["class A(B):", "async def f(self):", "def g(self): pass"],
            ),
            (
                "TypeScript",
                "import x from 'y';\nexport default function a() {\n  const b = 1;\n  load(id: string) {\n    for (const x of y) {\n  \
                 } else if (z) {\n    foo(bar);\nconst handler = async () => {\ninterface I {\n  type: string;\n",
                &[
                    "export default function a() {",
                    "load(id: string) {",
                    "const handler = async () => {",
                    "interface I {",
                ],
            ),
            (
                "C",
                "#include <a.h>\nint main(void) {\n  while (x) {\n    x = f(x);\nstatic char *name(int a) {\ntypedef struct {\n",
                &["int main(void) {", "static char *name(int a) {", "typedef struct {"],
            ),
            (
                "Java",
                "package a;\npublic class A {\n  private int x;\n  List<String> get(int i) {\n    switch (x) {\n      case 1:\n",
                &["package a;", "public class A {", "private int x;", "List<String> get(int i) {"],
            ),
            (
                "Go",
                "func (a *A) B() error {\n\tif err != nil {\ntype A struct {\n",
                &["func (a *A) B() error {", "type A struct {"],
            ),
            ("Shell", "set -e\ngreet() {\n  echo hi\nfunction b {\n", &["greet() {", "function b {"]),
            ("SQL", "create table a (\n  b int\n);\nSELECT 1;\n", &["create table a ("]),
            ("Markdown", "# A\ntext\n## B\n", &["# A", "## B"]),
            ("JSON", "{\n  \"a\": {\n      \"b\": 1\n", &["\"a\": {"]),
            ("YAML", "# x\na:\n  b: 1\n- c: d\n", &["a:"]),
            ("TOML", "[package]\nname = \"x\"\n[[bin]]\n", &["[package]", "[[bin]]"]),
            ("SCSS", "@use 'a';\n.a {\n  color: red;\n  &:hover {\n", &[".a {", "&:hover {"]),
            (
                "HTML",
                "<div id=\"a\">\n<p>\n  <h2>T</h2>\nan id=\"x\"\n<script>\n",
                &["<div id=\"a\">", "<h2>T</h2>", "<script>"],
            ),
            ("Plain Text", "def f():\n", &[]),
        ] {
            assert_eq!(outline(language, text), expected, "{language}");
        }
    }
}
