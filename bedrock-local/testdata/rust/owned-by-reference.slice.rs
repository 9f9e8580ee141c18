pub fn sum(values: &Vec<u64>) -> u64 {
    values.iter().sum()
}
