//! Retries: a conditional write that loses a race is repeated with the current state, a limited number of times.

/// Repeats a try until it succeeds or fails: `retry!(tries, pattern, try)`. `return` and `?` in the try end only that
/// try. A try returns `Ok(None)` when another request was faster.
///
/// The result is that of the last try, or [`StoreError::Contended`](crate::StoreError::Contended) when all tries lost a
/// race. It is a macro because the future of an async closure is not known to be `Send` for every lifetime, which the
/// handlers need.
macro_rules! retry {
    ($tries:expr, $pattern:literal, $attempt:expr) => {
        'tries: {
            for _ in 0..$tries {
                match async { $attempt }.await {
                    Ok(Some(done)) => break 'tries Ok(done),
                    Ok(None) => {}
                    Err(error) => break 'tries Err(error),
                }
            }
            Err($crate::StoreError::Contended { pattern: $pattern }.into())
        }
    };
}

pub(crate) use retry;

#[cfg(test)]
mod tests {
    use crate::StoreError;

    #[tokio::test]
    async fn retry_ends_with_the_first_success() {
        let mut tries = 0;
        let third: Result<u32, StoreError> = retry!(5, "AP-24", {
            tries += 1;
            Ok((tries == 3).then_some(tries))
        });
        assert_eq!((third.ok(), tries), (Some(3), 3));
    }

    #[tokio::test]
    async fn retry_ends_with_an_error_or_the_last_try() {
        let mut tries = 0;
        let overtaken: Result<(), StoreError> = retry!(5, "AP-24", {
            tries += 1;
            Ok(None)
        });
        assert!(matches!(overtaken, Err(StoreError::Contended { pattern: "AP-24" })));
        assert_eq!(tries, 5);
        let failed: Result<(), StoreError> = retry!(5, "AP-24", {
            tries += 1;
            Err(StoreError::TableMissing { table: "codesensei".to_owned() })
        });
        assert!(matches!(failed, Err(StoreError::TableMissing { .. })));
        assert_eq!(tries, 6);
    }
}
