//! This machine's own keys: made on the first start, kept in the data folder, readable by their owner only.

use handlers::auth::key_pair;
use std::fs;
use std::io;
use std::path::Path;

use crate::private;

/// What a server signs and seals with.
pub(crate) struct Secrets {
    /// An RSA key of 2,048 bits, in PEM.
    pub(crate) signing_key: String,
    /// What cursors and fences are derived from.
    pub(crate) seed: Vec<u8>,
}

impl Secrets {
    /// Keys that are gone when the process ends.
    pub(crate) fn generate() -> io::Result<Self> {
        Ok(Self { signing_key: key_pair::generate()?, seed: rand::random::<[u8; 32]>().to_vec() })
    }

    /// The keys of this folder. One that does not exist is made, and the other stays: with another signing key everyone is signed out.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let key = kept(&folder.join("signing-key.pem"), || key_pair::generate().map(String::into_bytes))?;
        let seed = kept(&folder.join("secret"), || Ok(rand::random::<[u8; 32]>().to_vec()))?;
        let signing_key = String::from_utf8(key).map_err(|_| io::Error::other("signing-key.pem is not text"))?;
        Ok(Self { signing_key, seed })
    }
}

/// What is in the file, or is made for it. Only its owner can read it.
fn kept(path: &Path, make: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    private::close(path)?;
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fresh = make()?;
            private::replace(path, &fresh)?;
            Ok(fresh)
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::pair;

    #[test]
    fn a_folder_keeps_its_keys_and_only_its_owner_reads_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = Secrets::in_folder(folder.path()).expect("keys");
        let second = Secrets::in_folder(folder.path()).expect("keys");
        assert!(first.signing_key == second.signing_key && first.seed == second.seed);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join("signing-key.pem")).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }
    #[test]
    fn only_the_file_that_is_missing_is_made() {
        for missing in ["secret", "signing-key.pem"] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let first = Secrets::in_folder(folder.path()).expect("keys");
            fs::remove_file(folder.path().join(missing)).expect("removed");
            let second = Secrets::in_folder(folder.path()).expect("keys");
            assert_eq!(first.signing_key == second.signing_key, missing == "secret");
            assert_eq!(first.seed == second.seed, missing != "secret");
        }
    }

    #[test]
    fn an_interrupted_write_leaves_no_empty_key() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // As after a crash before the draft was complete.
        fs::write(folder.path().join("signing-key.pem.draft"), "").expect("a draft");
        let keys = Secrets::in_folder(folder.path()).expect("keys");
        assert!(pair::kid(&keys.signing_key).is_ok());
        assert!(!folder.path().join("signing-key.pem.draft").exists());
    }
}
