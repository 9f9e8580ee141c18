export function ship(orders, stock, carriers) {
  for (const order of orders) {
    if (order.paid) {
      for (const item of order.items) {
        if (stock.has(item.id)) {
          for (const carrier of carriers) {
            if (carrier.takes(item)) {
              carrier.add(item);
            }
          }
        }
      }
    }
  }
}
