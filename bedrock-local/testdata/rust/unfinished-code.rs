pub fn discount(total: u64) -> u64 {
    if total > 10_000 {
        return total / 10;
    }
    todo!("discounts for small orders")
}
