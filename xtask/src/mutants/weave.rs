//! Weaves mutants into a source file: each is a branch that a number switches on, so that one build has all of them.

use std::fmt::Write as _;
use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use super::list::{Genre, Mutant};

/// The number of a mutant. 0 is the unchanged program.
pub type Id = usize;

/// A part of a woven text, and its mutant.
pub type Part = (Range<usize>, Id);

/// A source file with its mutants.
#[derive(Debug, Default)]
pub struct Woven {
    /// The source.
    pub text: String,
    /// The part of the source that each mutant made.
    pub parts: Vec<Part>,
    /// The mutants whose place this module did not find.
    pub unplaced: Vec<Id>,
}

/// Weaves the mutants into the text.
pub fn weave(text: &str, mutants: &[(Id, &Mutant)]) -> syn::Result<Woven> {
    let file = syn::parse_file(text)?;
    let mut sites = Sites { text, mutants, found: Vec::new() };
    sites.values();
    sites.visit_file(&file);
    let mut found = sites.found;
    // The outer one of two at the same place is first.
    found.sort_by_key(|site| (site.range.start, std::cmp::Reverse(site.range.end)));
    let placed: Vec<Id> = found.iter().flat_map(|site| site.mutants.iter().map(|(id, _)| *id)).collect();
    let unplaced = mutants.iter().map(|(id, _)| *id).filter(|id| !placed.contains(id)).collect();
    let mut woven = Woven { text: String::with_capacity(text.len() * 2), parts: Vec::new(), unplaced };
    Renderer { text, sites: &found }.render(0..text.len(), &mut woven);
    Ok(woven)
}

/// A place in the source with at least one mutant.
struct Site {
    range: Range<usize>,
    mutants: Vec<(Id, String)>,
    form: Form,
}

/// How the branches of a place are written.
enum Form {
    /// Before the first statement of a function: `if … { return value; }`.
    Return,
    /// An expression. Each mutant has its own text, and the unchanged one is woven further.
    Expression,
    /// Behind the pattern of an arm without a guard: ` if !…`.
    NewGuard,
    /// An arm's guard that is false if the mutant is on.
    Guard,
    /// A field without a value of its own, such as `name`: the field's name is written before.
    Shorthand,
}

struct Sites<'a> {
    text: &'a str,
    mutants: &'a [(Id, &'a Mutant)],
    found: Vec<Site>,
}

impl Sites<'_> {
    /// The mutants of this kind at this place, each with its replacement.
    fn at(&self, genre: Genre, offset: usize) -> Vec<(Id, String)> {
        let here = self.mutants.iter().filter(|(_, mutant)| mutant.genre == genre);
        let here = here.filter(|(_, mutant)| mutant.span.start.offset_in(self.text) == Some(offset));
        here.map(|(id, mutant)| (*id, mutant.replacement.clone())).collect()
    }

    fn add(&mut self, range: Range<usize>, mutants: Vec<(Id, String)>, form: Form) {
        if !mutants.is_empty() {
            self.found.push(Site { range, mutants, form });
        }
    }

    /// The functions' values. Their place needs no syntax tree.
    fn values(&mut self) {
        let of_values = self.mutants.iter().filter(|(_, mutant)| mutant.genre == Genre::FnValue);
        let mut offsets: Vec<usize> =
            of_values.filter_map(|(_, mutant)| mutant.span.start.offset_in(self.text)).collect();
        offsets.dedup();
        for offset in offsets {
            let mutants = self.at(Genre::FnValue, offset);
            self.add(offset..offset, mutants, Form::Return);
        }
    }

    /// An operator between two operands.
    fn binary(&mut self, node: &syn::ExprBinary) {
        // The place of a condition in a chain of `let` is no expression.
        if matches!(*node.left, syn::Expr::Let(_)) || matches!(*node.right, syn::Expr::Let(_)) {
            return;
        }
        let (left, right) = (node.left.span().byte_range(), node.right.span().byte_range());
        let operator = node.op.span().byte_range();
        let mutants = self.at(Genre::BinaryOperator, operator.start);
        let with = |replacement: &str| {
            format!("{}{replacement}{}", &self.text[left.start..operator.start], &self.text[operator.end..right.end])
        };
        let mutants = mutants.into_iter().map(|(id, replacement)| (id, with(&replacement))).collect();
        self.add(left.start..right.end, mutants, Form::Expression);
    }

    /// Fields whose struct has a base, from which the field takes its value in the mutant.
    fn fields(&mut self, node: &syn::ExprStruct) {
        let Some(base) = &node.rest else { return };
        let (base, path) = (&self.text[base.span().byte_range()], &self.text[node.path.span().byte_range()]);
        for field in &node.fields {
            let mutants = self.at(Genre::StructField, field.span().byte_range().start);
            let syn::Member::Named(name) = &field.member else { continue };
            let mutants =
                mutants.into_iter().map(|(id, _)| (id, format!("let base: {path} = {base}; base.{name}"))).collect();
            let form = if field.colon_token.is_some() { Form::Expression } else { Form::Shorthand };
            self.add(field.expr.span().byte_range(), mutants, form);
        }
    }
}

