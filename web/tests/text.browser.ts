/** What is edited is saved, and not a byte beside it. */
import { expect, test } from './fixtures';
import { words } from './person';

for (const [what, before, after] of [
  ['CRLF', 'a = 1\r\nb = 2\r\nc = 3\r\n', 'a = 1\r\nb = 2X\r\nc = 3\r\n'],
  ['a byte order mark', '\uFEFFa = 1\nb = 2\nc = 3\n', '\uFEFFa = 1\nb = 2X\nc = 3\n'],
  ['emoji', '# 🦀\nb = "👩‍👩‍👧"\nc = 3', '# 🦀\nb = "👩‍👩‍👧"X\nc = 3'],
  ['mixed line ends', 'a\r\nb\nc\rd\r\n', 'a\r\nbX\nc\rd\r\n'],
] as const) {
  test(`an edit of a file with ${what} changes its line alone`, async ({ joins }) => {
    const pat = await joins();
    const session = await pat.hasSession('file.py', before);
    await pat.opens(session);
    await pat.types('X', 2);
    await pat.page.keyboard.press('ControlOrMeta+s');
    await expect.poll(() => pat.savedCode(session)).toBe(after);
  });
}

test('what is undone is not unsaved any more', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  const save = pat.page.getByRole('button', { name: new RegExp(`^${words.editor.save}`) });
  await expect(save).toBeDisabled();
  await pat.types('X', 2);
  await expect(save).toBeEnabled();
  await pat.page.keyboard.press('ControlOrMeta+z');
  await expect(save).toBeDisabled();
});

test('the name and the language are changed in place', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.page.getByRole('button', { name: words.editor.renameOf('evict.py') }).click();
  await pat.page.getByLabel(words.editor.name).fill('evict.rs');
  await pat.page.keyboard.press('Enter');
  await expect(pat.page.getByText('evict.rs').first()).toBeVisible();
  const head = () =>
    pat.asks<{ session: { filename: string; language_override?: string } }>('GET', `/sessions/${session}`);
  await expect.poll(async () => (await head()).session.filename).toBe('evict.rs');
  await pat.page.getByRole('button', { name: /Rust/ }).click();
  await pat.page.getByLabel(words.sessions.languageSearch).fill('Kotlin');
  await pat.page.keyboard.press('Enter');
  await expect.poll(async () => (await head()).session.language_override).toBe('Kotlin');
});
