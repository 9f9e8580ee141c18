//! Rust as a flat list of tokens, without comments and strings, but with the contents of macros.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tidy::tree::File;

/// A token and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The tokens of a file. The error is a finding.
pub fn tokens(file: &File) -> Result<Vec<Token>, String> {
    let stream: TokenStream = file.text.parse().map_err(|error| format!("{} is no Rust: {error}", file.path))?;
    Ok(flat(stream))
}

/// The syntax tree of a file. The error is a finding.
pub fn syntax(file: &File) -> Result<syn::File, String> {
    syn::parse_file(&file.text).map_err(|error| format!("{} is no Rust: {error}", file.at(error.span().start().line)))
}

/// The tokens of a stream, including those of groups.
pub fn flat(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    for tree in stream {
        let token = |text: &str, span: proc_macro2::Span| Token { text: text.to_owned(), line: span.start().line };
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(token(open, group.span_open()));
                tokens.extend(flat(group.stream()));
                tokens.push(token(close, group.span_close()));
            }
            TokenTree::Literal(literal) => tokens.push(token("literal", literal.span())),
            TokenTree::Ident(ident) => tokens.push(token(&ident.to_string(), ident.span())),
            TokenTree::Punct(punct) => tokens.push(token(&punct.as_char().to_string(), punct.span())),
        }
    }
    tokens
}

/// The lines on which these tokens follow each other.
pub fn lines_with(tokens: &[Token], wanted: &[&str]) -> Vec<usize> {
    let is_wanted = |window: &&[Token]| window.iter().zip(wanted).all(|(token, wanted)| token.text == *wanted);
    tokens.windows(wanted.len()).filter(is_wanted).map(|window| window[0].line).collect()
}

/// Whether an item with these attributes is only built for tests.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg_test = attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"));
        is_cfg_test || attribute.path().segments.last().is_some_and(|last| last.ident == "test")
    })
}
