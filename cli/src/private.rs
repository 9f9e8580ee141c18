//! Files and folders that only their owner can read, also those that an earlier version made readable for others.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes the folder when it is not there, and closes it to others. One that many share, such as `/tmp`, stays open.
///
/// # Errors
/// When the system does not let it.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
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

/// Opens the file for writing, and makes it when it is not there. What is in it stays.
///
/// # Errors
/// When the system does not let it.
pub(crate) fn file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    close(path)?;
    Ok(file)
}

/// Writes the file anew.
///
/// # Errors
/// When the system does not let it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = file(path)?;
    file.set_len(0)?;
    file.write_all(bytes)
}

/// Replaces the file as a whole: after a crash or a power cut it is the one before or this one, never a part.
///
/// # Errors
/// When the system does not let it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    write(Path::new(&draft), bytes)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        // The parent of a bare file name is empty.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Closes a file to others, if it is there.
///
/// # Errors
/// When the system does not let it.
pub(crate) fn close(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        match fs::metadata(path) {
            Ok(is) if is.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
