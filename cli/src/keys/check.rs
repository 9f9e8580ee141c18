//! Checks the consistency of the three secrets.

use handlers::secrets::{ORIGIN_CHARS, PublicKeys, SEED_CHARS, Seed, SigningKey};

use crate::keys::key_id;
use crate::keys::plan::ParsedSecrets;

/// The problems of the loaded secrets, each with its remedy, and never with a secret. `options` selects the location in
/// suggested commands.
pub(crate) fn problems(secrets: &ParsedSecrets, options: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(signing) = &secrets.signing {
        problems.extend(private_key_problems(signing, secrets.public.as_ref(), options));
    }
    if let Some(public) = &secrets.public {
        problems.extend(misnamed_keys(public));
    }
    if let (Some(signing), Some(public)) = (&secrets.signing, &secrets.public)
        && let Ok(kid) = key_id::kid(&signing.signing_key)
        && public.find(&kid).is_some_and(|key| key.retired_at.is_some())
    {
        let fix = format!(
            "`keys promote` was interrupted between its two writes: run `codesensei keys promote {options}` again."
        );
        problems.push(format!("The signing key is marked as retired. {fix}"));
    }
    if let Some(seed) = &secrets.seed {
        problems.extend(short_values(seed, options));
    }
    problems
}

fn private_key_problems(signing: &SigningKey, public: Option<&PublicKeys>, options: &str) -> Vec<String> {
    let next = signing.next_signing_key.as_deref().map(|key| ("next_signing_key", key));
    let keys = std::iter::once(("signing_key", &*signing.signing_key)).chain(next);
    let problem = |(name, private_key): (&str, &str)| match key_id::kid(private_key) {
        Err(error) => {
            Some(format!("{name} is invalid: {error}. Restore an earlier version of the secret signing-key."))
        }
        Ok(kid) if public.is_some_and(|public| public.find(&kid).is_none()) => Some(format!(
            "The public half of {name} ({kid}) is not in public-keys, so its tokens are refused. To add it: \
             codesensei keys add {options}"
        )),
        Ok(_) => None,
    };
    keys.filter_map(problem).collect()
}

fn misnamed_keys(public: &PublicKeys) -> impl Iterator<Item = String> {
    let mismatched = public.keys.iter().filter(|key| key_id::public_kid(&key.pem).as_ref() != Some(&key.kid));
    mismatched.map(|key| {
        let kid = &key.kid;
        format!("The public key {kid} does not match its id. Restore an earlier version of the secret public-keys.")
    })
}

fn short_values(seed: &Seed, options: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if seed.seed.len() < SEED_CHARS {
        problems.push(format!(
            "The seed has fewer than {SEED_CHARS} characters. Replace it with a random one; open lists then restart \
             at their first page."
        ));
    }
    let is_short = |value: &str| value.len() < ORIGIN_CHARS;
    if is_short(&seed.origin) {
        problems.push(format!(
            "origin in the secret seed has fewer than {ORIGIN_CHARS} characters. Run `codesensei keys rotate-origin \
             {options}`."
        ));
    } else if is_short(&seed.origin_before) {
        problems.push(format!(
            "origin_before in the secret seed has fewer than {ORIGIN_CHARS} characters. Run `codesensei keys \
             rotate-origin --settle {options}`."
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::phases;
    use crate::keys::plan::Write;
    use model::Timestamp;

    fn fresh() -> (SigningKey, PublicKeys, Seed) {
        let plan = phases::new(&ParsedSecrets::default(), false, Vec::new(), Timestamp::EPOCH, "").expect("keys");
        match <[Write; 3]>::try_from(plan.writes) {
            Ok([Write::Signing(signing), Write::Public(public), Write::Seed(seed)]) => (signing, public, seed),
            other => panic!("{other:?}"),
        }
    }

    fn find_problems(signing: &SigningKey, public: &PublicKeys, seed: &Seed) -> Vec<String> {
        let (signing, public, seed) = (Some(signing.clone()), Some(public.clone()), Some(seed.clone()));
        problems(&ParsedSecrets { signing, public, seed }, "--dir keys")
    }

    #[test]
    fn fresh_secrets_have_no_problem() {
        let (signing, public, seed) = fresh();
        assert_eq!(find_problems(&signing, &public, &seed), Vec::<String>::new());
        let one = ParsedSecrets { public: Some(public), ..ParsedSecrets::default() };
        assert_eq!(problems(&one, ""), Vec::<String>::new(), "another check reports missing secrets");
    }

    #[test]
    fn each_problem_is_reported_without_a_secret() {
        let (signing, public, seed) = fresh();
        let (other, _, _) = fresh();
        let mut renamed = public.clone();
        renamed.keys[0].kid = "another".to_owned();
        let mut retired = public.clone();
        retired.keys[0].retired_at = Some(Timestamp::EPOCH);
        let broken = SigningKey { next_signing_key: Some("HUNTER2".to_owned()), ..signing.clone() };
        let short_values = |seed: &Seed| Seed { seed: "HUNTER2".to_owned(), ..seed.clone() };
        let open = Seed { origin_before: "HUNTER2".to_owned(), ..seed.clone() };
        let shut = Seed { origin: "HUNTER2".to_owned(), ..seed.clone() };
        for (secrets, expected) in [
            (find_problems(&other, &public, &seed), "To add it: codesensei keys add --dir keys"),
            (find_problems(&signing, &renamed, &seed), "The public key another does not match its id"),
            (find_problems(&signing, &retired, &seed), "run `codesensei keys promote --dir keys` again"),
            (find_problems(&broken, &public, &seed), "next_signing_key is invalid"),
            (find_problems(&signing, &public, &short_values(&seed)), "The seed has fewer than 32"),
            (find_problems(&signing, &public, &open), "Run `codesensei keys rotate-origin --settle --dir keys`"),
            (find_problems(&signing, &public, &shut), "Run `codesensei keys rotate-origin --dir keys`"),
        ] {
            let all = secrets.join("\n");
            assert!(all.contains(expected) && !all.contains("HUNTER2") && !all.contains("PRIVATE"), "{all}");
        }
    }
}
