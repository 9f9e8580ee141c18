//! The scheduled Lambda function that removes the remaining items of deleted accounts, sessions and threads.

use handlers::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::sweep().await
}
