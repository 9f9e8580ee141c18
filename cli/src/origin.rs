//! The origin of published figures: their date, machine, build and command.

use model::Clock;

/// The date, the machine, the build and this command.
pub(crate) fn origin(command: &str) -> String {
    let build = if cfg!(debug_assertions) { "an unoptimised build" } else { "a release build" };
    let date = Clock::system().now().date();
    format!("{date}, {}, {build}, `{command}`", machine())
}

/// The text in lines of at most 120 characters, as the documents have.
pub(crate) fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > 120 {
            lines.push(word.to_owned());
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The processors of this machine and its operating system.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let plural = if cores == 1 { "" } else { "s" };
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let of = model.map_or_else(String::new, |(_, name)| format!(" of {}", name.trim()));
    format!("{cores} core{plural}{of}, {} on {}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        let text = "word ".repeat(60);
        let lines: Vec<String> = wrapped(&text).lines().map(str::to_owned).collect();
        assert!(lines.len() == 3 && lines.iter().all(|line| line.len() <= 120), "{lines:?}");
        assert_eq!(lines.join(" "), text.trim());
    }
}
