//! `/auth/…`: one verb a file.

mod login;
mod signup;
mod view;

pub use login::login;
pub use signup::signup;
