//! The scheduled Lambda function that reports the cost of the previous day.

use handlers::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::report().await
}
