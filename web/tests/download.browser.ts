/** A file is downloaded as it stands in the editor: under its own name, and byte for byte. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { words } from './person';

const { sessions } = words;

async function downloads(page: Page, name: string): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: sessions.actionsFor(name), exact: true }).click();
  const begun = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: sessions.download }).click();
  const file = await begun;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

for (const [what, before, after] of [
  ['CRLF, a mark and emoji', '\uFEFFa = 1\r\nb = "👩‍👩‍👧 é"\r\nc = 3', '\uFEFFa = 1\r\nb = "👩‍👩‍👧 é"🦀\r\nc = 3'],
  ['mixed line ends', 'a\r\nb\nc\rd\r\r\ne\n', 'a\r\nb🦀\nc\rd\r\r\ne\n'],
] as const) {
  test(`unsaved text with ${what} is downloaded byte for byte`, async ({ joins }) => {
    const pat = await joins();
    const session = await pat.hasSession('file.py', before);
    await pat.opens(session);
    await pat.types('🦀', 2);
    const file = await downloads(pat.page, 'file.py');
    expect(file.name).toBe('file.py');
    expect(file.bytes.toString('hex')).toBe(Buffer.from(after, 'utf8').toString('hex'));
    // It is no save, and the page stays.
    expect(await pat.savedCode(session)).toBe(before);
    await expect(pat.page.locator('.view-lines').first()).toContainText('🦀');
  });
}

test('a saved file is downloaded from the list byte for byte', async ({ joins }) => {
  const pat = await joins();
  const text = '\uFEFFname = "🦀 ナイーブ é"\r\nb\nc\r';
  await pat.hasSession('file.py', text);
  await pat.page.goto('/dashboard');
  const file = await downloads(pat.page, 'file.py');
  expect(file.name).toBe('file.py');
  expect(file.bytes.toString('hex')).toBe(Buffer.from(text, 'utf8').toString('hex'));
});

test('a download that the list cannot read is told, and can be tried again', async ({ joins }) => {
  const pat = await joins();
  await pat.hasSession();
  await pat.page.goto('/dashboard');
  await pat.page.route('**/api/sessions/*', (route) => route.abort('internetdisconnected'), { times: 1 });
  await pat.page.getByRole('button', { name: sessions.actionsFor('evict.py') }).click();
  await pat.page.getByRole('menuitem', { name: sessions.download }).click();
  await expect(pat.page.getByText(words.errors.OFFLINE.title).first()).toBeVisible();
  const begun = pat.page.waitForEvent('download');
  await pat.page.getByRole('button', { name: words.common.retry }).click();
  expect((await begun).suggestedFilename()).toBe('evict.py');
});

test('a download keeps the names that systems can take', async ({ joins }) => {
  const pat = await joins();
  for (const name of ['Makefile', 'שלום_🦀.tar.gz', `it's 100% 'a & b'.py`]) {
    await pat.opens(await pat.hasSession(name));
    expect((await downloads(pat.page, name)).name).toBe(name);
  }
});

test('a name with folders, hidden characters or markup names a plain file', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  // The server takes no such names.
  let name = '';
  await pat.page.route('**/api/sessions/*?include=threads', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { session: { filename: string } };
    body.session.filename = name;
    await route.fulfill({ response: answer, json: body });
  });
  for (name of ['../../x.sh', 'a\u0000b\n.py', 'evil\u202Egpj.exe', '"><img src=x onerror=alert(1)>.py']) {
    await pat.opens(session);
    const file = await downloads(pat.page, name);
    expect(file.name).toMatch(/^[^/\\<>:"|?*\p{C}]+$/u);
    expect(file.name).not.toMatch(/^\./);
  }
});
