pub fn report(orders: &[Order]) -> String {
    let _started = Instant::now();
    orders.iter().map(Order::summary).collect()
}
