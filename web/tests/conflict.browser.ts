/** Two tabs with the same file: nothing that was typed is lost, whatever is chosen. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { EVICT, type Person, words } from './person';

const { conflict } = words.editor;

/** Both tabs have the file open; the other one saved a line at the end of line 1, this one has typed at the end of line 4. */
async function bothEdited(pat: Person): Promise<{ session: string; other: Page }> {
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # mine', 4);
  const other = await pat.opensTab();
  await pat.opens(session, other);
  await pat.types('  # theirs', 1, other);
  await other.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# theirs');
  await pat.page.bringToFront();
  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(pat.page.getByRole('dialog', { name: conflict.title })).toBeVisible();
  // Whatever is chosen now, what was typed is on this device already.
  expect(await pat.page.evaluate(() => Object.values({ ...localStorage }).join('\n'))).toContain('# mine');
  return { session, other };
}

/** Whenever that was. */
const RESTORE = new RegExp(words.editor.backup(''));

const MINE = EVICT.replace('return 0', 'return 0  # mine');
const THEIRS = EVICT.replace('def evict(hits):', 'def evict(hits):  # theirs');
const BOTH = MINE.replace('def evict(hits):', 'def evict(hits):  # theirs');

test('keeping mine saves over the other version', async ({ joins }) => {
  const pat = await joins();
  const { session } = await bothEdited(pat);
  await pat.page.getByRole('button', { name: conflict.mine }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(MINE);
  await expect(pat.page.getByText(words.editor.mineKept)).toBeVisible();
});

test('the version that mine was saved over can be restored', async ({ joins }) => {
  const pat = await joins();
  const { session } = await bothEdited(pat);
  await pat.page.getByRole('button', { name: conflict.mine }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(MINE);
  await pat.opens(session);
  await pat.page.getByRole('button', { name: RESTORE }).click();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# theirs');
  await expect(pat.page.locator('.view-lines').first()).not.toContainText('# mine');
});

test('using theirs keeps mine on this device, to be restored', async ({ joins }) => {
  const pat = await joins();
  const { session } = await bothEdited(pat);
  await pat.page.getByRole('button', { name: conflict.theirs }).click();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# theirs');
  expect(await pat.savedCode(session)).toBe(THEIRS);
  await pat.page
    .getByRole('button', { name: words.editor.restore })
    .or(pat.page.getByRole('button', { name: RESTORE }))
    .first()
    .click();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# mine');
});

test('merging by hand starts with what fits together', async ({ joins }) => {
  const pat = await joins();
  const { session } = await bothEdited(pat);
  await pat.page.getByRole('button', { name: conflict.byHand }).click();
  await pat.page.getByRole('button', { name: conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(BOTH);
});

test('a conflict in one line is decided by taking one side', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # mine', 4);
  const other = await pat.opensTab();
  await pat.opens(session, other);
  await pat.types('  # theirs', 4, other);
  await other.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# theirs');
  await pat.page.bringToFront();
  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+s');
  await pat.page.getByRole('button', { name: conflict.byHand }).click();
  await pat.page.getByRole('button', { name: conflict.take.theirs, exact: true }).click();
  await expect(pat.page.getByText(conflict.left(0))).toBeVisible();
  await pat.page.getByRole('button', { name: conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT.replace('return 0', 'return 0  # theirs'));
});

test('a tab without changes takes what another one saved', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  const other = await pat.opensTab();
  await pat.opens(session, other);
  await pat.types('  # theirs', 1, other);
  await other.keyboard.press('ControlOrMeta+s');
  await pat.page.bringToFront();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# theirs');
});

test('merging by hand survives a look at another window, Esc, and asks before it is dropped', async ({ joins }) => {
  const pat = await joins();
  const { session } = await bothEdited(pat);
  await pat.page.getByRole('button', { name: conflict.byHand }).click();
  const dialog = pat.page.getByRole('dialog', { name: conflict.byHand });
  const result = dialog.locator('.modified-in-monaco-diff-editor .view-lines, .editor.modified .view-lines').first();
  await expect(result).toContainText('return len');
  await result.click();
  await pat.page.keyboard.press('ControlOrMeta+End');
  await pat.page.keyboard.type('# merged by hand');
  await expect(result).toContainText('# merged by hand');
  // A tab asks for news at most every five seconds.
  await pat.page.waitForTimeout(5_500);
  await pat.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await pat.page.waitForTimeout(1_000);
  await pat.page.keyboard.press('Escape');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: conflict.back }).click();
  await expect(pat.page.getByText(conflict.dropTitle)).toBeVisible();
  await pat.page.getByRole('button', { name: words.common.cancel }).click();
  await dialog.getByRole('button', { name: conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(`${BOTH}# merged by hand`);
});
