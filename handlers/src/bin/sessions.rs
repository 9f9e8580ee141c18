//! The Lambda function of the domain `sessions`.

use handlers::lambda::{self, Program};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::serve(&Program::SESSIONS).await
}
