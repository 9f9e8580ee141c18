export function readCache(cache, key) {
  try {
    return cache.get(key);
  } catch (error) {
  }
  return null;
}
