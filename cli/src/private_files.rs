//! Files and folders that only their owner can read, even if an earlier version created them with wider access.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Creates the folder if it does not exist, and removes access for others. A shared folder such as `/tmp` keeps its
/// mode.
///
/// # Errors
/// If the operating system refuses it.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path)?.permissions().mode();
        let (others, is_shared) = (mode & 0o077 != 0, mode & 0o1000 != 0);
        if others && !is_shared {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// Opens the file for writing without truncation, and creates it if it does not exist.
///
/// # Errors
/// If the operating system refuses it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    restrict_access(path)?;
    Ok(file)
}

/// Replaces the content of the file, not atomically.
///
/// # Errors
/// If the operating system refuses it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = open(path)?;
    file.set_len(0)?;
    file.write_all(bytes)
}

/// Replaces the file atomically: after a crash or a power cut it has the old or the new content, never a part.
///
/// # Errors
/// If the operating system refuses it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    write(Path::new(&draft), bytes)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, path)?;
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        // The parent of a bare file name is empty.
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Removes access to a file for others, if the file exists.
///
/// # Errors
/// If the operating system refuses it.
pub(crate) fn restrict_access(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        match fs::metadata(path) {
            Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
