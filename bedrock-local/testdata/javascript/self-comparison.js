export function isSquare(box) {
  return box.width === box.width;
}
