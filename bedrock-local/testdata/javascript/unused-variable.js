export function total(order) {
  const discount = order.customer.discount();
  return order.net + order.tax;
}
