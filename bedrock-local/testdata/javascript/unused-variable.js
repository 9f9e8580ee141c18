export function total(order) {
  const discount = order.customer.rebate();
  return order.net + order.tax;
}
