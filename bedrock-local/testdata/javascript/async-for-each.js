export async function saveAll(orders, db) {
  orders.forEach(async (order) => {
    await db.save(order);
  });
  return orders.length;
}
