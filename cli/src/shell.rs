//! Options as they are typed into a POSIX shell, for commands that a message suggests.

/// Characters that no shell treats specially. `~` is missing: at the start of a word it is a home directory.
const PLAIN: &str = "_@%+=:,./-";

/// `--name value`, quoted where a shell needs it.
pub(crate) fn option(name: &str, value: &str) -> String {
    // A value that begins with a dash would be taken for an option.
    let between = if value.starts_with('-') { "=" } else { " " };
    format!("--{name}{between}{}", quoted(value))
}

fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || PLAIN.contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The words that a shell makes of this line.
#[cfg(all(test, unix))]
pub(crate) fn words(line: &str) -> Vec<String> {
    let shell = std::process::Command::new("sh").args(["-c", &format!(r"printf '%s\0' {line}")]).output();
    let words = String::from_utf8(shell.expect("a shell").stdout).expect("UTF-8");
    words.split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_an_option_as_it_was_given() {
        for value in ["codesensei-prod/", "my keys", "it's", "$HOME", "~", "a;b", "`id`", "", "\"", "größe", "x\ny"] {
            assert_eq!(words(&option("dir", value)), ["--dir", value]);
        }
        assert_eq!(words(&option("dir", "-x y")), ["--dir=-x y"]);
        assert_eq!(option("secrets", "codesensei-prod/"), "--secrets codesensei-prod/", "no quotes without need");
    }
}
