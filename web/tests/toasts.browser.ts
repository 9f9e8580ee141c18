/** Toasts: top right, of four kinds. Errors stay until they are closed, the others go when they have been read. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { goToLine, type Person, words } from './person';

const { sessions, editor, common } = words;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A list of sessions, on a page whose clock is the test's: time that passes there takes none here. */
async function opensList(pat: Person, ...names: string[]): Promise<void> {
  for (const name of names) await pat.hasSession(name);
  await pat.page.clock.install();
  await pat.page.goto('/dashboard');
  await expect(pat.page.getByRole('button', { name: sessions.actionsFor(names[0] ?? '') })).toBeVisible();
}

/** Seconds pass one by one, so that what one of them brings about is drawn. */
async function passes(page: Page, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await page.clock.runFor(1_000);
}

function toast(page: Page, text: string): Locator {
  return page.getByRole('region', { name: common.notifications }).getByRole('listitem').filter({ hasText: text });
}

/** By keyboard, since the toasts may lie over the list. */
async function deletes({ page }: Person, name: string): Promise<void> {
  await page.getByRole('button', { name: sessions.actionsFor(name) }).press('Enter');
  await page.getByRole('menuitem', { name: sessions.delete }).click();
  await page.getByRole('dialog').getByRole('button', { name: sessions.deleteAction }).click();
}

/** Deletes a session. Answers the toast of the success. */
async function succeeds(pat: Person, name: string): Promise<Locator> {
  await deletes(pat, name);
  const told = toast(pat.page, 'is deleted').filter({ hasText: name });
  await expect(told).toBeVisible();
  return told;
}

/** Deletes a session, which the server refuses. Answers the toast of the error. */
async function fails(pat: Person, name: string): Promise<Locator> {
  const error = { code: 'DATABASE_ERROR', message: 'Told by the server.' };
  await pat.page.route('**/api/sessions/*', (route) => route.fulfill({ status: 503, json: { error } }), { times: 1 });
  await deletes(pat, name);
  const told = toast(pat.page, 'could not be deleted').filter({ hasText: name });
  await expect(told).toBeVisible();
  return told;
}

function closer(told: Locator): Locator {
  return told.getByRole('button', { name: common.close });
}

/** Renames a session to what Windows takes for a device. Answers the toast that tells of another name. */
async function isRenamed(pat: Person, name: string): Promise<Locator> {
  await pat.page.getByRole('button', { name: sessions.actionsFor(name) }).click();
  await pat.page.getByRole('menuitem', { name: sessions.rename }).click();
  await pat.page.getByRole('dialog').getByRole('textbox').fill('con.py');
  await pat.page.keyboard.press('Enter');
  return toast(pat.page, 'The name is now');
}

/** Asks about more than a question can be about. Answers the toast that says so. */
async function asksTooMuch(pat: Person): Promise<Locator> {
  await pat.opens(await pat.hasSession('long.py', '# A line of many.\n'.repeat(5_000)));
  await goToLine(pat.page, 1);
  await pat.page.keyboard.press('ControlOrMeta+a');
  await pat.page.keyboard.press('Alt+Enter');
  return toast(pat.page, editor.tooLong);
}

for (const [kind, tell] of Object.entries({ success: succeeds, info: isRenamed, warning: asksTooMuch })) {
  test(`a toast of the kind ${kind} goes after five seconds`, async ({ joins }) => {
    const pat = await joins();
    await opensList(pat, 'one.py');
    const told = await tell(pat, 'one.py');
    await expect(told).toHaveAttribute('data-type', kind);
    await passes(pat.page, 3);
    await expect(told).toBeVisible();
    await passes(pat.page, 3);
    await expect(told).toBeHidden();
  });
}

test('an error stays at the top right until it is closed', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensList(pat, 'one.py', 'two.py');
  const error = await fails(pat, 'one.py');
  await expect(error).toHaveAttribute('data-type', 'error');
  const box = await error.boundingBox();
  expect(1440 - (box?.x ?? 0) - (box?.width ?? 0)).toBe(16);
  expect(box?.y).toBeLessThan(200);
  const success = await succeeds(pat, 'two.py');
  await passes(page, 6);
  await expect(success).toBeHidden();
  await passes(page, 300);
  await expect(error).toBeVisible();
  await closer(error).click();
  await expect(error).toBeHidden();
});

test('an error is reached and closed by keyboard, and the focus goes back', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensList(pat, 'one.py');
  const error = await fails(pat, 'one.py');
  const link = page.getByRole('link', { name: 'one.py' });
  await link.focus();
  await page.keyboard.press('Alt+t');
  await page.keyboard.press('Tab');
  await expect(error).toBeFocused();
  await expect(error).toHaveCSS('outline-style', 'solid');
  await page.keyboard.press('Tab');
  await expect(closer(error)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(error).toBeHidden();
  await expect(link).toBeFocused();
});

test('a toast stays while it is pointed at', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensList(pat, 'one.py');
  const told = await succeeds(pat, 'one.py');
  await told.hover();
  await passes(page, 20);
  await expect(told).toBeVisible();
  await page.mouse.move(200, 800);
  await passes(page, 6);
  await expect(told).toBeHidden();
});

test('a toast stays while it has the focus', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensList(pat, 'one.py', 'two.py');
  const told = await succeeds(pat, 'one.py');
  await closer(told).focus();
  await passes(page, 20);
  await expect(told).toBeVisible();
  await expect(closer(told)).toBeFocused();
  await page.getByRole('link', { name: 'two.py' }).focus();
  await passes(page, 6);
  await expect(told).toBeHidden();
});

test('a toast waits for a page that is in the background', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  await opensList(pat, 'one.py');
  const told = await succeeds(pat, 'one.py');
  const hides = (isHidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await hides(true);
  await passes(page, 20);
  await expect(told).toBeVisible();
  await hides(false);
  await passes(page, 6);
  await expect(told).toBeHidden();
});

test('of many toasts each that gets the focus is seen, and covered by none', async ({ joins }) => {
  const pat = await joins();
  const { page } = pat;
  const names = ['one.py', 'two.py', 'three.py', 'four.py', 'five.py'];
  await opensList(pat, ...names);
  for (const name of names) await fails(pat, name);
  // The toasts follow the last row.
  await page.getByRole('button', { name: sessions.actionsFor('one.py') }).focus();
  const focused = page.locator('[data-sonner-toast]:focus, [data-sonner-toast] :focus');
  const isOnTop = () =>
    focused.evaluate((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return node.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
  // Four are shown at a time, each with two buttons.
  for (let stop = 0; stop < 4 * 3; stop++) {
    await page.keyboard.press('Tab');
    await expect.poll(isOnTop, `stop ${stop}`).toBe(true);
  }
  await page.keyboard.press('Tab');
  await expect(focused).toHaveCount(0);
});

test('a toast has room for a finger on a phone', async ({ joins }) => {
  const pat = await joins(PHONE);
  await opensList(pat, 'one.py');
  const error = await fails(pat, 'one.py');
  for (const button of await error.getByRole('button').all()) {
    const box = await button.boundingBox();
    expect(Math.round(Math.min(box?.width ?? 0, box?.height ?? 0))).toBeGreaterThanOrEqual(44);
  }
  await closer(error).tap();
  await expect(error).toBeHidden();
});
