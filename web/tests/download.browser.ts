/** Tests that downloads have the file's name and exact bytes. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { words } from './test-user';

const { sessions } = words;

async function downloadFile(page: Page, name: string): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: sessions.actionsFor(name), exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: sessions.download }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

for (const [what, before, after] of [
  ['CRLF, a mark and emoji', '\uFEFFa = 1\r\nb = "👩‍👩‍👧 é"\r\nc = 3', '\uFEFFa = 1\r\nb = "👩‍👩‍👧 é"🦀\r\nc = 3'],
  ['mixed line ends', 'a\r\nb\nc\rd\r\r\ne\n', 'a\r\nb🦀\nc\rd\r\r\ne\n'],
] as const) {
  test(`downloads unsaved text with ${what} byte for byte`, async ({ createUser }) => {
    const pat = await createUser();
    const session = await pat.createSession('file.py', before);
    await pat.openSession(session);
    await pat.typeAt('🦀', 2);
    const file = await downloadFile(pat.page, 'file.py');
    expect(file.name).toBe('file.py');
    expect(file.bytes.toString('hex')).toBe(Buffer.from(after, 'utf8').toString('hex'));
    // The download does not save, and the page stays open.
    expect(await pat.savedCode(session)).toBe(before);
    await expect(pat.page.locator('.view-lines').first()).toContainText('🦀');
  });
}

test('downloads a saved file from the list byte for byte', async ({ createUser }) => {
  const pat = await createUser();
  const text = '\uFEFFname = "🦀 ナイーブ é"\r\nb\nc\r';
  await pat.createSession('file.py', text);
  await pat.page.goto('/dashboard');
  const file = await downloadFile(pat.page, 'file.py');
  expect(file.name).toBe('file.py');
  expect(file.bytes.toString('hex')).toBe(Buffer.from(text, 'utf8').toString('hex'));
});

test('a failed download shows an error and can be retried', async ({ createUser }) => {
  const pat = await createUser();
  await pat.createSession();
  await pat.page.goto('/dashboard');
  await pat.page.route('**/api/sessions/*', (route) => route.abort('internetdisconnected'), { times: 1 });
  await pat.page.getByRole('button', { name: sessions.actionsFor('evict.py') }).click();
  await pat.page.getByRole('menuitem', { name: sessions.download }).click();
  await expect(pat.page.getByText(words.errors.OFFLINE.title).first()).toBeVisible();
  const download = pat.page.waitForEvent('download');
  await pat.page.getByRole('button', { name: words.common.retry }).click();
  expect((await download).suggestedFilename()).toBe('evict.py');
});

test('keeps names that file systems accept', async ({ createUser }) => {
  const pat = await createUser();
  for (const name of ['Makefile', 'שלום_🦀.tar.gz', `it's 100% 'a & b'.py`]) {
    await pat.openSession(await pat.createSession(name));
    expect((await downloadFile(pat.page, name)).name).toBe(name);
  }
});

test('sanitizes names with folders, hidden characters or markup', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  // The server rejects such names, so fake its response.
  let name = '';
  await pat.page.route('**/api/sessions/*?include=threads', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { session: { filename: string } };
    body.session.filename = name;
    await route.fulfill({ response: response, json: body });
  });
  for (name of ['../../x.sh', 'a\u0000b\n.py', 'evil\u202Egpj.exe', '"><img src=x onerror=alert(1)>.py']) {
    await pat.openSession(session);
    const file = await downloadFile(pat.page, name);
    expect(file.name).toMatch(/^[^/\\<>:"|?*\p{C}]+$/u);
    expect(file.name).not.toMatch(/^\./);
  }
});
