export function clear(list) {
  if (list.length > 0) {
    list.length = 0;
  }
}
