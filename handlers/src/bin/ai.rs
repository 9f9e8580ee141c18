//! The Lambda function of the domain `ai`.

use handlers::{Domain, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::serve(Domain::Ai).await
}
