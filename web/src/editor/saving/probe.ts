/** Finds out when the server can be reached again: browsers say they are online when only the network is. */
import { connectionBack, online } from '../../page/connection';

const FIRST = 1_000;
const LONGEST = 30_000;

let isProbing = false;

/** Asks the server from time to time until it answers. */
export function probe(): void {
  if (isProbing || online()) return;
  isProbing = true;
  void ask(FIRST);
}

async function ask(pause: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, pause));
  if (online()) {
    isProbing = false;
    return;
  }
  const answer = navigator.onLine ? await fetch('/api/health', { cache: 'no-store' }).catch(() => null) : null;
  if (answer?.ok) {
    isProbing = false;
    connectionBack();
    return;
  }
  void ask(Math.min(LONGEST, pause * 2));
}
