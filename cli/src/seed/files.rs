//! The files of `seed/`, compiled into the program, so that the command works without the repository.

use std::borrow::Cow;
use std::fmt::Write as _;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

macro_rules! compiled_in {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../seed/", $folder, "/", $name)))),+]
    };
}

/// The files of the people.
pub(super) const PEOPLE: &[(&str, &str)] = compiled_in!(
    "people": "ada.toml",
    "demo.toml",
    "edgar.toml",
    "grace.toml",
    "linus.toml",
    "yuki.toml",
);

/// The code files of their sessions.
pub const FILES: &[(&str, &str)] = compiled_in!(
    "files": "inventory.rs",
    "rate_limiter.py",
    "PriceFeed.cs",
    "Reservations.java",
    "SessionCache.kt",
    "backup.sh",
    "bounded_queue.go",
    "dashboard.css",
    "feed_importer.rb",
    "invoice.php",
    "monthly_report.sql",
    "ring_buffer.c",
    "sparse_matrix.cpp",
    "upload.js",
    "useCart.ts",
);

/// The name of the file that is too large for one item.
const READINGS: &str = "readings.csv";
/// The number of its rows: their gzip is larger than one item can hold.
const ROWS: u32 = 24_000;

/// The text of a file of `seed/files`, or of the generated file.
pub(super) fn text(name: &str) -> Option<Cow<'static, str>> {
    if name == READINGS {
        return Some(Cow::Owned(readings()));
    }
    FILES.iter().find(|(file, _)| *file == name).map(|(_, text)| Cow::Borrowed(*text))
}

/// A day of sensor readings, with so many digits that they do not compress into one item. The same in every run.
fn readings() -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(0x5EED);
    let mut text = "second,sensor,temperature,pressure,vibration\n".to_owned();
    for row in 0..ROWS {
        let [temperature, pressure, vibration]: [u32; 3] = std::array::from_fn(|_| rng.random());
        let second = row * 86_400 / ROWS;
        let _ = writeln!(
            text,
            "{second},s{:02},{}.{:06},{}.{:06},0.{vibration:010}",
            row % 40,
            18 + temperature % 9,
            temperature % 1_000_000,
            990 + pressure % 40,
            pressure % 1_000_000,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folders_is_compiled_in() {
        let in_folder = |folder: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seed").join(folder);
            let files = std::fs::read_dir(folder).expect("the folder exists");
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
        };
        let named = |files: &[(&str, &str)]| files.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(named(FILES), in_folder("files"));
        assert_eq!(named(PEOPLE), in_folder("people"));
    }

    #[test]
    fn the_readings_fit_into_a_session_but_not_into_one_item() {
        let packed = model::PackedCode::pack(&readings()).expect("it fits a session");
        assert!(matches!(packed.body, model::PackedBody::Chunked(pieces) if pieces.len() == 1 || pieces.len() == 2));
    }
}
