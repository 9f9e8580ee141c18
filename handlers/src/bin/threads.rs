//! The Lambda function of the domain `threads`, and of the service's own routes.

use handlers::lambda::{self, Program};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::serve(&Program::THREADS).await
}
