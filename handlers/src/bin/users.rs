//! The Lambda function of the domain `users`.

use handlers::{Domain, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::serve(Domain::Users).await
}
