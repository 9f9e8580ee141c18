export function last(list) {
  let found = null;
  for (let i = 0; i < list.length; i++) {
    found = list[i];
  }
  return found;
}
