//! This machine's own keys: made on the first start, kept in the data folder, readable by their owner only.

use std::fs;
use std::io;
use std::path::Path;

use crate::keys::pair;
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
        Ok(Self { signing_key: pair::generate()?, seed: rand::random::<[u8; 32]>().to_vec() })
    }

    /// The keys of this folder; made when they are not there.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let (key_path, seed_path) = (folder.join("signing-key.pem"), folder.join("secret"));
        if !key_path.exists() || !seed_path.exists() {
            let fresh = Self::generate()?;
            private::write(&key_path, fresh.signing_key.as_bytes())?;
            private::write(&seed_path, &fresh.seed)?;
        }
        private::close(&key_path)?;
        private::close(&seed_path)?;
        Ok(Self { signing_key: fs::read_to_string(key_path)?, seed: fs::read(seed_path)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
