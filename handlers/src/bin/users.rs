//! The Lambda function of the domain `users`.

use handlers::lambda::{self, Program};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::serve(&Program::USERS).await
}
