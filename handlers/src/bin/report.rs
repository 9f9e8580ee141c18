//! The scheduled Lambda function that reports what the day before has cost.

use handlers::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::report().await
}
