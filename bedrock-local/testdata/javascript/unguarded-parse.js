export function loadSettings(storage) {
  const raw = storage.getItem('settings');
  return JSON.parse(raw);
}
