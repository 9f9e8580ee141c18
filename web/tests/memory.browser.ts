/** What a session takes in memory is given back when it is left. */
import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { ready, words } from './person';

test.skip(process.env.CODESENSEI_PAGE !== undefined, 'The page has to be the built one.');

const KIB = 1024;
/** The first openings load what stays: code, languages, fonts. */
const FIRST = 5;
const ALL = 30;
/** Bytes. The text of the file alone is more, and an editor or its model keeps several times as much. */
const PER_OPENING = 160 * KIB;

/** 2,000 lines of 120 characters, with a comparison that the rule-based reviewer has a patch for on line 3. */
const LONG = Array.from({ length: 2_000 }, (_, at) =>
  (at === 2 ? 'if best == None: pass' : `value_${at} = compute(${at})`).padEnd(119, '#'),
).join('\n');

interface Memory {
  heap: number;
  nodes: number;
  documents: number;
  jsEventListeners: number;
}

/** What is in use once all that is not has been collected. */
async function inUse(browser: CDPSession): Promise<Memory> {
  // What is freed at the first time may hold what is freed at the next one.
  for (let times = 0; times < 3; times++) await browser.send('HeapProfiler.collectGarbage');
  const { usedSize } = await browser.send('Runtime.getHeapUsage');
  return { heap: usedSize, ...(await browser.send('Memory.getDOMCounters')) };
}

/** Opens the session and its conversation by clicks, and goes back to the list. */
async function opensAndLeaves(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'long.py' }).click();
  await ready(page);
  await expect(page.locator('.view-lines').first()).toContainText('value_0');
  await page.getByRole('button', { name: new RegExp(`^${words.thread.line(3)}\\b`) }).click();
  await expect(page.getByRole('button', { name: words.thread.applyPatch })).toBeVisible();
  await page.getByRole('link', { name: words.common.sessions }).click();
  await expect(page.getByRole('link', { name: 'long.py' })).toBeVisible();
}

test('thirty openings of a session take no more memory than five', async ({ joins }) => {
  test.setTimeout(180_000);
  const pat = await joins();
  const { page } = pat;
  const session = await pat.hasSession('long.py', LONG);
  const thread = await pat.hasThread(session, 3);
  await pat.asks('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await page.goto('/dashboard');
  const browser = await pat.context.newCDPSession(page);
  for (let times = 0; times < FIRST; times++) await opensAndLeaves(page);
  const before = await inUse(browser);
  for (let times = FIRST; times < ALL; times++) await opensAndLeaves(page);
  const after = await inUse(browser);
  test.info().annotations.push({ type: 'memory', description: JSON.stringify({ before, after }) });
  const more = (kind: keyof Memory) => after[kind] - before[kind];
  expect.soft(more('heap'), 'bytes').toBeLessThan((ALL - FIRST) * PER_OPENING);
  // One editor has more than a thousand nodes, and ten listeners.
  expect.soft(more('nodes'), 'nodes').toBeLessThan(500);
  expect.soft(more('jsEventListeners'), 'listeners').toBeLessThan(ALL - FIRST);
  expect.soft(more('documents'), 'documents').toBeLessThanOrEqual(0);
});
