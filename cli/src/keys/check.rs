//! Whether the three secrets fit together.

use crate::keys::pair;
use handlers::secrets::{ORIGIN_CHARS, PublicKeys, SEED_CHARS, Seed, SigningKey};

/// What is wrong, each in a sentence that says how to mend it. Never with a secret in it.
pub(crate) fn problems(signing: &SigningKey, public: &PublicKeys, seed: &Seed) -> Vec<String> {
    let mut problems = Vec::new();
    let next = signing.next_signing_key.as_deref().map(|key| ("next_signing_key", key));
    for (name, private) in std::iter::once(("signing_key", &*signing.signing_key)).chain(next) {
        match pair::kid(private) {
            Err(error) => problems.push(format!(
                "{name} cannot be used: {error}. Restore an earlier version of the secret signing-key."
            )),
            Ok(kid) if public.find(&kid).is_none() => problems.push(format!(
                "The public half of {name} ({kid}) is not in public-keys, so its tokens are refused. `codesensei keys add` puts it there."
            )),
            Ok(_) => {}
        }
    }
    for key in &public.keys {
        if pair::public_kid(&key.pem).as_ref() != Some(&key.kid) {
            let kid = &key.kid;
            problems.push(format!(
                "The public key {kid} is not the key of this name. Restore an earlier version of the secret public-keys."
            ));
        }
    }
    let has_retired = |kid: String| public.find(&kid).is_some_and(|key| key.retired_at.is_some());
    if pair::kid(&signing.signing_key).is_ok_and(has_retired) {
        let mend = "It was interrupted between its two steps: run `codesensei keys promote` again.";
        problems.push(format!("The key that signs is marked as retired. {mend}"));
    }
    if seed.seed.len() < SEED_CHARS {
        problems.push(format!(
            "The seed has fewer than {SEED_CHARS} characters. Replace it by a random one; pages of lists that are open then begin anew."
        ));
    }
    for (name, value) in [("origin", &seed.origin), ("origin_before", &seed.origin_before)] {
        if value.len() < ORIGIN_CHARS {
            problems.push(format!(
                "{name} in the secret seed has fewer than {ORIGIN_CHARS} characters. Run `codesensei keys rotate-origin`, deploy, and \
                 run it with --settle."
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::phases;
    use crate::keys::phases::{Found, Write};
    use model::Timestamp;

    fn fresh() -> (SigningKey, PublicKeys, Seed) {
        let plan = phases::new(&Found::default(), false, Vec::new(), Timestamp::EPOCH, "").expect("keys");
        match <[Write; 3]>::try_from(plan.writes) {
            Ok([Write::Signing(signing), Write::Public(public), Write::Seed(seed)]) => (signing, public, seed),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fresh_secrets_have_no_problem() {
        let (signing, public, seed) = fresh();
        assert_eq!(problems(&signing, &public, &seed), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_told_without_a_secret() {
        let (signing, public, seed) = fresh();
        let (other, _, _) = fresh();
        let mut renamed = public.clone();
        renamed.keys[0].kid = "another".to_owned();
        let mut retired = public.clone();
        retired.keys[0].retired_at = Some(Timestamp::EPOCH);
        let broken = SigningKey { next_signing_key: Some("HUNTER2".to_owned()), ..signing.clone() };
        let short = |seed: &Seed| Seed { seed: "HUNTER2".to_owned(), ..seed.clone() };
        let open = Seed { origin_before: "HUNTER2".to_owned(), ..seed.clone() };
        for (found, expected) in [
            (problems(&other, &public, &seed), "is not in public-keys"),
            (problems(&signing, &renamed, &seed), "The public key another is not the key of this name"),
            (problems(&signing, &retired, &seed), "marked as retired"),
            (problems(&broken, &public, &seed), "next_signing_key cannot be used"),
            (problems(&signing, &public, &short(&seed)), "The seed has fewer than 32"),
            (problems(&signing, &public, &open), "origin_before in the secret seed"),
        ] {
            let all = found.join("\n");
            assert!(all.contains(expected) && !all.contains("HUNTER2") && !all.contains("PRIVATE"), "{all}");
        }
    }
}
