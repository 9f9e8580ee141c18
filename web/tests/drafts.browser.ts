/** Tests unsaved text: offline, after a crash, and when leaving. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { EVICT, type TestUser, waitForEditor, words } from './test-user';

/** Returns all values of localStorage. */
function readStorage(pat: TestUser): Promise<string> {
  return pat.page.evaluate(() => Object.values({ ...localStorage }).join('\n'));
}

/** Saves while offline. Returns the session's id. */
async function saveOffline(pat: TestUser): Promise<string> {
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.context.setOffline(true);
  await pat.typeAt('  # edited', 4);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(
    pat.page.getByText(words.editor.waitingOffline).or(pat.page.getByText(words.page.offline)).first(),
  ).toBeVisible();
  // The page says that it is offline before the text is stored.
  await expect.poll(() => readStorage(pat)).toContain('"isQueued":true');
  return session;
}

/** Opens a session and types without saving. Waits for the autosave, half a second after the last key. */
async function editWithoutSaving(pat: TestUser): Promise<string> {
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # edited', 4);
  await expect.poll(() => readStorage(pat)).toContain('# edited');
  return session;
}

async function chooseSignOut(pat: TestUser, page = pat.page): Promise<void> {
  await page.getByRole('button', { name: words.accounts.menu(pat.username) }).click();
  await page.getByRole('menuitem', { name: words.common.signOut }).click();
}

/** The dialog about unsaved text outside the current tab. */
function signOutDialog(page: Page) {
  return page.getByRole('dialog', { name: words.signOut.title });
}

const EDITED = EVICT.replace('return 0', 'return 0  # edited');

test('an offline save is sent after reconnecting', async ({ createUser }) => {
  const pat = await createUser();
  const session = await saveOffline(pat);
  await pat.context.setOffline(false);
  await expect.poll(() => pat.savedCode(session), { timeout: 20_000 }).toBe(EDITED);
});

test('an offline save is sent after the page is reopened', async ({ createUser }) => {
  const pat = await createUser();
  const session = await saveOffline(pat);
  await pat.page.close();
  await pat.context.setOffline(false);
  const again = await pat.openTab();
  await pat.openSession(session, again);
  await expect.poll(() => pat.savedCode(session), { timeout: 20_000 }).toBe(EDITED);
});

test('an offline save conflicts if the file changed', async ({ createUser }) => {
  const pat = await createUser();
  const session = await saveOffline(pat);
  await pat.callApi('PUT', `/sessions/${session}`, {
    expected_version_number: 1,
    code_content: EVICT.replace('best = None', 'best = None  # theirs'),
  });
  await pat.context.setOffline(false);
  await expect(pat.page.getByRole('dialog', { name: words.editor.conflict.title })).toBeVisible({ timeout: 20_000 });
});

test('a draft is restored after a crash', async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  const crashed = pat.page.waitForEvent('crash');
  await pat.page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  const again = await pat.openTab();
  await pat.openSession(session, again);
  await expect(again.getByText(words.editor.restored)).toBeVisible();
  await expect(again.locator('.view-lines').first()).toContainText('# edited');
  expect(await pat.savedCode(session)).toBe(EVICT);
});

test('a draft can be discarded', async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  const again = await pat.openTab();
  await pat.page.close({ runBeforeUnload: false });
  await pat.openSession(session, again);
  await again.getByRole('button', { name: words.editor.discard }).click();
  await again.getByRole('dialog').getByRole('button', { name: words.editor.discard }).click();
  await expect(again.locator('.view-lines').first()).not.toContainText('# edited');
  await again.reload();
  await waitForEditor(again);
  await expect(again.locator('.view-lines').first()).not.toContainText('# edited');
});

test('leaving with unsaved text asks and can save', async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  await pat.page.getByRole('link', { name: words.common.sessions }).first().click();
  const dialog = pat.page.getByRole('dialog', { name: words.editor.leaveTitle });
  await dialog.getByRole('button', { name: words.editor.stay }).click();
  await expect(pat.page).toHaveURL(new RegExp(session));
  await pat.page.getByRole('link', { name: words.common.sessions }).first().click();
  await dialog.getByRole('button', { name: words.editor.saveAndLeave }).click();
  await expect(pat.page).toHaveURL(/\/dashboard/);
  expect(await pat.savedCode(session)).toBe(EDITED);
});

