//! Files under a folder, with paths that are the same on every platform.

use std::fs;
use std::io;
use std::path::Path;

/// The paths of all files under the folder, relative to `root`; empty if the folder does not exist.
pub fn under(root: &Path, folder: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(named(&folder, &error)),
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Whether the path has this extension.
#[must_use]
pub fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Writes a file and creates its folders.
pub fn write(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let full = root.join(path);
    let folder = full.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(&full, text)).map_err(|error| named(path, &error))
}

/// Removes a file.
pub fn remove(root: &Path, path: &str) -> io::Result<()> {
    fs::remove_file(root.join(path)).map_err(|error| named(path, &error))
}

/// Refuses a folder that is a symbolic link, or is inside one: its files belong to another folder.
pub fn refuse_link(root: &Path, folder: &str) -> io::Result<()> {
    let mut path = root.to_owned();
    for part in folder.split('/') {
        path.push(part);
        if path.is_symlink() {
            let message =
                format!("{folder} is a symbolic link or inside one; the generator removes files in this folder");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
    }
    Ok(())
}

fn named(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}
