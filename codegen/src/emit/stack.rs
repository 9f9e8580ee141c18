//! Emits the generated sections of the templates, and the policy of each function for other tools.

mod alarms;
mod events;
mod policy;
mod table;

pub use policy::requests_of;

use crate::design::{Design, Part, Section};
use crate::emitted::Emitted;

/// The templates with new sections, and the policies.
pub fn emit(design: &Design) -> Vec<Emitted> {
    let stacks = design.stacks.iter().map(|stack| {
        let text = stack.parts.iter().map(|part| match part {
            Part::Written(text) => text.clone(),
            Part::Generated { section, indent } => indented(&section_text(design, section), *indent),
        });
        let text: String = text.collect();
        // Keep the document's line endings.
        let text = if text.contains("\r\n") { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text };
        Emitted { path: stack.path.clone(), text }
    });
    stacks.chain(policy::documents(design)).collect()
}

fn section_text(design: &Design, section: &Section) -> String {
    match section {
        Section::Table => table::resource(design),
        Section::Events { tag, is_streaming } => events::of(design, tag, *is_streaming),
        Section::Policy { function } => policy::statements(design, function),
        Section::Alarms => alarms::of_routes(design),
    }
}

fn indented(text: &str, indent: usize) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{:indent$}{line}\n", "") }).collect()
}
