export function track(event) {
  fetch('/events', { method: 'POST', body: event }).catch(() => {});
}
