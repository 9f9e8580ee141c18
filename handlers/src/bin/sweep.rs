//! The scheduled Lambda function that removes what deletes left behind.

use handlers::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::sweep().await
}
