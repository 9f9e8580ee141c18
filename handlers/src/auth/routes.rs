//! `/auth/…`: one verb a file.

mod login;
mod signup;
mod view;

pub use login::{__path_login, login};
pub use signup::{__path_signup, signup};
