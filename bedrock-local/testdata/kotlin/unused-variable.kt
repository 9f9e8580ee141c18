fun total(order: Order): Long {
    val discount = order.customer.discount()
    return order.net + order.tax
}
