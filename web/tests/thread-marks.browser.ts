/** Tests the margin marks of conversations. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { goToLine, lineNumber, type TestUser, words } from './test-user';

const { editor, thread } = words;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Opens a file of sixty lines with notes on some of them. */
async function openWithNotes(
  pat: TestUser,
  notes: [startLine: number, endLine: number, note: string][],
): Promise<void> {
  const code = Array.from({ length: 60 }, (_, at) => `value_${at} = ${at}`).join('\n');
  const session = await pat.createSession('values.py', code);
  for (const [startLine, endLine, content] of notes) {
    const id = await pat.createThread(session, startLine, endLine);
    await pat.callApi('POST', `/threads/${id}/messages`, { content, ask: false });
  }
  await pat.openSession(session);
}

async function markAt(page: Page, line: number): Promise<Locator> {
  const number = lineNumber(page, line);
  const marks = page.locator('.margin .cs-mark');
  const find = async () => {
    const top = (await number.boundingBox())?.y;
    const tops = await marks.evaluateAll((all) => all.map((mark) => mark.getBoundingClientRect().y));
    return tops.findIndex((each) => top !== undefined && Math.abs(each - top) < 3);
  };
  await expect.poll(find, `a mark beside line ${line}`).not.toBe(-1);
  return marks.nth(await find());
}

/** The text of a mark: the number of its conversations if there are several. */
function markText(mark: Locator): Promise<string> {
  return mark.evaluate((node) => getComputedStyle(node, '::before').content.replaceAll('"', ''));
}

const panel = (page: Page, title: string) => page.getByRole('region', { name: thread.panel(title), exact: true });

test('a click on a mark opens its conversation, even after an edit moved it', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openWithNotes(pat, [
    [2, 2, 'About the second.'],
    [5, 7, 'About three lines.'],
  ]);
  await expect(page.locator('.margin .cs-mark')).toHaveCount(2);
  await (await markAt(page, 5)).click();
  await expect(panel(page, thread.lines(5, 7))).toContainText('About three lines.');
  await goToLine(page, 1);
  await page.keyboard.type('# Values.\n');
  await (await markAt(page, 3)).click();
  await expect(page.getByRole('region', { name: /^Conversation about/ })).toContainText('About the second.');
});

test('hovering a mark shows a tooltip with its conversation', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openWithNotes(pat, [[2, 3, `Look at this again. ${'It may be wrong. '.repeat(20)}`]]);
  const tip = page.getByRole('tooltip');
  await (await markAt(page, 2)).hover();
  await expect(tip).toContainText(editor.linesAt(2, 3));
  await expect(tip).toContainText(/Look at this again\. It may be wrong\./);
  // WCAG: the tooltip can be hovered, and Esc dismisses it.
  await tip.hover();
  await page.waitForTimeout(300);
  await expect(tip).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tip).toBeHidden();
  await (await markAt(page, 2)).hover();
  await expect(tip).toBeVisible();
  await page.locator('.view-lines').first().hover();
  await expect(tip).toBeHidden();
});

test('the tooltip of a mark at the bottom stays inside the window', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openWithNotes(
    pat,
    [36, 37, 38, 39, 40].map((end) => [36, end, `To line ${end}.`]),
  );
  const mark = await markAt(page, 36);
  await mark.hover();
  const tip = page.getByRole('tooltip');
  for (const end of [36, 37, 38, 39]) await expect(tip.getByText(`To line ${end}.`)).toBeInViewport({ ratio: 1 });
  await expect(tip.getByText(editor.moreThreads(1))).toBeInViewport({ ratio: 1 });
  // The tooltip is still beside its mark.
  const [markBox, tipBox] = [await mark.boundingBox(), await tip.boundingBox()];
  expect(tipBox?.y).toBeLessThanOrEqual(markBox?.y ?? 0);
});

test('a mark of several conversations shows their number and a menu', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openWithNotes(pat, [
    [3, 3, 'The first.'],
    [3, 4, 'The second.'],
    [3, 5, 'The third.'],
    ...Array.from({ length: 10 }, (_, at): [number, number, string] => [9, 9 + at, `Number ${at}.`]),
  ]);
  await expect(page.locator('.margin .cs-mark')).toHaveCount(2);
  expect(await markText(await markAt(page, 9))).toBe('9+');
  const mark = await markAt(page, 3);
  expect(await markText(mark)).toBe('3');
  await mark.hover();
  for (const note of ['The first.', 'The second.', 'The third.']) {
    await expect(page.getByRole('tooltip')).toContainText(note);
  }
  await mark.click();
  const menu = page.getByRole('menu', { name: editor.threadsAt(3) });
  await expect(menu.getByRole('menuitem')).toHaveCount(3);
  await expect(page.getByRole('tooltip')).toBeHidden();
  await menu.getByRole('menuitem', { name: 'The second.' }).click();
  await expect(panel(page, thread.lines(3, 4))).toContainText('The second.');
  await expect(menu).toBeHidden();
});

test('the menu of a mark works by keyboard, and Esc returns the focus', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openWithNotes(pat, [
    [3, 3, 'The first.'],
    [3, 4, 'The second.'],
  ]);
  const menu = page.getByRole('menu', { name: editor.threadsAt(2) });
  await (await markAt(page, 3)).click();
  await expect(menu).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(page.locator('.monaco-editor').first().locator(':focus')).toHaveCount(1);
  await (await markAt(page, 3)).click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(panel(page, thread.lines(3, 4))).toContainText('The second.');
  await expect(page.getByRole('textbox', { name: thread.field })).toBeFocused();
});

test('a tap on a mark opens its conversation or a menu on a phone', async ({ createUser }) => {
  const pat = await createUser(PHONE);
  const { page } = pat;
  await openWithNotes(pat, [
    [2, 2, 'Alone.'],
    [4, 4, 'The first.'],
    [4, 5, 'The second.'],
  ]);
  await (await markAt(page, 2)).tap();
  await expect(panel(page, thread.line(2))).toContainText('Alone.');
  await page.getByRole('button', { name: thread.close }).tap();
  await expect(panel(page, thread.line(2))).toBeHidden();
  await (await markAt(page, 4)).tap();
  const item = page.getByRole('menuitem', { name: 'The second.' });
  expect((await item.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await item.tap();
  await expect(panel(page, thread.lines(4, 5))).toContainText('The second.');
});
