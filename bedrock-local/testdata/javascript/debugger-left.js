export function checkout(cart) {
  const total = cart.total();
  debugger;
  return total * 1.19;
}
