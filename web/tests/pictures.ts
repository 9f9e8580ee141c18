/** Takes the screenshots of the README and the start page from a seeded server: `npm run pictures`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContextOptions, expect, type Page, test } from '@playwright/test';
import { PROGRAM, type Server, startServer } from './server';
import { PASSWORD, waitForEditor, words } from './test-user';

const PICTURES = resolve(import.meta.dirname, '../../docs/pictures');
const START_PAGE = resolve(import.meta.dirname, '../src/accounts/pictures');
const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 820 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let server: Server;
let folder: string;

test.beforeAll(async ({ browser }) => {
  folder = mkdtempSync(join(tmpdir(), 'codesensei-pictures-'));
  execFileSync(PROGRAM, ['seed', '--data-dir', folder], { stdio: 'ignore' });
  server = await startServer('--data-dir', folder);
  await askAboutRateLimiter(browser);
});

test.afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function signedInPage(browser: Browser, username: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: 'reduce', ...options });
  const response = await context.request.post('/api/auth/login', { data: { username, password: PASSWORD } });
  expect(response.ok()).toBe(true);
  return context.newPage();
}

/** Adds realistic conversations to the demo user's file. */
async function askAboutRateLimiter(browser: Browser): Promise<void> {
  const page = await signedInPage(browser, 'demo', DESKTOP);
  const { request } = page.context();
  const { sessions } = (await (await request.get('/api/sessions')).json()) as {
    sessions: { session_id: string; filename: string }[];
  };
  const session = sessions.find(({ filename }) => filename === 'rate_limiter.py')?.session_id;
  const asks = async (form: object, ...questions: string[]) => {
    const made = await request.post(`/api/sessions/${session}/threads`, { data: form });
    const { thread } = (await made.json()) as { thread: { thread_id: string } };
    for (const content of questions)
      await request.post(`/api/threads/${thread.thread_id}/messages`, { data: { content } });
  };
  await asks({ type: 'file' }, 'What can go wrong in this file?');
  await asks({ type: 'block', start_line: 7, end_line: 7 }, 'Is this default argument safe?');
  await asks({ type: 'block', start_line: 21, end_line: 28 }, 'What happens when the file is not there?');
  await asks({ type: 'block', start_line: 33, end_line: 35 }, 'Is this comparison right?');
  await page.context().close();
}

/** Converts a PNG to WebP in the browser, for a third of the size. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const converted = await page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', 0.7);
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  return Buffer.from(converted.split(',')[1] ?? '', 'base64');
}

async function openConversation(page: Page, file: string, lines: string): Promise<void> {
  await page.goto('/dashboard');
  await page.getByRole('link', { name: file }).first().click();
  await waitForEditor(page);
  if (page.viewportSize()?.width === 390) {
    await page
      .getByRole('button', { name: new RegExp(words.editor.conversations) })
      .first()
      .click();
  }
  await page
    .getByRole('button', { name: new RegExp(`^${lines}`) })
    .first()
    .click();
  await expect(page.getByRole('button', { name: words.thread.viewDiff }).first()).toBeVisible();
  // Wait for syntax highlighting.
  await page.waitForTimeout(1_000);
}

for (const colorScheme of ['dark', 'light'] as const) {
  const picture = (name: string) => ({ path: join(PICTURES, `${name}-${colorScheme}.png`) });

  test(`the editor in the ${colorScheme} theme`, async ({ browser }) => {
    const page = await signedInPage(browser, 'ada', { ...DESKTOP, colorScheme });
    await openConversation(page, 'Reservations.java', 'Lines .*No: the next step');
    const bytes = await page.screenshot(picture('editor'));
    writeFileSync(join(START_PAGE, `editor-${colorScheme}.webp`), await webp(page, bytes));
  });

  test(`a difference in the ${colorScheme} theme`, async ({ browser }) => {
    const page = await signedInPage(browser, 'demo', { ...DESKTOP, colorScheme });
    await openConversation(page, 'rate_limiter.py', words.thread.lines(33, 35));
    await page.getByRole('button', { name: words.thread.viewDiff }).first().click();
    await expect(page.getByRole('dialog').locator('.monaco-diff-editor')).toBeVisible();
    await page.waitForTimeout(1_000);
    await page.screenshot(picture('difference'));
  });

  test(`the list in the ${colorScheme} theme`, async ({ browser }) => {
    const page = await signedInPage(browser, 'ada', { ...DESKTOP, colorScheme });
    await page.goto('/dashboard');
    await expect(page.getByRole('link', { name: 'invoice.php' }).first()).toBeVisible();
    await page.screenshot(picture('sessions'));
  });

  test(`a conversation on a phone in the ${colorScheme} theme`, async ({ browser }) => {
    const page = await signedInPage(browser, 'demo', { ...PHONE, colorScheme });
    await openConversation(page, 'rate_limiter.py', words.thread.lines(33, 35));
    await page.screenshot(picture('phone'));
  });
}
