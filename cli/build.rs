//! Embeds the page into the program: each file of `web/dist` with its address, and a gzipped copy where it is smaller.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

const PAGE: &str = "../web/dist";

fn main() {
    println!("cargo::rerun-if-changed={PAGE}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let mut files = Vec::new();
    let listed = list(&folder, "", &mut files);
    if listed.is_err() || !files.iter().any(|(address, _)| address == "/index.html") {
        println!("cargo::error=web/dist has no page; build it with: cd web && npm ci && npm run build");
        return;
    }
    files.sort();
    fs::write(out.join("page.rs"), table(&files, &out).expect("the page's files can be read")).expect("OUT_DIR");
}

/// Every file below a folder, with its address.
fn list(folder: &Path, address: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let address = format!("{address}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &address, files)?;
        } else {
            files.push((address, entry.path()));
        }
    }
    Ok(())
}

/// A Rust array with the address, the bytes and the gzipped bytes of each file.
fn table(files: &[(String, PathBuf)], out: &Path) -> io::Result<String> {
    let mut table = "[\n".to_owned();
    for (number, (address, path)) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&bytes)?;
        let packed = packed.finish()?;
        let gzip = if packed.len() * 10 < bytes.len() * 9 {
            fs::write(out.join(format!("{number}.gz")), packed)?;
            format!("Some({})", included(&format!("{number}.gz")))
        } else {
            "None".to_owned()
        };
        // The bytes are copied to OUT_DIR, because web/dist may be rebuilt during the compilation.
        fs::write(out.join(number.to_string()), bytes)?;
        let plain = included(&number.to_string());
        writeln!(table, "    ({address:?}, {plain}, {gzip}),").map_err(io::Error::other)?;
    }
    Ok(table + "]\n")
}

/// A Rust expression for the bytes of a file in `OUT_DIR`.
fn included(file: &str) -> String {
    format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))")
}
