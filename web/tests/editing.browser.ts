/** Tests that a save changes only the edited bytes, and the editor's menus and bar. */
import { expect, test } from './fixtures';
import { words } from './test-user';

for (const [what, before, after] of [
  ['CRLF', 'a = 1\r\nb = 2\r\nc = 3\r\n', 'a = 1\r\nb = 2X\r\nc = 3\r\n'],
  ['a byte order mark', '\uFEFFa = 1\nb = 2\nc = 3\n', '\uFEFFa = 1\nb = 2X\nc = 3\n'],
  ['emoji', '# 🦀\nb = "👩‍👩‍👧"\nc = 3', '# 🦀\nb = "👩‍👩‍👧"X\nc = 3'],
  ['mixed line ends', 'a\r\nb\nc\rd\r\n', 'a\r\nbX\nc\rd\r\n'],
] as const) {
  test(`an edit of a file with ${what} changes only its line`, async ({ createUser }) => {
    const pat = await createUser();
    const session = await pat.createSession('file.py', before);
    await pat.openSession(session);
    await pat.typeAt('X', 2);
    await pat.page.keyboard.press('ControlOrMeta+s');
    await expect.poll(() => pat.savedCode(session)).toBe(after);
  });
}

test('undoing all edits disables Save', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  const save = pat.page.getByRole('button', { name: new RegExp(`^${words.editor.save}`) });
  await expect(save).toBeDisabled();
  await pat.typeAt('X', 2);
  await expect(save).toBeEnabled();
  await pat.page.keyboard.press('ControlOrMeta+z');
  await expect(save).toBeDisabled();
});

test('renames the file and changes its language in place', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.page.getByTitle(words.editor.renameOf('evict.py')).click();
  await pat.page.getByLabel(words.editor.name).fill('evict.rs');
  await pat.page.keyboard.press('Enter');
  await expect(pat.page.getByText('evict.rs').first()).toBeVisible();
  const head = () =>
    pat.callApi<{ session: { filename: string; language_override?: string } }>('GET', `/sessions/${session}`);
  await expect.poll(async () => (await head()).session.filename).toBe('evict.rs');
  await pat.page.getByRole('button', { name: /Rust/ }).click();
  await pat.page.getByLabel(words.sessions.languageSearch).fill('Kotlin');
  await pat.page.keyboard.press('Enter');
  await expect.poll(async () => (await head()).session.language_override).toBe('Kotlin');
});

test('a file of over 1,000 lines has a badge', async ({ createUser }) => {
  const pat = await createUser();
  const lines = (number: number) => Array.from({ length: number }, (_, at) => `n = ${at}`).join('\n');
  await pat.openSession(await pat.createSession('long.py', lines(1_001)));
  await expect(pat.page.getByText(words.editor.lines(1_001))).toBeVisible();
  await pat.openSession(await pat.createSession('short.py', lines(1_000)));
  await expect(pat.page.getByText(words.editor.lines(1_000))).toHaveCount(0);
});

test('a rate-limited save is sent when the limit ends', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  let rejected = 0;
  await pat.page.route('**/api/sessions/*', async (route) => {
    if (route.request().method() !== 'PUT' || rejected > 0) return route.fallback();
    rejected += 1;
    const retry_after = new Date(Date.now() + 3_000).toISOString();
    const error = { code: 'RATE_LIMIT_EXCEEDED', message: 'Too many requests.', retry_after };
    return route.fulfill({ status: 429, json: { error } });
  });
  await pat.typeAt('X', 2);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(pat.page.getByText(/^(Too many saves|Saving in \d+ s)/).first()).toBeVisible();
  await expect.poll(() => pat.savedCode(session)).toContain('best = NoneX');
  expect(rejected).toBe(1);
});

test('the bar shows unsaved changes, and a rename is not a save', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await pat.openSession(await pat.createSession());
  const saved = page.locator('header time');
  const before = await saved.getAttribute('datetime');
  await page.getByTitle(words.editor.renameOf('evict.py')).click();
  await page.getByLabel(words.editor.name).fill('other.py');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'other.py' })).toBeVisible();
  expect(await saved.getAttribute('datetime')).toBe(before);
  await pat.typeAt('X', 2);
  await expect(saved).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+s');
  await expect(saved).toBeVisible();
  expect(await saved.getAttribute('datetime')).not.toBe(before);
});

