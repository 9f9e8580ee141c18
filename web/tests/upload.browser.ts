/** Tests large uploads on a slow connection: progress, cancelling and retrying. */
import { test as base, expect } from './fixtures';
import { startTcpProxy, type TcpProxy } from './tcp-proxy';
import { type TestUser, waitForEditor, words } from './test-user';

const { sessions, errors, common } = words;
/** Bytes per second; the upload takes some seconds. */
const SLOW = 600 * 1024;

const test = base.extend<{ line: TcpProxy }>({
  line: async ({ server }, use) => {
    const line = await startTcpProxy(server.url);
    await use(line);
    await line.stop();
  },
});

/** 3 MiB of text that compresses badly. */
function largeText(): string {
  const letters = () => Math.random().toString(36).slice(2);
  let text = '';
  while (text.length < 3 * 1024 * 1024) text += `${letters()}${letters()} ${letters()}${letters()}\n`;
  return text;
}

function chooseLargeFile(pat: TestUser): Promise<void> {
  return pat.chooseFile('large.txt', largeText());
}

/** Fills in the form and starts a slow upload. Returns the function that removes the speed limit. */
async function startSlowUpload(pat: TestUser, choose = chooseLargeFile): Promise<() => Promise<void>> {
  const { page } = pat;
  const browser = await pat.context.newCDPSession(page);
  const limit = async (uploadThroughput: number) => {
    const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput };
    await browser.send('Network.emulateNetworkConditions', conditions);
  };
  await choose(pat);
  await page.getByLabel(sessions.new.name, { exact: true }).fill('renamed.txt');
  await page.getByRole('button', { name: sessions.languageIs('Plain Text') }).click();
  await page.getByRole('option', { name: 'Kotlin', exact: true }).click();
  await limit(SLOW);
  await page.getByRole('button', { name: sessions.new.create }).click();
  return () => limit(-1);
}

/** Waits until the upload is between 20 and 80 percent. */
async function waitUntilHalfway({ page }: TestUser): Promise<void> {
  const sent = async () => Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'));
  await expect.poll(sent, { intervals: [50] }).toBeGreaterThan(20);
  expect(await sent()).toBeLessThan(80);
}

/** Expects the form to be unchanged. */
async function expectFormKept({ page }: TestUser): Promise<void> {
  const dialog = page.getByRole('dialog', { name: sessions.new.title });
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await expect(dialog.getByText('large.txt')).toBeVisible();
  await expect(dialog.getByLabel(sessions.new.name, { exact: true })).toHaveValue('renamed.txt');
  await expect(dialog.getByLabel(sessions.new.name, { exact: true })).toBeEnabled();
  await expect(dialog.getByRole('button', { name: sessions.languageIs('Kotlin') })).toBeVisible();
}

/** Expects the session to be open and to be the only one. */
async function expectCreatedSession(pat: TestUser): Promise<void> {
  await pat.page.waitForURL(/\/editor\//, { timeout: 30_000 });
  await waitForEditor(pat.page);
  const { sessions: all } = await pat.callApi<{ sessions: unknown[] }>('GET', '/sessions');
  expect(all).toMatchObject([{ filename: 'renamed.txt', language_override: 'Kotlin' }]);
}

/** Records the progress bar's value for screen readers and its visible text. */
async function recordProgress({ page }: TestUser): Promise<() => Promise<[string | null, string | null][]>> {
  await page.addInitScript(() => {
    const entries: [string | null, string | null][] = [];
    Object.assign(window, { progressLog: entries });
    const look = () => {
      const bar = document.querySelector('[role="progressbar"]');
      const now = bar?.getAttribute('aria-valuenow') ?? null;
      if (bar !== null && entries.at(-1)?.[0] !== now) entries.push([now, bar.parentElement?.textContent ?? null]);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  });
  return () =>
    page.evaluate(() => (window as unknown as { progressLog: [string | null, string | null][] }).progressLog);
}

test('shows the progress of an upload from 0 to 100 percent', async ({ createUser }) => {
  const pat = await createUser();
  const progressLog = await recordProgress(pat);
  await startSlowUpload(pat);
  await waitUntilHalfway(pat);
  await expect(pat.page.getByRole('progressbar', { name: 'Uploading' })).toHaveAccessibleName(/renamed/);
  await expectCreatedSession(pat);
  const values = (await progressLog()).map(([value]) => Number(value));
  expect(values.length).toBeGreaterThan(9);
  expect(values).toEqual([...values].sort((one, other) => one - other));
  expect([values.at(0), values.at(-1)]).toEqual([0, 100]);
  for (const [value, text] of await progressLog()) expect(text).toContain(sessions.new.percent(Number(value)));
});

test('a cancelled upload keeps the form and can be sent again', async ({ createUser }) => {
  const pat = await createUser();
  const removeLimit = await startSlowUpload(pat);
  await waitUntilHalfway(pat);
  await pat.page.getByRole('button', { name: sessions.new.cancelUpload }).click();
  await expect(pat.page.getByRole('status').getByText(sessions.new.cancelled)).toBeVisible();
  await expectFormKept(pat);
  await removeLimit();
  await pat.page.getByRole('button', { name: sessions.new.create }).click();
  await expect(pat.page.getByText(sessions.new.cancelled)).toBeHidden();
  await expectCreatedSession(pat);
});

test('closing the dialog cancels the upload and keeps the form', async ({ createUser }) => {
  const pat = await createUser();
  await startSlowUpload(pat);
  await waitUntilHalfway(pat);
  await pat.page.keyboard.press('Escape');
  await expect(pat.page.getByRole('dialog')).toBeHidden();
  await pat.page.getByRole('button', { name: sessions.newSession }).click();
  await expect(pat.page.getByText(sessions.new.cancelled)).toBeVisible();
  await expectFormKept(pat);
  const { sessions: all } = await pat.callApi<{ sessions: unknown[] }>('GET', '/sessions');
  expect(all).toEqual([]);
});

test('a broken connection shows an error, and the retry uploads again', async ({ createUser, line }) => {
  const pat = await createUser({ baseURL: line.url });
  const removeLimit = await startSlowUpload(pat);
  await waitUntilHalfway(pat);
  line.cutConnections();
  const alert = pat.page.getByRole('alert').filter({ hasText: errors.OFFLINE.title });
  await expect(alert).toContainText(errors.OFFLINE.next);
  await expectFormKept(pat);
  line.acceptConnections();
  await removeLimit();
  await alert.getByRole('button', { name: common.retry }).click();
  await expectCreatedSession(pat);
});

test('Back cancels the upload and stays on the list', async ({ createUser }) => {
  const pat = await createUser();
  await pat.page.goto('/dashboard');
  await pat.page.getByRole('button', { name: sessions.newSession }).first().click();
  await expect(pat.page.getByRole('dialog')).toBeVisible();
  const file = { name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.from(largeText()) };
  await startSlowUpload(pat, ({ page }) => page.getByTestId('file').setInputFiles(file));
  await waitUntilHalfway(pat);
  await pat.page.goBack();
  await expect(pat.page.getByRole('dialog')).toBeHidden();
  // Wait as long as the upload would have taken.
  await pat.page.waitForTimeout(5_000);
  expect(new URL(pat.page.url()).pathname).toBe('/dashboard');
  expect((await pat.callApi<{ sessions: unknown[] }>('GET', '/sessions')).sessions).toEqual([]);
});
