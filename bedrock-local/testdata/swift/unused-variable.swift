func total(of order: Order) -> Int {
    let discount = order.customer.discount()
    return order.net + order.tax
}
