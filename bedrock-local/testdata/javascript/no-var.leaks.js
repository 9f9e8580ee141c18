export function pick(list) {
  if (list.length > 0) {
    var first = list[0];
  }
  return first;
}
