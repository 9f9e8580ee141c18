/** Selecting lines with a finger, which has neither a drag nor a Shift key. */
import { expect, test } from './fixtures';
import { EVICT, tapsNumber, words } from './person';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** Monaco handles touch on phones in another way. */
const ANDROID = `Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36`;

for (const [name, more] of Object.entries({ 'a touch screen': {}, 'a phone': { userAgent: ANDROID } })) {
  test(`two taps on line numbers select the lines between them on ${name}`, async ({ joins }) => {
    const pat = await joins({ ...PHONE, ...more });
    const { page } = pat;
    await pat.opens(await pat.hasSession());
    await expect(page.getByText(words.editor.touchHint)).toBeVisible();
    const ask = (lines: number) => page.getByRole('button', { name: words.editor.ask(lines), exact: true });
    await tapsNumber(page, 2);
    await expect(ask(1)).toBeVisible();
    await tapsNumber(page, 4);
    await expect(ask(3)).toBeVisible();
    const box = await ask(3).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    await tapsNumber(page, 1);
    await expect(ask(2)).toBeVisible();
    // The keyboard of the screen has not come up.
    await expect(page.locator('.monaco-editor :focus')).toHaveCount(0);
    // The last line is empty: taps that follow each other soon select a word.
    await page.locator('.view-lines').tap({ position: { x: 200, y: 120 } });
    await expect(page.getByRole('button', { name: words.editor.addNote })).toBeHidden();
    await tapsNumber(page, 4);
    await tapsNumber(page, 3);
    await ask(2).tap();
    await expect(page.getByRole('heading', { name: words.editor.linesAt(3, 4) })).toBeVisible();
  });
}

test('a phone has a way back to the sessions, and the heading is the name of the file', async ({ joins }) => {
  const pat = await joins(PHONE);
  await pat.opens(await pat.hasSession());
  await expect(pat.page.getByRole('heading', { name: 'evict.py', exact: true, level: 1 })).toBeVisible();
  await pat.page.getByRole('link', { name: words.common.sessions }).tap();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('a phone undoes and redoes in the menu of the file, without its keyboard', async ({ joins }) => {
  const pat = await joins({ ...PHONE, userAgent: ANDROID });
  const { page } = pat;
  const { editor, sessions, thread } = words;
  const session = await pat.hasSession();
  const asked = await pat.hasThread(session, 3);
  await pat.asks('POST', `/threads/${asked}/messages`, { content: 'Is this comparison right?' });
  await pat.opens(session);
  const code = page.locator('.view-lines').first();
  const item = (name: string) => page.getByRole('menuitem', { name });
  const opensMenu = () => page.getByRole('button', { name: sessions.actionsFor('evict.py') }).tap();
  await opensMenu();
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

  await opensMenu();
  await item(editor.menu.undo).tap();
  await expect(code).toContainText('best == None');
  await page.getByRole('button', { name: editor.save, exact: true }).tap();
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT);
  await opensMenu();
  await expect(item(editor.menu.undo)).toBeDisabled();
  await item(editor.menu.redo).tap();
  await expect(code).toContainText('best is None');
  await expect(page.locator('.monaco-editor :focus')).toHaveCount(0);
});

test('what the state of a conversation means is said to a finger', async ({ joins }) => {
  const pat = await joins(PHONE);
  const { page } = pat;
  const { editor, thread } = words;
  const session = await pat.hasSession();
  await pat.hasThread(session, 3);
  await pat.opens(session);
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