impl Visit<'_> for Sites<'_> {
    fn visit_expr_binary(&mut self, node: &syn::ExprBinary) {
        self.binary(node);
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &syn::ExprUnary) {
        let (operator, operand) = (node.op.span().byte_range(), node.expr.span().byte_range());
        let without = self.text[operand.clone()].to_owned();
        let mutants = self.at(Genre::UnaryOperator, operator.start).into_iter();
        let mutants = mutants.map(|(id, _)| (id, without.clone())).collect();
        self.add(operator.start..operand.end, mutants, Form::Expression);
        visit::visit_expr_unary(self, node);
    }

    fn visit_arm(&mut self, node: &syn::Arm) {
        let without = self.at(Genre::MatchArm, node.span().byte_range().start);
        let pattern = node.pat.span().byte_range();
        if let Some((_, guard)) = &node.guard {
            let guard = guard.span().byte_range();
            let mutants = self.at(Genre::MatchArmGuard, guard.start);
            self.add(guard.clone(), without, Form::Guard);
            self.add(guard, mutants, Form::Expression);
        } else {
            self.add(pattern.end..pattern.end, without, Form::NewGuard);
        }
        visit::visit_arm(self, node);
    }

    fn visit_expr_struct(&mut self, node: &syn::ExprStruct) {
        self.fields(node);
        visit::visit_expr_struct(self, node);
    }
}

/// Writes a text with its places. They are in order, an outer one before its inner ones.
struct Renderer<'a> {
    text: &'a str,
    sites: &'a [Site],
}

impl Renderer<'_> {
    fn render(&self, range: Range<usize>, woven: &mut Woven) {
        let (mut at, mut next) = (range.start, 0);
        while let Some(site) = self.sites.get(next) {
            woven.text.push_str(&self.text[at..site.range.start]);
            // The next place that is not within this one. A place without a length has none within it.
            let rest = &self.sites[next + 1..];
            let is_inner = |other: &Site| other.range.start < site.range.end;
            let inner = rest.iter().take_while(|other| !site.range.is_empty() && is_inner(other)).count();
            let inside = Renderer { text: self.text, sites: &rest[..inner] };
            inside.site(site, woven);
            at = site.range.end;
            next += 1 + inner;
        }
        woven.text.push_str(&self.text[at..range.end]);
    }

    /// Writes the branches of a place. Only one mutant is on at a time, so the others are woven into the last branch.
    fn site(&self, site: &Site, woven: &mut Woven) {
        let start = woven.text.len();
        let on = |id: &Id| format!("crate::mutation::is_on({id})");
        match site.form {
            Form::Return => {
                for (id, value) in &site.mutants {
                    let before = woven.text.len();
                    let _ = write!(woven.text, "if {} {{ return {value}; }} ", on(id));
                    woven.parts.push((before..woven.text.len(), *id));
                }
                return;
            }
            Form::NewGuard => {
                let _ = write!(woven.text, " if !{}", site.any(on));
            }
            Form::Guard => {
                let _ = write!(woven.text, "!{} && (", site.any(on));
                self.render(site.range.clone(), woven);
                woven.text.push(')');
            }
            Form::Expression | Form::Shorthand => {
                if matches!(site.form, Form::Shorthand) {
                    let _ = write!(woven.text, "{}: ", &self.text[site.range.clone()]);
                }
                woven.text.push('(');
                for (id, value) in &site.mutants {
                    let before = woven.text.len();
                    let _ = write!(woven.text, "if {} {{ {value} }} else ", on(id));
                    woven.parts.push((before..woven.text.len(), *id));
                }
                woven.text.push_str("{ ");
                self.render(site.range.clone(), woven);
                woven.text.push_str(" })");
            }
        }
        woven.parts.extend(site.mutants.iter().map(|(id, _)| (start..woven.text.len(), *id)));
    }
}

impl Site {
    /// Whether one of the mutants is on. An arm has one mutant.
    fn any(&self, on: impl Fn(&Id) -> String) -> String {
        let all: Vec<_> = self.mutants.iter().map(|(id, _)| on(id)).collect();
        format!("({})", all.join(" || "))
    }
}

#[cfg(test)]
mod tests;
