export function pageNumber(query) {
  return Math.max(1, parseInt(query.page, 10));
}
