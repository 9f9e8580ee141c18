/** Tests the session list and creating sessions. */
import { expect, test } from './fixtures';
import { selectLines, type TestUser, tapLineNumber, waitForEditor, words } from './test-user';

const { sessions } = words;

async function submitForm(person: TestUser): Promise<string> {
  await person.page.getByRole('button', { name: sessions.new.create }).click();
  await person.page.waitForURL(/\/editor\//, { timeout: 30_000 });
  return person.page.url().split('/').pop() ?? '';
}

for (const [what, text] of [
  ['CRLF line ends', 'a = 1\r\nb = 2\r\n'],
  ['a byte order mark', '\uFEFFa = 1\n'],
  ['emoji and other alphabets', 'name = "🦀 ナイーブ é"\n'],
  ['mixed line ends', 'a\nb\r\nc\rd\n'],
  ['no final newline', 'a = 1'],
  ['line separators of Unicode', 'a\u2028b\u2029c\n'],
  ['nothing', ''],
] as const) {
  test(`stores a file with ${what} byte for byte`, async ({ createUser }) => {
    const pat = await createUser();
    await pat.chooseFile('file.py', Buffer.from(text, 'utf8'));
    const session = await submitForm(pat);
    expect(await pat.savedCode(session)).toBe(text);
  });
}

for (const [encoding, bytes] of [
  ['UTF-16 LE', Buffer.from('\uFEFFnaïve = 1\n', 'utf16le')],
  ['Windows-1252', Buffer.from('naïve = 1\n', 'latin1')],
] as const) {
  test(`converts a file in ${encoding} and says so`, async ({ createUser }) => {
    const pat = await createUser();
    await pat.chooseFile('file.py', bytes);
    await expect(pat.page.getByText(/converted to UTF-8/)).toBeVisible();
    expect((await pat.savedCode(await submitForm(pat))).replace('\uFEFF', '')).toBe('naïve = 1\n');
  });
}

test('rejects binary files and files over 5 MiB before sending them', async ({ createUser }) => {
  const pat = await createUser();
  await pat.chooseFile('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3]));
  await expect(pat.page.getByText(sessions.new.binary)).toBeVisible();
  await pat.page.getByTestId('file').setInputFiles({
    name: 'large.txt',
    mimeType: 'text/plain',
    buffer: Buffer.alloc(5 * 1024 * 1024 + 1, 'a'),
  });
  await expect(pat.page.getByText(words.errors.FILE_TOO_LARGE.title)).toBeVisible();
});

test('uploads and opens a file of 5 MiB', async ({ createUser }) => {
  const pat = await createUser();
  // Random text compresses badly, so the upload takes a moment.
  const line = () => `${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  let text = '';
  while (text.length < 5 * 1024 * 1024 - 200) text += `${line()} ${line()} ${line()}\n`;
  await pat.chooseFile('large.txt', Buffer.from(text));
  const session = await submitForm(pat);
  await waitForEditor(pat.page);
  expect((await pat.savedCode(session)).length).toBe(text.length);
});

test('shows names with markup and right-to-left text unchanged', async ({ createUser }) => {
  const pat = await createUser();
  const names = [
    '<img src=x onerror=alert(1)>.py',
    '"><script>alert(2)</script>.js',
    'שלום_קובץ.py',
    `${'long'.repeat(50)}.ts`,
  ];
  for (const name of names) await pat.createSession(name.replaceAll('/', '_'));
  pat.page.on('dialog', () => pat.pageErrors.push('A script of a name has run.'));
  await pat.page.goto('/dashboard');
  for (const name of names) {
    await expect(pat.page.getByRole('link', { name: name.replaceAll('/', '_') }).first()).toBeVisible();
  }
  const sideways = await pat.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(sideways).toBe(false);
});

test('loads more sessions, filters, renames and deletes', async ({ createUser }) => {
  const pat = await createUser();
  for (let at = 0; at < 55; at++) await pat.createSession(`file_${String(at).padStart(2, '0')}.py`, `n = ${at}\n`);
  await pat.page.goto('/dashboard');
  const rows = pat.page.getByRole('link', { name: /^file_\d\d\.py$/ });
  await expect(rows).toHaveCount(50);
  await pat.page.getByRole('button', { name: sessions.loadMore }).click();
  await expect(rows).toHaveCount(55);
  await pat.page.getByLabel(sessions.filter).fill('file_07');
  await expect(rows).toHaveCount(1);

  await pat.page.getByRole('button', { name: sessions.actionsFor('file_07.py') }).click();
  await pat.page.getByRole('menuitem', { name: sessions.rename }).click();
  await pat.page.getByRole('dialog').getByRole('textbox').fill('file_07_renamed.rs');
  await pat.page.keyboard.press('Enter');
  await expect(pat.page.getByRole('link', { name: 'file_07_renamed.rs' })).toBeVisible();

  await pat.page.getByRole('button', { name: sessions.actionsFor('file_07_renamed.rs') }).click();
  await pat.page.getByRole('menuitem', { name: sessions.delete }).click();
  await pat.page.getByRole('dialog').getByRole('button', { name: sessions.deleteAction }).click();
  await expect(pat.page.getByRole('link', { name: 'file_07_renamed.rs' })).toBeHidden();
  const { sessions: remaining } = await pat.callApi<{ sessions: unknown[] }>('GET', '/sessions?limit=50');
  expect(remaining.length).toBe(50);
});

test('pasted code gets the language of its name', async ({ createUser }) => {
  const pat = await createUser();
  await pat.page.goto('/dashboard?new');
  await pat.page.getByRole('tab', { name: sessions.new.sources.paste }).click();
  await pat.page.getByLabel(sessions.new.name, { exact: true }).fill('main.go');
  await pat.page.getByRole('textbox', { name: sessions.new.code, exact: true }).fill('package main\n');
  const session = await submitForm(pat);
  const { session: made } = await pat.callApi<{ session: { language_detected: string } }>(
    'GET',
    `/sessions/${session}`,
  );
  expect(made.language_detected).toBe('Go');
});

test('pasted code needs a name, which a chosen language suggests', async ({ createUser }) => {
  const { page } = await createUser();
  await page.goto('/dashboard?new');
  await page.getByRole('tab', { name: sessions.new.sources.paste }).click();
  await page.getByRole('textbox', { name: sessions.new.code, exact: true }).fill('x = 1\n');
  const name = page.getByLabel(sessions.new.name, { exact: true });
  await expect(name).toHaveValue('');
  await expect(page.getByText(sessions.new.lines(1))).toBeVisible();
  await page.getByRole('button', { name: sessions.new.create }).click();
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(sessions.new.nameOrLanguageRequired);
  await page.getByRole('button', { name: sessions.languageIs(sessions.detectedByName) }).click();
  await page.getByRole('option', { name: 'Python', exact: true }).click();
  await expect(name).toHaveValue('untitled.py');
  await page.getByRole('button', { name: sessions.new.create }).click();
  await page.waitForURL(/\/editor\//);
});

test('an empty list explains sessions and opens an example', async ({ createUser }) => {
  const { page } = await createUser();
  await page.goto('/dashboard');
  await expect(page.getByText(sessions.emptyHint)).toBeVisible();
  await page.getByRole('button', { name: sessions.example }).click();
  await page.waitForURL(/\/editor\//);
  await waitForEditor(page);
  await expect(page.locator('.view-lines').first()).toContainText('None');
});

/** Asks about line 13 of the example and waits for a patch. */
async function askAboutExample({ page }: TestUser, isPhone: boolean): Promise<void> {
  await expect(page.locator('.view-lines').first()).toContainText('recent == None');
  if (isPhone) await tapLineNumber(page, 13);
  else await selectLines(page, 13);
  await page.getByRole('button', { name: words.editor.ask(1), exact: true }).click();
  await page.getByRole('textbox', { name: words.thread.field }).fill('Is this comparison right?');
  await page
    .getByRole('button', { name: new RegExp(`^${words.thread.ask}\\b`) })
    .last()
    .click();
  await expect(page.getByRole('button', { name: words.thread.applyPatch })).toBeVisible({ timeout: 20_000 });
}

for (const [size, options] of Object.entries({
  'a desktop': {},
  'a phone': { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
})) {
  test(`a new user tries an example and asks about it on ${size}`, async ({ createUser }) => {
    const pat = await createUser(options);
    const { page } = pat;
    await page.goto('/dashboard');
    const button = page.getByRole('button', { name: sessions.example });
    await expect(button).toBeInViewport({ ratio: 1 });
    await button.click();
    await page.waitForURL(/\/editor\//);
    await waitForEditor(page);
    await askAboutExample(pat, size === 'a phone');
    await page.goto('/dashboard');
    await expect(page.getByRole('link', { name: 'rate_limiter.py' })).toBeVisible();
    await expect(button).toBeHidden();
  });
}

test('a failed example shows an error and can be retried', async ({ createUser }) => {
  const { page } = await createUser();
  const error = { code: 'DATABASE_ERROR', message: 'Told by the server.' };
  await page.route('**/api/sessions', (route) => route.fulfill({ status: 503, json: { error } }), { times: 1 });
  await page.goto('/dashboard');
  await page.getByRole('button', { name: sessions.example }).click();
  await expect(page.getByText(words.errors.DATABASE_ERROR.title)).toBeVisible();
  await page.getByRole('button', { name: words.common.retry }).click();
  await page.waitForURL(/\/editor\//);
  await waitForEditor(page);
});

for (const [size, viewport] of [
  ['a desktop', { width: 1440, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
] as const) {
  test(`a toast does not cover the bar on ${size}`, async ({ createUser }) => {
    const pat = await createUser({ viewport });
    await pat.createSession();
    await pat.page.goto('/dashboard');
    await pat.page.getByRole('button', { name: sessions.actionsFor('evict.py') }).click();
    await pat.page.getByRole('menuitem', { name: sessions.delete }).click();
    await pat.page.getByRole('dialog').getByRole('button', { name: sessions.deleteAction }).click();
    const toast = pat.page.locator('[data-sonner-toast]');
    await expect(toast).toHaveAttribute('data-mounted', 'true');
    await expect.poll(async () => (await toast.boundingBox())?.y).toBeGreaterThanOrEqual(112);
    const box = await toast.boundingBox();
    if (viewport.width === 390) expect([box?.x, box?.width]).toEqual([8, 374]);
  });
}

test('an empty file has the focus in its editor', async ({ createUser }) => {
  const pat = await createUser();
  await pat.openSession(await pat.createSession('new.py', ''));
  await expect(pat.page.locator('.monaco-editor :focus').first()).toBeAttached();
  await pat.page.keyboard.type('print(1)');
  await expect(pat.page.locator('.view-lines').first()).toContainText('print(1)');
});
