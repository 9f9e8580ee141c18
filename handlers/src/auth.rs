//! Authentication: passwords, signing keys, tokens and the caller.

pub mod caller;
pub mod device;
pub mod key_pair;
pub mod keyring;
pub mod keys;
pub mod password;
pub mod person_name;
pub mod presented;
pub mod routes;
pub mod sign_up;
pub mod token;
pub mod user_agent;
