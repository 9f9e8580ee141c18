//! The tokens of a request: verifies each candidate, the newest valid one first.

use model::{FamilyId, Timestamp, UserId};

use crate::auth::token::{Access, Refresh, TokenError, Tokens};
use crate::http::cookie::Cookies;

/// The verified candidates of one kind of token.
#[derive(Debug)]
pub struct Presented<T> {
    /// The valid tokens, the newest first.
    pub good: Vec<T>,
    /// The most specific error of the others: `Expired`, then `UnknownKey`, then `Invalid`.
    pub refusal: Option<TokenError>,
}

impl Tokens {
    /// The access tokens among these texts. If none is valid and one names an unknown key, reloads the keys.
    pub async fn access_among(&self, texts: &[String], now: Timestamp) -> Presented<Access> {
        let read = || sorted(texts.iter().map(|text| self.verify_access(text, now)), |token| token.issued_at);
        self.reading_again(read, now).await
    }

    /// The refresh tokens among these texts: the newest of each sign-in, since older ones were replaced. Reloads the
    /// keys as for access tokens.
    pub async fn refresh_among(&self, texts: &[String], now: Timestamp) -> Presented<Refresh> {
        let order = |token: &Refresh| (token.issued_at, token.seq);
        let read = || sorted(texts.iter().map(|text| self.verify_refresh(text, now)), order);
        let mut presented = self.reading_again(read, now).await;
        let mut seen = Vec::new();
        presented.good.retain(|token| {
            let sign_in = (token.user_id, token.family_id);
            let is_first = !seen.contains(&sign_in);
            seen.push(sign_in);
            is_first
        });
        presented
    }

    /// The sign-ins of all valid tokens of a request.
    pub async fn sign_ins(&self, cookies: &Cookies, now: Timestamp) -> Vec<(UserId, FamilyId)> {
        let refresh = self.refresh_among(cookies.refresh(), now).await.good;
        let access = self.access_among(cookies.access(), now).await.good;
        let access = access.into_iter().map(|token| (token.user_id, token.family_id));
        let mut all: Vec<_> = refresh.iter().map(|token| (token.user_id, token.family_id)).chain(access).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    async fn reading_again<T>(&self, read: impl Fn() -> Presented<T>, now: Timestamp) -> Presented<T> {
        let first = read();
        if !first.good.is_empty() || first.refusal != Some(TokenError::UnknownKey) {
            return first;
        }
        self.keys().read_again(now).await;
        read()
    }
}

impl Presented<Access> {
    /// The newest valid token.
    ///
    /// # Errors
    /// When no token is valid.
    pub fn newest(self) -> Result<Access, TokenError> {
        self.good.into_iter().next().ok_or(self.refusal.unwrap_or(TokenError::Invalid))
    }
}

fn sorted<T, K: Ord>(read: impl Iterator<Item = Result<T, TokenError>>, order: impl Fn(&T) -> K) -> Presented<T> {
    let (mut good, mut refusal) = (Vec::new(), None);
    for token in read {
        match token {
            Ok(token) => good.push(token),
            Err(error) => refusal = refusal.max(Some(error)),
        }
    }
    good.sort_by_key(|token| std::cmp::Reverse(order(token)));
    Presented { good, refusal }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keyring::KeyRing;
    use crate::auth::keys::tests::keys;
    use futures::FutureExt as _;
    use model::Ids;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().expect("a time")
    }

    fn access(tokens: &Tokens, at: Timestamp) -> (FamilyId, String) {
        let ids = Ids::random();
        let family_id = ids.next(at);
        (family_id, tokens.access(ids.next(at), family_id, at).expect("signed").as_str().to_owned())
    }

    #[tokio::test]
    async fn the_newest_valid_token_is_used() {
        let tokens = Tokens::new(keys(0, &[]), "us", "page");
        let foreign = access(&Tokens::new(keys(1, &[]), "us", "page"), now()).1;
        let expired = access(&tokens, now().minus(Duration::from_hours(1))).1;
        let (_, older) = access(&tokens, now().minus(Duration::from_mins(5)));
        let (newest, newer) = access(&tokens, now());
        for texts in [[&newer, &older, &foreign, &expired], [&expired, &foreign, &older, &newer]] {
            let presented = tokens.access_among(&texts.map(Clone::clone), now()).await;
            assert_eq!(presented.newest().map(|token| token.family_id), Ok(newest));
        }
        for (texts, refusal) in [
            (vec![], TokenError::Invalid),
            (vec!["x".to_owned()], TokenError::Invalid),
            (vec!["x".to_owned(), foreign.clone()], TokenError::UnknownKey),
            (vec![foreign, expired, "x".to_owned()], TokenError::Expired),
        ] {
            assert_eq!(tokens.access_among(&texts, now()).await.newest(), Err(refusal));
        }
    }

    #[tokio::test]
    async fn an_unknown_key_reloads_the_keys_at_most_once_a_minute() {
        let reads = Arc::new(AtomicU32::new(0));
        let source = {
            let reads = Arc::clone(&reads);
            move || {
                let read = reads.fetch_add(1, Ordering::Relaxed);
                async move { if read == 0 { Err("not now".into()) } else { Ok(keys(1, &[0])) } }.boxed()
            }
        };
        let tokens = Tokens::new(KeyRing::readable(keys(0, &[]), Box::new(source), now()), "us", "page");
        let (newer, by_the_new_key) = access(&Tokens::new(keys(1, &[]), "us", "page"), now());
        let by_the_old_key = access(&tokens, now()).1;
        let texts = [by_the_new_key];
        for _ in 0..5 {
            assert_eq!(tokens.access_among(&texts, now()).await.newest(), Err(TokenError::UnknownKey));
        }
        assert_eq!(reads.load(Ordering::Relaxed), 1, "keys that cannot be read are not asked for all the time");
        let later = now().plus(Duration::from_mins(1));
        assert_eq!(tokens.access_among(&texts, later).await.newest().map(|token| token.family_id), Ok(newer));
        assert!(tokens.access_among(&[by_the_old_key], later).await.newest().is_ok(), "while it is accepted");
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }
}
