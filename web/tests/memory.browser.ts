/** Tests that closing a session releases its memory. */
import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { waitForEditor, words } from './test-user';

test.skip(process.env.CODESENSEI_PAGE !== undefined, 'Needs the built page.');

const KIB = 1024;
/** The first openings load code, languages and fonts, which stay in memory. */
const FIRST = 5;
const ALL = 30;
/** Bytes. The file's text alone is larger, and an editor or model takes several times as much. */
const PER_OPENING = 160 * KIB;

/** 2,000 lines of 120 characters; the rule-based reviewer has a patch for line 3. */
const LONG = Array.from({ length: 2_000 }, (_, at) =>
  (at === 2 ? 'if best == None: pass' : `value_${at} = compute(${at})`).padEnd(119, '#'),
).join('\n');

interface Memory {
  heap: number;
  nodes: number;
  documents: number;
  jsEventListeners: number;
}

/** Measures the memory after garbage collection. */
async function measureMemory(browser: CDPSession): Promise<Memory> {
  // One collection may free objects that hold others.
  for (let times = 0; times < 3; times++) await browser.send('HeapProfiler.collectGarbage');
  const { usedSize } = await browser.send('Runtime.getHeapUsage');
  return { heap: usedSize, ...(await browser.send('Memory.getDOMCounters')) };
}

/** Opens the session and its conversation by clicks, and returns to the list. */
async function openAndLeave(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'long.py' }).click();
  await waitForEditor(page);
  await expect(page.locator('.view-lines').first()).toContainText('value_0');
  await page.getByRole('button', { name: new RegExp(`^${words.thread.line(3)}\\b`) }).click();
  await expect(page.getByRole('button', { name: words.thread.applyPatch })).toBeVisible();
  await page.getByRole('link', { name: words.common.sessions }).click();
  await expect(page.getByRole('link', { name: 'long.py' })).toBeVisible();
}

test('thirty openings of a session use no more memory than five', async ({ createUser }) => {
  test.setTimeout(180_000);
  const pat = await createUser();
  const { page } = pat;
  const session = await pat.createSession('long.py', LONG);
  const thread = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await page.goto('/dashboard');
  const browser = await pat.context.newCDPSession(page);
  for (let times = 0; times < FIRST; times++) await openAndLeave(page);
  const before = await measureMemory(browser);
  for (let times = FIRST; times < ALL; times++) await openAndLeave(page);
  const after = await measureMemory(browser);
  test.info().annotations.push({ type: 'memory', description: JSON.stringify({ before, after }) });
  const more = (kind: keyof Memory) => after[kind] - before[kind];
  expect.soft(more('heap'), 'bytes').toBeLessThan((ALL - FIRST) * PER_OPENING);
  // One editor has more than a thousand nodes and ten listeners.
  expect.soft(more('nodes'), 'nodes').toBeLessThan(500);
  expect.soft(more('jsEventListeners'), 'listeners').toBeLessThan(ALL - FIRST);
  expect.soft(more('documents'), 'documents').toBeLessThanOrEqual(0);
});