test('closing the window with unsaved text triggers beforeunload', async ({ createUser }) => {
  const pat = await createUser();
  await editWithoutSaving(pat);
  const asked = pat.page.waitForEvent('dialog');
  await pat.page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
});

test('signing out removes stored text', async ({ createUser }) => {
  const pat = await createUser();
  await editWithoutSaving(pat);
  await chooseSignOut(pat);
  await pat.page.getByRole('dialog').getByRole('button', { name: words.editor.leave, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/$/);
  expect(await readStorage(pat)).not.toContain('# edited');
});

test('signing out asks about unsaved text of another tab', async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  const other = await pat.openTab();
  await other.goto('/dashboard');
  await chooseSignOut(pat, other);
  await expect(signOutDialog(other)).toContainText(words.signOut.text(1));
  await expect(signOutDialog(other).getByRole('listitem')).toHaveText(['evict.py']);
  const stay = signOutDialog(other).getByRole('button', { name: words.editor.stay });
  await expect(stay).toBeFocused();
  await other.keyboard.press('Enter');
  await expect(signOutDialog(other)).toBeHidden();
  await expect(other.getByRole('button', { name: words.accounts.menu(pat.username) })).toBeFocused();
  await expect(other).toHaveURL(/\/dashboard$/);
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  expect(await readStorage(pat)).toContain('# edited');
  await chooseSignOut(pat, other);
  await signOutDialog(other).getByRole('button', { name: words.signOut.confirm }).click();
  await expect(other).toHaveURL(/\/$/);
  await expect.poll(() => readStorage(pat)).not.toContain('# edited');
  await expect(pat.page.getByText(words.accounts.signedOut).first()).toBeVisible();
  await expect(pat.page).not.toHaveURL(new RegExp(session));
});

test("signing out asks about a closed tab's draft until it is saved", async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  const other = await pat.openTab();
  await pat.page.close({ runBeforeUnload: false });
  await other.goto('/settings');
  await chooseSignOut(pat, other);
  await signOutDialog(other).getByRole('button', { name: words.editor.stay }).click();
  await pat.openSession(session, other);
  await expect(other.getByText(words.editor.restored)).toBeVisible();
  await other.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EDITED);
  await other.goto('/settings');
  await chooseSignOut(pat, other);
  await expect(other).toHaveURL(/\/$/);
  await expect(signOutDialog(other)).toBeHidden();
});

test('signing out asks about an offline save', async ({ createUser }) => {
  const pat = await createUser();
  const other = await pat.openTab();
  await other.goto('/dashboard');
  await saveOffline(pat);
  await chooseSignOut(pat, other);
  await expect(signOutDialog(other)).toContainText(words.signOut.text(1));
});

test("asks about this tab's unsaved text first, then other tabs'", async ({ createUser }) => {
  const pat = await createUser();
  await editWithoutSaving(pat);
  const other = await pat.openTab();
  await pat.openSession(await pat.createSession('other.py'), other);
  await other.keyboard.press('ControlOrMeta+Home');
  await pat.typeAt('  # of this tab', 2, other);
  await chooseSignOut(pat, other);
  const first = other.getByRole('dialog', { name: words.editor.leaveTitle });
  await expect(first).toContainText(words.accounts.signOutUnsaved);
  await first.getByRole('button', { name: words.editor.saveAndLeave }).click();
  await expect(signOutDialog(other).getByRole('listitem')).toHaveText(['evict.py']);
  await signOutDialog(other).getByRole('button', { name: words.signOut.confirm }).click();
  await expect(other).toHaveURL(/\/$/);
});

test('signing out without unsaved text does not ask', async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EDITED);
  const other = await pat.openTab();
  await other.goto('/dashboard');
  await chooseSignOut(pat, other);
  await expect(other).toHaveURL(/\/$/);
});

