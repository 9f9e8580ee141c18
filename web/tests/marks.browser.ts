/** The marks of conversations beside the code: what they tell, and what they open. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { goToLine, lineNumber, type Person, words } from './person';

const { editor, thread } = words;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A file of sixty lines that is open, with a note on each of these lines. */
async function opensWithNotes(pat: Person, notes: [startLine: number, endLine: number, note: string][]): Promise<void> {
  const code = Array.from({ length: 60 }, (_, at) => `value_${at} = ${at}`).join('\n');
  const session = await pat.hasSession('values.py', code);
  for (const [startLine, endLine, content] of notes) {
    const id = await pat.hasThread(session, startLine, endLine);
    await pat.asks('POST', `/threads/${id}/messages`, { content, ask: false });
  }
  await pat.opens(session);
}

/** The mark beside a line. */
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

/** What a mark shows: a number when it stands for several conversations. */
function shown(mark: Locator): Promise<string> {
  return mark.evaluate((node) => getComputedStyle(node, '::before').content.replaceAll('"', ''));
}

const panel = (page: Page, title: string) => page.getByRole('region', { name: thread.panel(title), exact: true });

test('a click on a mark opens its conversation, also where an edit has moved it', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensWithNotes(pat, [
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

test('a mark that is pointed at tells how its conversation goes', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensWithNotes(pat, [[2, 3, `Look at this again. ${'It may be wrong. '.repeat(20)}`]]);
  const tip = page.getByRole('tooltip');
  await (await markAt(page, 2)).hover();
  await expect(tip).toContainText(editor.linesAt(2, 3));
  await expect(tip).toContainText(/Look at this again\. It may be wrong\./);
  // As content that appears under a pointer has to: it can be pointed at itself, and Esc takes it away.
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

test('what a mark tells at the end of the window is in the window', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensWithNotes(
    pat,
    [36, 37, 38, 39, 40].map((end) => [36, end, `To line ${end}.`]),
  );
  const mark = await markAt(page, 36);
  await mark.hover();
  const tip = page.getByRole('tooltip');
  for (const end of [36, 37, 38, 39]) await expect(tip.getByText(`To line ${end}.`)).toBeInViewport({ ratio: 1 });
  await expect(tip.getByText(editor.moreThreads(1))).toBeInViewport({ ratio: 1 });
  // It is beside the mark still.
  const [at, told] = [await mark.boundingBox(), await tip.boundingBox()];
  expect(told?.y).toBeLessThanOrEqual(at?.y ?? 0);
});

test('a mark of several conversations counts them and offers which to open', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensWithNotes(pat, [
    [3, 3, 'The first.'],
    [3, 4, 'The second.'],
    [3, 5, 'The third.'],
    ...Array.from({ length: 10 }, (_, at): [number, number, string] => [9, 9 + at, `Number ${at}.`]),
  ]);
  await expect(page.locator('.margin .cs-mark')).toHaveCount(2);
  expect(await shown(await markAt(page, 9))).toBe('9+');
  const mark = await markAt(page, 3);
  expect(await shown(mark)).toBe('3');
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

test('the choice at a mark is made by keyboard, and Esc gives the focus back', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensWithNotes(pat, [
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

test('a tap on a mark opens its conversation on a phone, or offers which', async ({ joins }) => {
  const pat = await joins(PHONE);
  const { page } = pat;
  await opensWithNotes(pat, [
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
