fn longest(words: &[&str]) -> usize {
    words.iter().map(|word| word.len()).max().unwrap()
}
