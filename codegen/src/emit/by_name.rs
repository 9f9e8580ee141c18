//! `generated/by_name.rs`: each pattern asked by its name, with arguments that are read from what a person writes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::design::{
    Action, ActionKind, Argument, Design, Entity, Operation, Order, Paging, Pattern, Query, Shape, Type, WritePart,
    action_arguments, pattern_arguments,
};
use crate::emit::pattern::{is_one_list, is_struct, is_union, union_name};
use crate::emit::registry::kind;
use crate::emit::rust::{RustFile, camel, ident};
use crate::emit::types;
use crate::emit::written::written;
use crate::emitted::Emitted;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut file = RustFile::default();
    for path in [
        "crate::by_name::Answer",
        "crate::by_name::Arguments",
        "crate::by_name::RunError",
        "crate::generated::Patterns",
        "table_runtime::PageRequest",
        "table_runtime::registry::Pattern",
    ] {
        file.import_trait(path);
    }
    let arms = design.patterns.iter().map(|pattern| {
        let (id, name) = (&pattern.id, ident(&pattern.name));
        if pattern.is_asked_by_hand() {
            let page = pages(pattern).then(|| quote!(, page));
            quote!(#id => #name(self, arguments #page).await,)
        } else {
            quote!(#id => Err(RunError::NotByHand { pattern: #id }),)
        }
    });
    file.item(quote! {
        impl Patterns {
            /// Asks a pattern by its name. Its function is called with the arguments as its types; `page` is for patterns
            /// that have pages, and its limit for those that return as many of the first items as they are asked for.
            ///
            /// # Errors
            /// When an argument is missing, unknown or not what it should be, when the table refuses the write, and when it
            /// cannot be asked.
            pub async fn run(
                &self,
                pattern: &'static Pattern,
                arguments: Arguments,
                page: PageRequest<'_>,
            ) -> Result<Answer, RunError> {
                match pattern.id {
                    #(#arms)*
                    _ => Err(RunError::NotByHand { pattern: pattern.id }),
                }
            }
        }
    });
    for pattern in design.patterns.iter().filter(|pattern| pattern.is_asked_by_hand()) {
        let function = function(design, &mut file, pattern);
        file.item(function);
    }
    vec![file.finish(design, "by_name.rs", "The access patterns by their names.", "access-patterns.md and schema/")]
}

fn pages(pattern: &Pattern) -> bool {
    matches!(
        &pattern.operation,
        Operation::Query(
            Query { paging: Paging::Page(_), .. } | Query { paging: Paging::First(_), first_max: Some(_), .. }
        )
    )
}

/// A function that takes the arguments apart, calls the pattern's own and makes rows of what it returns.
fn function(design: &Design, file: &mut RustFile, pattern: &Pattern) -> TokenStream {
    let name = ident(&pattern.name);
    let Taken { statements, passed } = taken(design, file, pattern);
    let written = written(pattern);
    let page = pages(pattern).then(|| quote!(, page: PageRequest<'_>));
    let failure = (!pattern.errors.is_empty()).then(|| {
        let error = file.import(&format!("crate::generated::pattern::{}Error", camel(&pattern.name)));
        let carries_item =
            |name: &str| pattern.actions().iter().flat_map(Action::errors).any(|found| found == (name, true));
        let refusals = pattern.errors.iter().map(|(name, _)| {
            let (variant, fields) = (ident(name), carries_item(name).then(|| quote!({ .. })));
            quote!(#error::#variant #fields)
        });
        quote! {
            .map_err(|error| match error {
                #error::Store(error) => RunError::Store(error),
                #(#refusals)|* => RunError::Refused(error.to_string()),
            })
        }
    });
    let call = quote!(patterns.#name(#(#passed),*).await #failure?);
    let ending = ending(design, file, pattern, &call);
    quote! {
        async fn #name(patterns: &Patterns, mut arguments: Arguments #page) -> Result<Answer, RunError> {
            #statements
            arguments.end()?;
            #written
            #ending
        }
    }
}

/// How the arguments are read, and what the function is called with.
#[derive(Default)]
struct Taken {
    statements: TokenStream,
    passed: Vec<TokenStream>,
}

impl Taken {
    fn add(&mut self, statement: TokenStream, passed: TokenStream) {
        self.statements.extend(statement);
        self.passed.push(passed);
    }
}

fn taken(design: &Design, file: &mut RustFile, pattern: &Pattern) -> Taken {
    let mut taken = Taken::default();
    if is_struct(pattern) {
        return structure(design, file, pattern);
    }
    if let Operation::Write(action) = &pattern.operation
        && action.kind == ActionKind::Put
    {
        let entity = design.entity(action.entity);
        let (local, ty, word) = (ident(&entity.name), types::entity(file, entity), &entity.name);
        taken.add(quote!(let #local: #ty = arguments.one(#word, #word)?;), quote!(&#local));
    }
    for argument in pattern_arguments(&design.entities, pattern) {
        let local = ident(&argument.name);
        let passed = passed(&argument, &quote!(#local), false);
        taken.add(read(design, file, &argument, &quote!(arguments)), passed);
    }
    match &pattern.operation {
        Operation::Query(query) => {
            if query.order == Order::Either {
                taken.add(quote!(let order = arguments.order()?;), quote!(order));
            }
            if query.first_max.is_some() {
                taken.passed.push(quote!(page.limit));
            } else if pages(pattern) {
                taken.passed.push(quote!(page));
            }
        }
        Operation::ReadBatch { parts, .. } => {
            for part in parts.iter().filter(|part| part.many) {
                many(file, &mut taken, &part.name, design.entity(part.entity), true);
            }
        }
        Operation::WriteBatch(parts) => {
            for part in parts {
                let is_key = matches!(part, WritePart::Delete { .. });
                if let Some(entity) = part.entity() {
                    many(file, &mut taken, part.name(), design.entity(entity), is_key);
                }
            }
        }
        _ => {}
    }
    taken
}

/// A list of items or of keys.
fn many(file: &mut RustFile, taken: &mut Taken, name: &str, entity: &Entity, is_key: bool) {
    let (ty, kind) = item_or_key(file, entity, is_key);
    let local = ident(name);
    taken.add(quote!(let #local: Vec<#ty> = arguments.many(#name, #kind)?;), quote!(&#local));
}

fn item_or_key(file: &mut RustFile, entity: &Entity, is_key: bool) -> (proc_macro2::Ident, String) {
    if is_key {
        (types::key(file, entity), format!("{} key", entity.name))
    } else {
        (types::entity(file, entity), entity.name.clone())
    }
}

/// A statement that reads one argument from `whence`.
fn read(design: &Design, file: &mut RustFile, argument: &Argument, whence: &TokenStream) -> TokenStream {
    let (name, local) = (&argument.name, ident(&argument.name));
    let (ty, kind) = (types::owned(file, &argument.ty), kind(design, &argument.ty));
    if argument.optional {
        quote!(let #local: Option<#ty> = #whence.optional(#name, #kind)?;)
    } else {
        quote!(let #local: #ty = #whence.one(#name, #kind)?;)
    }
}

/// How an owned value is handed over; `borrowed` when what there is of it is a reference already.
fn passed(argument: &Argument, local: &TokenStream, borrowed: bool) -> TokenStream {
    match (&argument.ty, argument.optional) {
        (ty, _) if ty.is_copy() && borrowed => quote!(*#local),
        (ty, _) if ty.is_copy() => quote!(#local),
        (Type::Text | Type::Texts | Type::Bytes | Type::Records { .. }, true) => quote!(#local.as_deref()),
        (_, true) => quote!(#local.as_ref()),
        (_, false) if borrowed => quote!(#local),
        (_, false) => quote!(&#local),
    }
}

/// Whether a reference to it is not what is handed over.
fn argument_is_copied(argument: &Argument) -> bool {
    argument.ty.is_copy() || argument.optional
}

/// The input struct of a transaction, or of an update with many arguments.
fn structure(design: &Design, file: &mut RustFile, pattern: &Pattern) -> Taken {
    let (mut statements, mut members) = (TokenStream::new(), Vec::new());
    for action in pattern.actions() {
        if let Some((statement, member)) = action_member(design, file, action) {
            statements.extend(statement);
            members.push(member);
        }
    }
    for argument in pattern_arguments(&design.entities, pattern) {
        let local = ident(&argument.name);
        statements.extend(read(design, file, &argument, &quote!(arguments)));
        let passed = passed(&argument, &quote!(#local), false);
        let is_itself = argument.ty.is_copy();
        members.push(if is_itself { quote!(#local) } else { quote!(#local: #passed) });
    }
    let input = file.import(&format!("crate::generated::pattern::{}", camel(&pattern.name)));
    Taken { statements, passed: vec![quote!(#input { #(#members),* })] }
}

/// The item of a put, or the keys or rows of an optional or repeated action.
fn action_member(design: &Design, file: &mut RustFile, action: &Action) -> Option<(TokenStream, TokenStream)> {
    let entity = design.entity(action.entity);
    let (name, local) = (&action.name, ident(&action.name));
    if action.kind != ActionKind::Put && !action.is_keyed() {
        return action.row.as_ref().map(|row| row_member(design, file, action, row));
    }
    if action.kind != ActionKind::Put && action.shape == Shape::One {
        return None;
    }
    let (ty, kind) = item_or_key(file, entity, action.kind != ActionKind::Put);
    Some(match action.shape {
        Shape::One => (quote!(let #local: #ty = arguments.one(#name, #kind)?;), quote!(#local: &#local)),
        Shape::Optional => {
            (quote!(let #local: Option<#ty> = arguments.optional(#name, #kind)?;), quote!(#local: #local.as_ref()))
        }
        Shape::Many => (quote!(let #local: Vec<#ty> = arguments.many(#name, #kind)?;), quote!(#local: &#local)),
    })
}

/// Rows borrow their texts, so what was read is kept beside them.
fn row_member(design: &Design, file: &mut RustFile, action: &Action, row: &str) -> (TokenStream, TokenStream) {
    let (name, local, given) = (&action.name, ident(&action.name), format_ident!("{}_given", action.name));
    let arguments = action_arguments(&design.entities, action);
    let reads: Vec<_> = arguments.iter().map(|one| read(design, file, one, &quote!(row))).collect();
    let locals: Vec<_> = arguments.iter().map(|one| ident(&one.name)).collect();
    let members = arguments.iter().map(|one| {
        let member = ident(&one.name);
        let is_itself = !argument_is_copied(one);
        let passed = passed(one, &quote!(#member), true);
        if is_itself { quote!(#member) } else { quote!(#member: #passed) }
    });
    let row = file.import(&format!("crate::generated::pattern::{row}"));
    let read_one = quote!(#(#reads)* row.end()?;);
    let made = quote!(|(#(#locals,)*)| #row { #(#members),* });
    match action.shape {
        Shape::Many => (
            quote! {
                let mut #given = Vec::new();
                for mut row in arguments.rows(#name)? {
                    #read_one
                    #given.push((#(#locals,)*));
                }
                let #local: Vec<_> = #given.iter().map(#made).collect();
            },
            quote!(#local: &#local),
        ),
        _ => (
            quote! {
                let mut #given = None;
                if let Some(mut row) = arguments.row(#name)? {
                    #read_one
                    #given = Some((#(#locals,)*));
                }
                let #local = #given.as_ref().map(#made);
            },
            quote!(#local),
        ),
    }
}

/// Calls the function and makes rows of what it returns.
fn ending(design: &Design, file: &mut RustFile, pattern: &Pattern, call: &TokenStream) -> TokenStream {
    match &pattern.operation {
        Operation::Get { entity, .. } => {
            let of = row_of(file, design.entity(*entity));
            quote!(let found = #call; Ok(Answer::of(found.map(|item| #of))))
        }
        Operation::Query(query) => of_query(design, file, pattern, query, call),
        Operation::ReadBatch { parts, .. } if is_one_list(parts) => {
            let of = row_of(file, design.entity(parts[0].entity));
            quote!(let found = #call; Ok(Answer::of(found.into_iter().map(|item| #of))))
        }
        Operation::ReadBatch { parts, .. } => {
            let each = parts.iter().map(|part| {
                let (member, of) = (ident(&part.name), row_of(file, design.entity(part.entity)));
                quote!(rows.extend(found.#member.into_iter().map(|item| #of));)
            });
            let each: Vec<_> = each.collect();
            quote!(let found = #call; let mut rows = Vec::new(); #(#each)* Ok(Answer::of(rows)))
        }
        Operation::Write(action) if action.returns_new => {
            let of = row_of(file, design.entity(action.entity));
            quote!(let item = #call; Ok(Answer::of([#of]).and_wrote(written)))
        }
        // Those that are not asked by hand have no function here.
        Operation::Write(_)
        | Operation::Transact(_)
        | Operation::WriteBatch(_)
        | Operation::Scan(_)
        | Operation::Upgrade(_) => {
            quote!(#call; Ok(Answer::default().and_wrote(written)))
        }
    }
}

fn row_of(file: &mut RustFile, entity: &Entity) -> TokenStream {
    let (row, name) = (file.import("crate::by_name::Row"), &entity.name);
    quote!(#row::of(#name, &item))
}

fn of_query(design: &Design, file: &mut RustFile, pattern: &Pattern, query: &Query, call: &TokenStream) -> TokenStream {
    let row = file.import("crate::by_name::Row");
    if query.paging == Paging::Count {
        return quote!(let count = #call; Ok(Answer::of([#row::count(count)])));
    }
    let of = if query.returns_keys {
        quote!(#row::key(&item))
    } else if query.returns_stored {
        quote!(#row::stored(&item))
    } else if is_union(query) {
        let union = file.import(&format!("crate::generated::pattern::{}", union_name(pattern)));
        let arms = query.entities.iter().map(|index| {
            let entity = design.entity(*index);
            let (variant, name) = (ident(&camel(&entity.name)), &entity.name);
            quote!(#union::#variant(item) => #row::of(#name, &item),)
        });
        quote!(match item { #(#arms)* })
    } else {
        row_of(file, design.entity(query.entities[0]))
    };
    if let Paging::Page(_) = query.paging {
        return quote! {
            let found = #call;
            Ok(Answer::page(found.items.into_iter().map(|item| #of), found.cursor))
        };
    }
    if query.first_max.is_some() {
        return quote!(let found = #call; Ok(Answer::first(found.items.into_iter().map(|item| #of), found.more)));
    }
    quote!(let found = #call; Ok(Answer::of(found.into_iter().map(|item| #of))))
}
