//! Canaries: unique secrets in passwords, addresses, code and questions, which no output of a server may contain.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

/// The beginning of every token: the base64url form of `{"`.
const TOKEN: &str = "eyJ";

/// The secrets of a run. Each contains the marker of the run.
#[derive(Debug)]
pub(crate) struct Secrets {
    marker: String,
    made: AtomicU64,
}

impl Secrets {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        Self { marker: format!("cnry{:08x}", random.random::<u32>()), made: AtomicU64::new(0) }
    }

    /// A new secret of lower-case letters and digits.
    pub(crate) fn next(&self) -> String {
        format!("{}n{}", self.marker, self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// The part that all secrets of the run have in common.
    pub(crate) fn marker(&self) -> &str {
        &self.marker
    }

    /// The number of secrets.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// The leaks in the output of a process, without the secrets themselves.
    pub(crate) fn leaks_in(&self, file: &Path) -> io::Result<Vec<String>> {
        let mut leaks = Vec::new();
        for (number, line) in BufReader::new(File::open(file)?).split(b'\n').enumerate() {
            let line = String::from_utf8_lossy(&line?).to_lowercase();
            for (what, marker) in [("a secret", &*self.marker), ("a token", &*TOKEN.to_lowercase())] {
                if line.contains(marker) {
                    leaks.push(format!("{what} is in line {} of {}", number + 1, file.display()));
                }
            }
        }
        Ok(leaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_secret_and_a_planted_token_are_found() {
        let secrets = Secrets::new(1);
        let file = std::env::temp_dir().join(format!("codesensei-torture-secrets-{}", std::process::id()));
        let secret = secrets.next().to_uppercase();
        std::fs::write(&file, format!("INFO request\nWARN {secret}\nINFO eyJhbGciOi\n")).expect("a file");
        let leaks = secrets.leaks_in(&file).expect("readable");
        std::fs::write(&file, "INFO request\n").expect("a file");
        let none = secrets.leaks_in(&file).expect("readable");
        std::fs::remove_file(&file).expect("our file");
        assert!(leaks[0].starts_with("a secret is in line 2") && leaks[1].starts_with("a token is in line 3"));
        assert_eq!((leaks.len(), none.len()), (2, 0));
        assert!(!leaks.join("").to_lowercase().contains(&secret.to_lowercase()), "the report repeats no secret");
    }
}
