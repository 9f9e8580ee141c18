//! The known word that is closest to an unknown one.

/// `; did you mean "session"?` if a known word is similar to the written one, otherwise empty.
pub fn suggestion<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let closest = known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(written, word), word))
        .min_by_key(|(distance, _)| *distance);
    match closest {
        Some((distance, word)) if distance <= 1 + written.len() / 4 => {
            format!("; did you mean \"{word}\"?")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn only_similar_words_are_suggested() {
        assert_eq!(suggestion("sesion", ["user", "session"]), "; did you mean \"session\"?");
        assert_eq!(suggestion("zebra", ["user", "session"]), "");
        assert_eq!(suggestion("anything", []), "");
    }
}
