/** Tests toasts: position, kinds, dismissal, focus and touch. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { goToLine, type TestUser, words } from './test-user';

const { sessions, editor, common } = words;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Opens a list of sessions with a fake clock. */
async function openList(pat: TestUser, ...names: string[]): Promise<void> {
  for (const name of names) await pat.createSession(name);
  await pat.page.clock.install();
  await pat.page.goto('/dashboard');
  await expect(pat.page.getByRole('button', { name: sessions.actionsFor(names[0] ?? '') })).toBeVisible();
}

/** Advances the clock second by second, so that each change is rendered. */
async function runClock(page: Page, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await page.clock.runFor(1_000);
}

function toast(page: Page, text: string): Locator {
  return page.getByRole('region', { name: common.notifications }).getByRole('listitem').filter({ hasText: text });
}

/** Deletes by keyboard, because toasts may cover the list. */
async function deleteByKeyboard({ page }: TestUser, name: string): Promise<void> {
  await page.getByRole('button', { name: sessions.actionsFor(name) }).press('Enter');
  await page.getByRole('menuitem', { name: sessions.delete }).click();
  await page.getByRole('dialog').getByRole('button', { name: sessions.deleteAction }).click();
}

/** Deletes a session. Returns the success toast. */
async function deleteSession(pat: TestUser, name: string): Promise<Locator> {
  await deleteByKeyboard(pat, name);
  const successToast = toast(pat.page, 'is deleted').filter({ hasText: name });
  await expect(successToast).toBeVisible();
  return successToast;
}

/** Deletes a session with a server error. Returns the error toast. */
async function failToDelete(pat: TestUser, name: string): Promise<Locator> {
  const error = { code: 'DATABASE_ERROR', message: 'Told by the server.' };
  await pat.page.route('**/api/sessions/*', (route) => route.fulfill({ status: 503, json: { error } }), { times: 1 });
  await deleteByKeyboard(pat, name);
  const errorToast = toast(pat.page, 'could not be deleted').filter({ hasText: name });
  await expect(errorToast).toBeVisible();
  return errorToast;
}

function closeButton(toastLocator: Locator): Locator {
  return toastLocator.getByRole('button', { name: common.close });
}

/** Renames a session to a Windows device name. Returns the toast about the changed name. */
async function renameToDeviceName(pat: TestUser, name: string): Promise<Locator> {
  await pat.page.getByRole('button', { name: sessions.actionsFor(name) }).click();
  await pat.page.getByRole('menuitem', { name: sessions.rename }).click();
  await pat.page.getByRole('dialog').getByRole('textbox').fill('con.py');
  await pat.page.keyboard.press('Enter');
  return toast(pat.page, 'The name is now');
}

/** Asks about too much text. Returns the warning toast. */
async function askTooMuch(pat: TestUser): Promise<Locator> {
  await pat.openSession(await pat.createSession('long.py', '# A line of many.\n'.repeat(5_000)));
  await goToLine(pat.page, 1);
  await pat.page.keyboard.press('ControlOrMeta+a');
  await pat.page.keyboard.press('Alt+Enter');
  return toast(pat.page, editor.tooLong);
}

for (const [kind, showKind] of Object.entries({
  success: deleteSession,
  info: renameToDeviceName,
  warning: askTooMuch,
})) {
  test(`a toast of the kind ${kind} is dismissed after five seconds`, async ({ createUser }) => {
    const pat = await createUser();
    await openList(pat, 'one.py');
    const shownToast = await showKind(pat, 'one.py');
    await expect(shownToast).toHaveAttribute('data-type', kind);
    await runClock(pat.page, 3);
    await expect(shownToast).toBeVisible();
    await runClock(pat.page, 3);
    await expect(shownToast).toBeHidden();
  });
}

test('an error toast stays at the top right until it is closed', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openList(pat, 'one.py', 'two.py');
  const error = await failToDelete(pat, 'one.py');
  await expect(error).toHaveAttribute('data-type', 'error');
  const box = await error.boundingBox();
  expect(1440 - (box?.x ?? 0) - (box?.width ?? 0)).toBe(16);
  expect(box?.y).toBeLessThan(200);
  const success = await deleteSession(pat, 'two.py');
  await runClock(page, 6);
  await expect(success).toBeHidden();
  await runClock(page, 300);
  await expect(error).toBeVisible();
  await closeButton(error).click();
  await expect(error).toBeHidden();
});

test('an error toast is closed by keyboard and returns the focus', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openList(pat, 'one.py');
  const error = await failToDelete(pat, 'one.py');
  const link = page.getByRole('link', { name: 'one.py' });
  await link.focus();
  await page.keyboard.press('Alt+t');
  await page.keyboard.press('Tab');
  await expect(error).toBeFocused();
  await expect(error).toHaveCSS('outline-style', 'solid');
  await page.keyboard.press('Tab');
  await expect(closeButton(error)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(error).toBeHidden();
  await expect(link).toBeFocused();
});

test('a toast stays while it is hovered', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openList(pat, 'one.py');
  const shownToast = await deleteSession(pat, 'one.py');
  await shownToast.hover();
  await runClock(page, 20);
  await expect(shownToast).toBeVisible();
  await page.mouse.move(200, 800);
  await runClock(page, 6);
  await expect(shownToast).toBeHidden();
});

test('a toast stays while it has the focus', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openList(pat, 'one.py', 'two.py');
  const shownToast = await deleteSession(pat, 'one.py');
  await closeButton(shownToast).focus();
  await runClock(page, 20);
  await expect(shownToast).toBeVisible();
  await expect(closeButton(shownToast)).toBeFocused();
  await page.getByRole('link', { name: 'two.py' }).focus();
  await runClock(page, 6);
  await expect(shownToast).toBeHidden();
});

test('a toast stays while the page is in the background', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  await openList(pat, 'one.py');
  const shownToast = await deleteSession(pat, 'one.py');
  const setHidden = (isHidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await setHidden(true);
  await runClock(page, 20);
  await expect(shownToast).toBeVisible();
  await setHidden(false);
  await runClock(page, 6);
  await expect(shownToast).toBeHidden();
});

test('the focused toast of a stack is not covered', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  const names = ['one.py', 'two.py', 'three.py', 'four.py', 'five.py'];
  await openList(pat, ...names);
  for (const name of names) await failToDelete(pat, name);
  // The toasts follow the last row in tab order.
  await page.getByRole('button', { name: sessions.actionsFor('one.py') }).focus();
  const focused = page.locator('[data-sonner-toast]:focus, [data-sonner-toast] :focus');
  const isOnTop = () =>
    focused.evaluate((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return node.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
  // Four toasts are visible, each with two buttons.
  for (let stop = 0; stop < 4 * 3; stop++) {
    await page.keyboard.press('Tab');
    await expect.poll(isOnTop, `stop ${stop}`).toBe(true);
  }
  await page.keyboard.press('Tab');
  await expect(focused).toHaveCount(0);
});

test('the buttons of a toast are large enough for touch', async ({ createUser }) => {
  const pat = await createUser(PHONE);
  await openList(pat, 'one.py');
  const error = await failToDelete(pat, 'one.py');
  for (const button of await error.getByRole('button').all()) {
    const box = await button.boundingBox();
    expect(Math.round(Math.min(box?.width ?? 0, box?.height ?? 0))).toBeGreaterThanOrEqual(44);
  }
  await closeButton(error).tap();
  await expect(error).toBeHidden();
});
