//! The keys of this machine: created at the first start and stored in the data folder, readable only by their owner.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use handlers::auth::key_pair;

use crate::private_files;

/// The secrets of a server.
pub struct LocalKeys {
    /// An RSA key of 2,048 bits, in PEM.
    pub(crate) signing_key: String,
    /// The secret from which the keys of cursors and fences are derived.
    pub(crate) seed: Vec<u8>,
}

impl LocalKeys {
    /// Keys for a process that does not store them. The search for the two primes of the signing key takes tenths of a
    /// second in a build without optimisation.
    ///
    /// # Errors
    /// If the operating system provides no randomness.
    pub fn generate() -> io::Result<Self> {
        Ok(Self { signing_key: key_pair::generate()?, seed: rand::random::<[u8; 32]>().to_vec() })
    }

    /// The keys in this folder. Creates only a missing one, because a new signing key signs out all users.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let key = read_or_create(&folder.join("signing-key.pem"), || key_pair::generate().map(String::into_bytes))?;
        let seed = read_or_create(&folder.join("secret"), || Ok(rand::random::<[u8; 32]>().to_vec()))?;
        let signing_key = String::from_utf8(key).map_err(|_| io::Error::other("signing-key.pem is not text"))?;
        Ok(Self { signing_key, seed })
    }
}

impl fmt::Debug for LocalKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKeys").finish_non_exhaustive()
    }
}

/// The content of the file, which is created if it does not exist. Only its owner can read it.
fn read_or_create(path: &Path, create: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    private_files::restrict_access(path)?;
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let created = create()?;
            private_files::replace(path, &created)?;
            Ok(created)
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key_id;

    #[test]
    fn keys_are_kept_and_readable_only_by_their_owner() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = LocalKeys::in_folder(folder.path()).expect("keys");
        let second = LocalKeys::in_folder(folder.path()).expect("keys");
        assert!(first.signing_key == second.signing_key && first.seed == second.seed);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join("signing-key.pem")).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }

    #[test]
    fn only_a_missing_file_is_created() {
        for missing in ["secret", "signing-key.pem"] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let first = LocalKeys::in_folder(folder.path()).expect("keys");
            fs::remove_file(folder.path().join(missing)).expect("removed");
            let second = LocalKeys::in_folder(folder.path()).expect("keys");
            assert_eq!(first.signing_key == second.signing_key, missing == "secret");
            assert_eq!(first.seed == second.seed, missing != "secret");
        }
    }

    #[test]
    fn an_interrupted_write_leaves_no_empty_key() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The state after a crash during the write of the draft.
        fs::write(folder.path().join("signing-key.pem.draft"), "").expect("a draft");
        let keys = LocalKeys::in_folder(folder.path()).expect("keys");
        assert!(key_id::kid(&keys.signing_key).is_ok());
        assert!(!folder.path().join("signing-key.pem.draft").exists());
    }
}