test('text typed just before leaving is restored', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # edited', 4);
  await pat.page.getByRole('link', { name: words.common.sessions }).first().click();
  await pat.page.getByRole('dialog').getByRole('button', { name: words.editor.leave, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/dashboard/);
  await pat.openSession(session);
  await expect(pat.page.getByText(words.editor.restored)).toBeVisible();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
});

test('Back asks too, even after the skip link', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.page.goto('/dashboard');
  await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
  await pat.page.keyboard.press('Tab');
  await pat.page.keyboard.press('Enter');
  await pat.page.getByRole('link', { name: 'evict.py' }).click();
  await waitForEditor(pat.page);
  await pat.typeAt('  # edited', 4);
  await pat.page.evaluate(() => window.history.back());
  await expect(pat.page.getByRole('dialog', { name: words.editor.leaveTitle })).toBeVisible();
  await expect(pat.page).toHaveURL(new RegExp(session));
});

test('drafts of two tabs are restored one after the other', async ({ createUser }) => {
  const pat = await createUser();
  const session = await editWithoutSaving(pat);
  const other = await pat.openTab();
  await pat.openSession(session, other);
  await pat.typeAt('  # of the other tab', 2, other);
  await expect.poll(() => readStorage(pat)).toContain('# of the other tab');
  await pat.page.close();
  await other.close();
  const again = await pat.openTab();
  await pat.openSession(session, again);
  await expect(again.locator('.view-lines').first()).toContainText('# of the other tab');
  await again.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# of the other tab');
  await again.reload();
  // The first tab's draft has an older base version.
  await again
    .getByRole('dialog', { name: words.editor.conflict.title })
    .getByRole('button', { name: words.editor.conflict.byHand })
    .click();
  await again.getByRole('button', { name: words.editor.conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toContain('# edited');
  expect(await pat.savedCode(session)).toContain('# of the other tab');
});

test('several quick Back steps stay in the editor, and Leave goes one back', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.page.goto('/about');
  await pat.page.getByRole('link', { name: words.common.product }).click();
  await pat.page.getByRole('link', { name: 'evict.py' }).click();
  await waitForEditor(pat.page);
  await pat.typeAt('  # edited', 4);
  const dialog = pat.page.getByRole('dialog', { name: words.editor.leaveTitle });
  for (const times of [2, 3]) {
    await pat.page.evaluate((steps) => {
      for (let step = 0; step < steps; step++) window.history.back();
    }, times);
    await expect(dialog).toBeVisible();
    await expect(pat.page).toHaveURL(new RegExp(session));
    await dialog.getByRole('button', { name: words.editor.stay }).click();
    await expect(dialog).toBeHidden();
    await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  }
  await pat.page.evaluate(() => window.history.back());
  await dialog.getByRole('button', { name: words.editor.leave, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
  await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
});

test('a rejected offline save shows an error and can be retried', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.context.setOffline(true);
  await pat.typeAt('  # queued', 4);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(pat.page.getByText(words.editor.offlineShort).first()).toBeVisible();
  let refusals = 0;
  await pat.page.route(`**/api/sessions/${session}`, (route) => {
    if (route.request().method() !== 'PUT' || refusals > 0) return route.continue();
    refusals += 1;
    return route.fulfill({ status: 502, contentType: 'text/html', body: 'Bad Gateway' });
  });
  await pat.context.setOffline(false);
  await pat.page.getByRole('button', { name: words.common.retry }).click({ timeout: 30_000 });
  await expect.poll(() => pat.savedCode(session)).toContain('# queued');
  expect(refusals).toBe(1);
});

test('repeatedly lost saves are retried with growing pauses', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  let losses = 0;
  await pat.page.route(`**/api/sessions/${session}`, (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    losses += 1;
    return route.abort('connectionreset');
  });
  await pat.typeAt('  # lost', 4);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await pat.page.waitForTimeout(16_000);
  // Retries follow after 1, 1 + 4 and 1 + 8 seconds, not every second.
  expect(losses).toBeGreaterThan(1);
  expect(losses).toBeLessThan(5);
  await pat.page.unroute(`**/api/sessions/${session}`);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# lost');
});
