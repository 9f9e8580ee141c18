//! Options quoted for a POSIX shell, for commands that a message suggests.

/// Characters without a special meaning in shells. `~` is excluded: at the start of a word it is a home directory.
const PLAIN: &str = "_@%+=:,./-";

/// `--name value`, quoted if a shell needs it.
pub(crate) fn option(name: &str, value: &str) -> String {
    // A shell command would read a value that begins with a dash as an option.
    let between = if value.starts_with('-') { "=" } else { " " };
    format!("--{name}{between}{}", quote(value))
}

fn quote(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || PLAIN.contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The words into which a shell splits this line.
#[cfg(all(test, unix))]
pub(crate) fn split_words(line: &str) -> Vec<String> {
    let shell = std::process::Command::new("sh").args(["-c", &format!(r"printf '%s\0' {line}")]).output();
    let split_words = String::from_utf8(shell.expect("a shell").stdout).expect("UTF-8");
    split_words.split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_original_value() {
        for value in ["codesensei-prod/", "my keys", "it's", "$HOME", "~", "a;b", "`id`", "", "\"", "größe", "x\ny"] {
            assert_eq!(split_words(&option("dir", value)), ["--dir", value]);
        }
        assert_eq!(split_words(&option("dir", "-x y")), ["--dir=-x y"]);
        assert_eq!(option("secrets", "codesensei-prod/"), "--secrets codesensei-prod/", "no quotes without need");
    }
}
