export function checkout(cart) {
  const total = cart.total();
  return total * 1.19;
}
