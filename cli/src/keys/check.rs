//! Whether the three secrets fit together.

use handlers::secrets::{ORIGIN_CHARS, PublicKeys, SEED_CHARS, Seed, SigningKey};

use crate::keys::pair;
use crate::keys::phases::Found;

/// What is wrong with the secrets that could be read, each in a sentence that says how to mend it. Never with a secret in it. `at` names
/// the place in the commands that are suggested.
pub(crate) fn problems(found: &Found, at: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(signing) = &found.signing {
        problems.extend(private(signing, found.public.as_ref(), at));
    }
    if let Some(public) = &found.public {
        problems.extend(misnamed(public));
    }
    if let (Some(signing), Some(public)) = (&found.signing, &found.public)
        && let Ok(kid) = pair::kid(&signing.signing_key)
        && public.find(&kid).is_some_and(|key| key.retired_at.is_some())
    {
        let mend =
            format!("`keys promote` was interrupted between its two writes: run `codesensei keys promote {at}` again.");
        problems.push(format!("The key that signs is marked as retired. {mend}"));
    }
    if let Some(seed) = &found.seed {
        problems.extend(short(seed, at));
    }
    problems
}

fn private(signing: &SigningKey, public: Option<&PublicKeys>, at: &str) -> Vec<String> {
    let next = signing.next_signing_key.as_deref().map(|key| ("next_signing_key", key));
    let keys = std::iter::once(("signing_key", &*signing.signing_key)).chain(next);
    let problem = |(name, private): (&str, &str)| match pair::kid(private) {
        Err(error) => {
            Some(format!("{name} cannot be used: {error}. Restore an earlier version of the secret signing-key."))
        }
        Ok(kid) if public.is_some_and(|public| public.find(&kid).is_none()) => Some(format!(
            "The public half of {name} ({kid}) is not in public-keys, so its tokens are refused. `codesensei keys add {at}` adds it."
        )),
        Ok(_) => None,
    };
    keys.filter_map(problem).collect()
}

fn misnamed(public: &PublicKeys) -> impl Iterator<Item = String> {
    let wrong = public.keys.iter().filter(|key| pair::public_kid(&key.pem).as_ref() != Some(&key.kid));
    wrong.map(|key| {
        let kid = &key.kid;
        format!(
            "The public key {kid} is not the key of this name. Restore an earlier version of the secret public-keys."
        )
    })
}

fn short(seed: &Seed, at: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if seed.seed.len() < SEED_CHARS {
        problems.push(format!(
            "The seed has fewer than {SEED_CHARS} characters. Replace it by a random one; pages of lists that are open then begin anew."
        ));
    }
    let is_short = |value: &str| value.len() < ORIGIN_CHARS;
    if is_short(&seed.origin) {
        problems.push(format!(
            "origin in the secret seed has fewer than {ORIGIN_CHARS} characters. Run `codesensei keys rotate-origin {at}`."
        ));
    } else if is_short(&seed.origin_before) {
        problems.push(format!(
            "origin_before in the secret seed has fewer than {ORIGIN_CHARS} characters. Run `codesensei keys rotate-origin --settle {at}`."
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::phases;
    use crate::keys::phases::Write;
    use model::Timestamp;

    fn fresh() -> (SigningKey, PublicKeys, Seed) {
        let plan = phases::new(&Found::default(), false, Vec::new(), Timestamp::EPOCH, "").expect("keys");
        match <[Write; 3]>::try_from(plan.writes) {
            Ok([Write::Signing(signing), Write::Public(public), Write::Seed(seed)]) => (signing, public, seed),
            other => panic!("{other:?}"),
        }
    }

    fn wrong(signing: &SigningKey, public: &PublicKeys, seed: &Seed) -> Vec<String> {
        let (signing, public, seed) = (Some(signing.clone()), Some(public.clone()), Some(seed.clone()));
        problems(&Found { signing, public, seed }, "--dir keys")
    }

    #[test]
    fn fresh_secrets_have_no_problem() {
        let (signing, public, seed) = fresh();
        assert_eq!(wrong(&signing, &public, &seed), Vec::<String>::new());
        let one = Found { public: Some(public), ..Found::default() };
        assert_eq!(problems(&one, ""), Vec::<String>::new(), "missing ones are told by another check");
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
        let shut = Seed { origin: "HUNTER2".to_owned(), ..seed.clone() };
        for (found, expected) in [
            (wrong(&other, &public, &seed), "`codesensei keys add --dir keys` adds it"),
            (wrong(&signing, &renamed, &seed), "The public key another is not the key of this name"),
            (wrong(&signing, &retired, &seed), "run `codesensei keys promote --dir keys` again"),
            (wrong(&broken, &public, &seed), "next_signing_key cannot be used"),
            (wrong(&signing, &public, &short(&seed)), "The seed has fewer than 32"),
            (wrong(&signing, &public, &open), "Run `codesensei keys rotate-origin --settle --dir keys`"),
            (wrong(&signing, &public, &shut), "Run `codesensei keys rotate-origin --dir keys`"),
        ] {
            let all = found.join("\n");
            assert!(all.contains(expected) && !all.contains("HUNTER2") && !all.contains("PRIVATE"), "{all}");
        }
    }
}
