fun total(order: Order): Long {
    val discount = order.customer.rebate()
    return order.net + order.tax
}
