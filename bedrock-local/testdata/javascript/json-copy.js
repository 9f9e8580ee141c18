export function nextState(state) {
  const copy = JSON.parse(JSON.stringify(state));
  copy.version += 1;
  return copy;
}
