//! Puts the page into the program: each file of `web/dist` with its address, and gzipped where that makes it smaller.

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
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let mut files = Vec::new();
    let listed = list(&folder, "", &mut files);
    if listed.is_err() || !files.iter().any(|(address, _)| address == "/index.html") {
        println!("cargo::error=there is no page in web/dist; make it with: cd web && npm ci && npm run build");
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

/// An array in Rust with address, bytes and gzipped bytes of each file.
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
        // Bytes of OUT_DIR too: the folder may be written anew while this is compiled.
        fs::write(out.join(number.to_string()), bytes)?;
        let plain = included(&number.to_string());
        writeln!(table, "    ({address:?}, {plain}, {gzip}),").map_err(io::Error::other)?;
    }
    Ok(table + "]\n")
}

/// The bytes of a file of `OUT_DIR`, in Rust.
fn included(file: &str) -> String {
    format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))")
}
