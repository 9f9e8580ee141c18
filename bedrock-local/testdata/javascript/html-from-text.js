export function showComment(element, comment) {
  element.innerHTML = comment.text;
}
