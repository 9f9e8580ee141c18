pub fn sum(values: &[u64]) -> u64 {
    let mut total = 0;
    for i in 0..values.len() {
        total += values[i];
    }
    total
}
