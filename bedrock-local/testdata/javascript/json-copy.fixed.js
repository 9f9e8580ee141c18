export function nextState(state) {
  const copy = structuredClone(state);
  copy.version += 1;
  return copy;
}
