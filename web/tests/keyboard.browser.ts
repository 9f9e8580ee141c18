/** Tests the page by keyboard alone. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { goToLine, waitForEditor, words } from './test-user';

/** Presses a key until the element with a label has the focus. */
async function tabUntilFocused(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let at = 0; at < 60; at++) {
    const focused = page.locator(':focus');
    const label = await focused.evaluateAll(([element]) =>
      element === undefined ? '' : (element.getAttribute('aria-label') ?? element.textContent ?? ''),
    );
    if (typeof name === 'string' ? label.trim() === name : name.test(label.trim())) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Pressing ${key} 60 times does not reach ${name}.`);
}

test('a question is asked and its patch applied by keyboard', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  const { page } = pat;
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: 'evict.py' })).toBeVisible();
  await tabUntilFocused(page, 'evict.py');
  await page.keyboard.press('Enter');
  await waitForEditor(page);
  await expect(page.locator('.monaco-editor textarea, .monaco-editor .native-edit-context').first()).toBeAttached();
  await tabUntilFocused(page, /^Code of|^Editor content/i).catch(() =>
    page.locator('.monaco-editor').first().press('Home'),
  );
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Alt+Enter');
  const field = page.getByRole('textbox', { name: words.thread.field });
  await expect(field).toBeFocused();
  await page.keyboard.type('Is this comparison right?');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(page.getByRole('button', { name: words.thread.applyPatch })).toBeVisible();
  // The answer precedes the field in tab order.
  await tabUntilFocused(page, words.thread.applyPatch, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText(words.thread.appliedIn(2))).toBeVisible();
  expect(await pat.savedCode(session)).toContain('best is None');
});

test('a dialog traps the focus and returns it', async ({ createUser }) => {
  const pat = await createUser();
  await pat.createSession();
  const { page } = pat;
  await page.goto('/dashboard');
  const button = page.getByRole('button', { name: words.sessions.newSession });
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  for (let at = 0; at < 30; at++) {
    await page.keyboard.press('Tab');
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
});

test('Tab moves the focus after switching by menu or by key', async ({ createUser }) => {
  const pat = await createUser();
  await pat.openSession(await pat.createSession());
  const { page } = pat;
  const { menu, tabMoved, tabIndented } = words.editor;
  const inCode = () => page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null);
  await page.getByRole('button', { name: words.sessions.actionsFor('evict.py') }).click();
  await page.getByRole('menuitem', { name: menu.tabMoves }).click();
  await expect(page.getByText(tabMoved)).toBeVisible();
  await goToLine(page, 1);
  await page.keyboard.press('Tab');
  expect(await inCode()).toBe(false);
  await goToLine(page, 1);
  await page.keyboard.press('Control+m');
  await expect(page.getByText(tabIndented)).toBeVisible();
  await page.keyboard.press('Tab');
  expect(await inCode()).toBe(true);
  await expect(page.locator('.view-lines').first()).toContainText('    def evict');
});
