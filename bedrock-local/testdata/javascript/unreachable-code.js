export function price(item) {
  return item.net * 1.19;
  audit(item);
}
