//! `/auth/…`: one route per file.

mod login;
mod logout;
mod refresh;
mod signup;
mod view;

pub use login::{__path_login, login};
pub use logout::{__path_logout, logout};
pub use refresh::{__path_refresh, refresh};
pub use signup::{__path_signup, signup};
pub(crate) use view::{Done, cookies};
