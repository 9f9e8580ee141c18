func total(of order: Order) -> Int {
    let discount = order.customer.rebate()
    return order.net + order.tax
}
