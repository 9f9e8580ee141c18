/** Tests conflicts between two tabs: every choice keeps the text of both. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { EVICT, type TestUser, words } from './test-user';

const { conflict } = words.editor;

/** Opens the file in both tabs. The other tab saves an edit of line 1; this tab has an unsaved edit of line 4. */
async function editInBothTabs(pat: TestUser): Promise<{ session: string; other: Page }> {
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # mine', 4);
  const other = await pat.openTab();
  await pat.openSession(session, other);
  await pat.typeAt('  # theirs', 1, other);
  await other.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# theirs');
  await pat.page.bringToFront();
  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(pat.page.getByRole('dialog', { name: conflict.title })).toBeVisible();
  // The text must already be stored on this device.
  expect(await pat.page.evaluate(() => Object.values({ ...localStorage }).join('\n'))).toContain('# mine');
  return { session, other };
}

/** Label of the restore button, with any time. */
const RESTORE_LABEL = new RegExp(words.editor.backup(''));

const MINE = EVICT.replace('return 0', 'return 0  # mine');
const THEIRS = EVICT.replace('def evict(hits):', 'def evict(hits):  # theirs');
const BOTH = MINE.replace('def evict(hits):', 'def evict(hits):  # theirs');

test('keeping mine saves over the other version', async ({ createUser }) => {
  const pat = await createUser();
  const { session } = await editInBothTabs(pat);
  await pat.page.getByRole('button', { name: conflict.mine }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(MINE);
  await expect(pat.page.getByText(words.editor.mineKept)).toBeVisible();
});

test('the version that mine replaced can be restored', async ({ createUser }) => {
  const pat = await createUser();
  const { session } = await editInBothTabs(pat);
  await pat.page.getByRole('button', { name: conflict.mine }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(MINE);
  await pat.openSession(session);
  await pat.page.getByRole('button', { name: RESTORE_LABEL }).click();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# theirs');
  await expect(pat.page.locator('.view-lines').first()).not.toContainText('# mine');
});

test('using theirs keeps mine for a restore', async ({ createUser }) => {
  const pat = await createUser();
  const { session } = await editInBothTabs(pat);
  await pat.page.getByRole('button', { name: conflict.theirs }).click();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# theirs');
  expect(await pat.savedCode(session)).toBe(THEIRS);
  await pat.page
    .getByRole('button', { name: words.editor.restore })
    .or(pat.page.getByRole('button', { name: RESTORE_LABEL }))
    .first()
    .click();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# mine');
});

test('merging by hand starts from the automatic merge', async ({ createUser }) => {
  const pat = await createUser();
  const { session } = await editInBothTabs(pat);
  await pat.page.getByRole('button', { name: conflict.byHand }).click();
  await pat.page.getByRole('button', { name: conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(BOTH);
});

test('a conflict is resolved by choosing one side', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # mine', 4);
  const other = await pat.openTab();
  await pat.openSession(session, other);
  await pat.typeAt('  # theirs', 4, other);
  await other.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# theirs');
  await pat.page.bringToFront();
  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+s');
  await pat.page.getByRole('button', { name: conflict.byHand }).click();
  await pat.page.getByRole('button', { name: conflict.sides.theirs, exact: true }).click();
  await expect(pat.page.getByText(conflict.openConflicts(0))).toBeVisible();
  await pat.page.getByRole('button', { name: conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT.replace('return 0', 'return 0  # theirs'));
});

test('a tab without changes loads the save of another tab', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  const other = await pat.openTab();
  await pat.openSession(session, other);
  await pat.typeAt('  # theirs', 1, other);
  await other.keyboard.press('ControlOrMeta+s');
  await pat.page.bringToFront();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# theirs');
});

test('a manual merge survives focus changes and Esc, and asks before discarding', async ({ createUser }) => {
  const pat = await createUser();
  const { session } = await editInBothTabs(pat);
  await pat.page.getByRole('button', { name: conflict.byHand }).click();
  const dialog = pat.page.getByRole('dialog', { name: conflict.byHand });
  const result = dialog.locator('.modified-in-monaco-diff-editor .view-lines, .editor.modified .view-lines').first();
  await expect(result).toContainText('return len');
  await result.click();
  await pat.page.keyboard.press('ControlOrMeta+End');
  await pat.page.keyboard.type('# merged by hand');
  await expect(result).toContainText('# merged by hand');
  // A tab checks for changes at most every five seconds.
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
