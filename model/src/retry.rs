//! Tries again: a write that another request was faster than is made from what is there now, a few times.

/// Repeats a try until it is done, or fails: `retry!(tries, pattern, try)`. `return` and `?` in the try end that try. It is
/// `Ok(None)` when another request was faster.
///
/// The result is that of the last try, or [`StoreError::Contended`](crate::StoreError::Contended) when none of so many is
/// done. This is a macro because the future of an async closure is not known to be `Send` for every lifetime, which the
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
    async fn the_first_try_that_is_done_ends_the_tries() {
        let mut tries = 0;
        let third: Result<u32, StoreError> = retry!(5, "AP-24", {
            tries += 1;
            Ok((tries == 3).then_some(tries))
        });
        assert_eq!((third.ok(), tries), (Some(3), 3));
    }

    #[tokio::test]
    async fn an_error_ends_the_tries_and_so_does_their_number() {
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
