/** Tests the editor by touch, without drag or Shift key. */
import { expect, test } from './fixtures';
import { EVICT, tapLineNumber, words } from './test-user';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** Monaco handles touch differently on phones. */
const ANDROID = `Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36`;

for (const [name, more] of Object.entries({ 'a touch screen': {}, 'a phone': { userAgent: ANDROID } })) {
  test(`two taps on line numbers select lines on ${name}`, async ({ createUser }) => {
    const pat = await createUser({ ...PHONE, ...more });
    const { page } = pat;
    await pat.openSession(await pat.createSession());
    await expect(page.getByText(words.editor.touchHint)).toBeVisible();
    const ask = (lines: number) => page.getByRole('button', { name: words.editor.ask(lines), exact: true });
    await tapLineNumber(page, 2);
    await expect(ask(1)).toBeVisible();
    await tapLineNumber(page, 4);
    await expect(ask(3)).toBeVisible();
    const box = await ask(3).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    await tapLineNumber(page, 1);
    await expect(ask(2)).toBeVisible();
    // The on-screen keyboard must stay closed.
    await expect(page.locator('.monaco-editor :focus')).toHaveCount(0);
    // Tap the empty last line, because quick taps on text select a word.
    await page.locator('.view-lines').tap({ position: { x: 200, y: 120 } });
    await expect(page.getByRole('button', { name: words.editor.addNote })).toBeHidden();
    await tapLineNumber(page, 4);
    await tapLineNumber(page, 3);
    await ask(2).tap();
    await expect(page.getByRole('heading', { name: words.editor.linesAt(3, 4) })).toBeVisible();
  });
}

test('a phone shows a link to the sessions and the file name', async ({ createUser }) => {
  const pat = await createUser(PHONE);
  await pat.openSession(await pat.createSession());
  await expect(pat.page.getByRole('heading', { name: 'evict.py', exact: true, level: 1 })).toBeVisible();
  await pat.page.getByRole('link', { name: words.common.sessions }).tap();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('a phone undoes and redoes in the file menu without its keyboard', async ({ createUser }) => {
  const pat = await createUser({ ...PHONE, userAgent: ANDROID });
  const { page } = pat;
  const { editor, sessions, thread } = words;
  const session = await pat.createSession();
  const asked = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${asked}/messages`, { content: 'Is this comparison right?' });
  await pat.openSession(session);
  const code = page.locator('.view-lines').first();
  const item = (name: string) => page.getByRole('menuitem', { name });
  const openMenu = () => page.getByRole('button', { name: sessions.actionsFor('evict.py') }).tap();
  await openMenu();
  await expect(item(editor.menu.undo)).toBeDisabled();
  await expect(item(editor.menu.redo)).toBeDisabled();
  await expect(page.getByText(editor.keys.undo)).toBeHidden();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: editor.conversations }).tap();
  await page.getByRole('button', { name: new RegExp(`^${thread.line(3)}`) }).tap();
  await page.getByRole('button', { name: thread.applyPatch }).tap();
  await expect(page.getByText(thread.appliedIn(2))).toBeVisible();
  await page.getByRole('button', { name: thread.close }).tap();
  await expect(code).toContainText('best is None');

  await openMenu();
  await item(editor.menu.undo).tap();
  await expect(code).toContainText('best == None');
  await page.getByRole('button', { name: editor.save, exact: true }).tap();
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT);
  await openMenu();
  await expect(item(editor.menu.undo)).toBeDisabled();
  await item(editor.menu.redo).tap();
  await expect(code).toContainText('best is None');
  await expect(page.locator('.monaco-editor :focus')).toHaveCount(0);
});

test('a tap on a badge explains it', async ({ createUser }) => {
  const pat = await createUser(PHONE);
  const { page } = pat;
  const { editor, thread } = words;
  const session = await pat.createSession();
  await pat.createThread(session, 3);
  await pat.openSession(session);
  await page.getByRole('button', { name: editor.conversations }).tap();
  await page.getByRole('button', { name: new RegExp(`^${thread.line(3)}`) }).tap();
  const panel = page.getByRole('region', { name: thread.panel(thread.line(3)) });
  for (const [badge, hint] of [
    [thread.anchors.stable, thread.anchorHints.stable],
    [thread.countOf(0, 500), thread.countHint(0, 500)],
  ] as const) {
    await panel.getByRole('button', { name: badge, exact: true }).tap();
    await expect(page.getByText(hint)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText(hint)).toBeHidden();
    await expect(panel).toBeVisible();
  }
});
