import { readFile } from 'node:fs/promises';

const MAX_ITEMS = 50;

/** Reads a cart file and sums its prices. */
export async function cartTotal(path) {
  const text = await readFile(path, 'utf8');
  let cart;
  try {
    cart = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cart ${path} is not JSON`, { cause: error });
  }
  let total = 0;
  for (const item of cart.items.slice(0, MAX_ITEMS)) {
    if (item.price == null) {
      continue;
    }
    total += item.price * item.count;
  }
  return total;
}
