/** Large files on a slow line: how much is sent is shown, and what was entered stays when a file does not arrive. */
import { test as base, expect } from './fixtures';
import { type Line, layLine } from './line';
import { type Person, ready, words } from './person';

const { sessions, errors, common } = words;
/** Bytes per second, with which the file takes some seconds. */
const SLOW = 600 * 1024;

const test = base.extend<{ line: Line }>({
  line: async ({ server }, use) => {
    const line = await layLine(server.url);
    await use(line);
    await line.stop();
  },
});

/** 3 MiB that gzip makes little smaller. */
function largeText(): string {
  const letters = () => Math.random().toString(36).slice(2);
  let text = '';
  while (text.length < 3 * 1024 * 1024) text += `${letters()}${letters()} ${letters()}${letters()}\n`;
  return text;
}

function choosesLarge(pat: Person): Promise<void> {
  return pat.choosesFile('large.txt', largeText());
}

/** Chooses a large file, gives it another name and a language, and begins to send it. Answers how to make the line fast. */
async function sendsSlowly(pat: Person, choose = choosesLarge): Promise<() => Promise<void>> {
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

/** Waits until a part of the file is sent, and not all of it. */
async function isHalfway({ page }: Person): Promise<void> {
  const sent = async () => Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'));
  await expect.poll(sent, { intervals: [50] }).toBeGreaterThan(20);
  expect(await sent()).toBeLessThan(80);
}

/** What was entered is there. */
async function isAsEntered({ page }: Person): Promise<void> {
  const dialog = page.getByRole('dialog', { name: sessions.new.title });
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await expect(dialog.getByText('large.txt')).toBeVisible();
  await expect(dialog.getByLabel(sessions.new.name, { exact: true })).toHaveValue('renamed.txt');
  await expect(dialog.getByLabel(sessions.new.name, { exact: true })).toBeEnabled();
  await expect(dialog.getByRole('button', { name: sessions.languageIs('Kotlin') })).toBeVisible();
}

/** The session is open, and it is the only one. */
async function isOpen(pat: Person): Promise<void> {
  await pat.page.waitForURL(/\/editor\//, { timeout: 30_000 });
  await ready(pat.page);
  const { sessions: all } = await pat.asks<{ sessions: unknown[] }>('GET', '/sessions');
  expect(all).toMatchObject([{ filename: 'renamed.txt', language_override: 'Kotlin' }]);
}

/** Notes all that a progress bar says: to those who do not see it, and to those who do. */
async function notesProgress({ page }: Person): Promise<() => Promise<[string | null, string | null][]>> {
  await page.addInitScript(() => {
    const noted: [string | null, string | null][] = [];
    Object.assign(window, { noted });
    const look = () => {
      const bar = document.querySelector('[role="progressbar"]');
      const now = bar?.getAttribute('aria-valuenow') ?? null;
      if (bar !== null && noted.at(-1)?.[0] !== now) noted.push([now, bar.parentElement?.textContent ?? null]);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => (window as unknown as { noted: [string | null, string | null][] }).noted);
}

test('how much of a large file is sent is shown, from nothing to all of it', async ({ joins }) => {
  const pat = await joins();
  const noted = await notesProgress(pat);
  await sendsSlowly(pat);
  await isHalfway(pat);
  await expect(pat.page.getByRole('progressbar', { name: 'Uploading' })).toHaveAccessibleName(/renamed/);
  await isOpen(pat);
  const values = (await noted()).map(([value]) => Number(value));
  expect(values.length).toBeGreaterThan(9);
  expect(values).toEqual([...values].sort((one, other) => one - other));
  expect([values.at(0), values.at(-1)]).toEqual([0, 100]);
  for (const [value, text] of await noted()) expect(text).toContain(sessions.new.percent(Number(value)));
});

test('an upload that is cancelled says so, and what was entered is sent again', async ({ joins }) => {
  const pat = await joins();
  const hurries = await sendsSlowly(pat);
  await isHalfway(pat);
  await pat.page.getByRole('button', { name: sessions.new.cancelUpload }).click();
  await expect(pat.page.getByRole('status').getByText(sessions.new.cancelled)).toBeVisible();
  await isAsEntered(pat);
  await hurries();
  await pat.page.getByRole('button', { name: sessions.new.create }).click();
  await expect(pat.page.getByText(sessions.new.cancelled)).toBeHidden();
  await isOpen(pat);
});

test('a dialog that is closed during an upload cancels it, and opens as it was', async ({ joins }) => {
  const pat = await joins();
  await sendsSlowly(pat);
  await isHalfway(pat);
  await pat.page.keyboard.press('Escape');
  await expect(pat.page.getByRole('dialog')).toBeHidden();
  await pat.page.getByRole('button', { name: sessions.newSession }).click();
  await expect(pat.page.getByText(sessions.new.cancelled)).toBeVisible();
  await isAsEntered(pat);
  const { sessions: all } = await pat.asks<{ sessions: unknown[] }>('GET', '/sessions');
  expect(all).toEqual([]);
});

test('a line that is cut during an upload is told, and the retry sends it all', async ({ joins, line }) => {
  const pat = await joins({ baseURL: line.url });
  const hurries = await sendsSlowly(pat);
  await isHalfway(pat);
  line.cut();
  const alert = pat.page.getByRole('alert').filter({ hasText: errors.OFFLINE.title });
  await expect(alert).toContainText(errors.OFFLINE.next);
  await isAsEntered(pat);
  line.mend();
  await hurries();
  await alert.getByRole('button', { name: common.retry }).click();
  await isOpen(pat);
});

test('going back while a file is sent cancels it, and leads nowhere else', async ({ joins }) => {
  const pat = await joins();
  await pat.page.goto('/dashboard');
  await pat.page.getByRole('button', { name: sessions.newSession }).first().click();
  await expect(pat.page.getByRole('dialog')).toBeVisible();
  const file = { name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.from(largeText()) };
  await sendsSlowly(pat, ({ page }) => page.getByTestId('file').setInputFiles(file));
  await isHalfway(pat);
  await pat.page.goBack();
  await expect(pat.page.getByRole('dialog')).toBeHidden();
  // As long as the rest of the file would have taken.
  await pat.page.waitForTimeout(5_000);
  expect(new URL(pat.page.url()).pathname).toBe('/dashboard');
  expect((await pat.asks<{ sessions: unknown[] }>('GET', '/sessions')).sessions).toEqual([]);
});
