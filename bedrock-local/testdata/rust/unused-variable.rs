pub fn report(orders: &[Order]) -> String {
    let started = Instant::now();
    orders.iter().map(Order::summary).collect()
}
