export function retry(work) {
  // TODO: back off between attempts
  return work().catch(() => work());
}
