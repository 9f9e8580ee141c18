//! What an empty table starts with: a demo account, with real files to talk about.

use handlers::App;
use handlers::auth::password::Password;
use handlers::limits::REFRESH_TOKEN_LIFE;
use model::{Filename, NewSession, NewUser, Username};

/// The name of the demo account.
pub const USERNAME: &str = "demo";
/// Its password. Everyone knows it: the account is only ever made in a table on this machine.
pub const PASSWORD: &str = "Review-me-2026";

/// The files of the demo account.
pub const FILES: [(&str, &str); 2] = [
    ("inventory.rs", include_str!("../../seed/files/inventory.rs")),
    ("rate_limiter.py", include_str!("../../seed/files/rate_limiter.py")),
];

/// Any failure to seed, for a message.
pub type SeedError = Box<dyn std::error::Error + Send + Sync>;

/// Makes the demo account and its sessions, unless the account is there. Says whether it did.
///
/// # Errors
/// When the table does not take them.
pub async fn seed(app: &App) -> Result<bool, SeedError> {
    let username: Username = USERNAME.parse()?;
    if app.store.find_username_claim(&username.key()).await?.is_some() {
        return Ok(false);
    }
    let password: Password = PASSWORD.parse()?;
    let new = NewUser {
        name: "Demo".to_owned(),
        email: "demo@example.com".parse()?,
        username,
        password_hash: app.hasher.hash(&password).await?,
    };
    let (user, _) = app.store.create_user(new, REFRESH_TOKEN_LIFE).await?;
    for (name, text) in FILES {
        let filename = Filename::parse(name)?;
        let new = NewSession { filename, language_override: None, text: text.to_owned() };
        app.store.new_session(user.user_id, new).await?;
    }
    Ok(true)
}