test('the code menu undoes, redoes and asks about the line', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await pat.openSession(await pat.createSession());
  const code = page.locator('.monaco-editor .view-lines').first();
  const choose = async (name: string) => {
    await code.click({ button: 'right', position: { x: 200, y: 30 } });
    await page.getByRole('menuitem', { name }).click();
  };
  await pat.typeAt('X', 2);
  await choose(words.editor.menu.undo);
  await expect(code).not.toContainText('NoneX');
  await choose(words.editor.menu.redo);
  await expect(code).toContainText('NoneX');
  await choose(words.editor.ask(1));
  await expect(page.getByRole('heading', { name: words.editor.linesAt(2, 2) })).toBeVisible();
});

test('the menus enable undo and redo only if possible', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  const { menu, keys } = words.editor;
  await pat.openSession(await pat.createSession());
  const code = page.locator('.monaco-editor .view-lines').first();
  const menus = [
    () => page.getByRole('button', { name: words.sessions.actionsFor('evict.py') }).click(),
    () => code.click({ button: 'right', position: { x: 200, y: 30 } }),
  ];
  const offers = async (canUndo: boolean, canRedo: boolean) => {
    for (const openMenu of menus) {
      await openMenu();
      await expect(page.getByRole('menuitem', { name: `${menu.undo} ${keys.undo}` })).toBeEnabled({ enabled: canUndo });
      await expect(page.getByRole('menuitem', { name: `${menu.redo} ${keys.redo}` })).toBeEnabled({ enabled: canRedo });
      await page.keyboard.press('Escape');
      await expect(page.getByRole('menu')).toBeHidden();
    }
  };
  await offers(false, false);
  await pat.typeAt('X', 2);
  await offers(true, false);
  await menus[0]?.();
  await page.getByRole('menuitem', { name: menu.undo }).click();
  await expect(code).not.toContainText('NoneX');
  await offers(false, true);
});

test('undo from the file menu scrolls to the edit', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await pat.openSession(
    await pat.createSession('long.py', Array.from({ length: 200 }, (_, at) => `n_${at} = 1`).join('\n')),
  );
  await pat.typeAt('23', 2);
  const edited = page.locator('.view-line').filter({ hasText: /^n_1\s/ });
  await page.keyboard.press('ControlOrMeta+End');
  await expect(edited).toBeHidden();
  await page.getByRole('button', { name: words.sessions.actionsFor('long.py') }).click();
  await page.getByRole('menuitem', { name: words.editor.menu.undo }).click();
  await expect(edited).toBeInViewport();
  await expect(edited).toHaveText(/n_1\s=\s1$/);
});

for (const width of [320, 390, 820, 1100, 1440]) {
  test(`a long name fits into the bar at ${width} pixels`, async ({ createUser }) => {
    const pat = await createUser({ viewport: { width, height: 700 }, hasTouch: width < 1100 });
    const name = `${'long'.repeat(50)}.ts`;
    const session = await pat.createSession(name, 'a = 1;\n'.repeat(12_000));
    for (let line = 1; line <= 10; line++) await pat.createThread(session, line);
    await pat.openSession(session);
    await expect(pat.page.getByText(words.editor.lines(12_001)).filter({ visible: true })).toBeVisible();
    const covered = await pat.page.evaluate(() => {
      const parts = [...document.querySelectorAll<HTMLElement>('header a, header button, header time, main button')];
      const visibleParts = parts.filter(
        (part) => part.closest('aside, .monaco-editor') === null && part.checkVisibility(),
      );
      const boxes = visibleParts
        .map(
          (part) =>
            ({ what: part.textContent, ...part.getBoundingClientRect().toJSON() }) as DOMRect & { what: string },
        )
        .filter((box) => box.width > 1);
      return boxes.flatMap((a, at) =>
        boxes
          .slice(at + 1)
          .filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
          .map((b) => `${a.what} / ${b.what}`),
      );
    });
    expect(covered).toEqual([]);
    // The name must be partly visible.
    const heading = await pat.page.getByRole('heading', { level: 1 }).boundingBox();
    expect(heading?.width).toBeGreaterThan(40);
  });
}
