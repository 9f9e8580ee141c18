/** Text that is not saved yet: without a connection, after a crash, on leaving. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { EVICT, type Person, ready, words } from './person';

/** What this device keeps. */
function kept(pat: Person): Promise<string> {
  return pat.page.evaluate(() => Object.values({ ...localStorage }).join('\n'));
}

/** A save that finds no connection. Answers the session. */
async function savesOffline(pat: Person): Promise<string> {
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.context.setOffline(true);
  await pat.types('  # edited', 4);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(
    pat.page.getByText(words.editor.waitingOffline).or(pat.page.getByText(words.page.offline)).first(),
  ).toBeVisible();
  return session;
}

/** An open session with text that is not saved, and kept: that happens half a second after the last key. */
async function edits(pat: Person): Promise<string> {
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # edited', 4);
  await expect.poll(() => kept(pat)).toContain('# edited');
  return session;
}

/** Chooses to sign out in a tab. */
async function signsOut(pat: Person, page = pat.page): Promise<void> {
  await page.getByRole('button', { name: words.accounts.menu(pat.username) }).click();
  await page.getByRole('menuitem', { name: words.common.signOut }).click();
}

/** The question about what is not in the tab where the person signs out. */
function question(page: Page) {
  return page.getByRole('dialog', { name: words.signOut.title });
}

const EDITED = EVICT.replace('return 0', 'return 0  # edited');

test('a save without a connection waits, and goes out when it is back', async ({ joins }) => {
  const pat = await joins();
  const session = await savesOffline(pat);
  await pat.context.setOffline(false);
  await expect.poll(() => pat.savedCode(session), { timeout: 20_000 }).toBe(EDITED);
});

test('a save that waited is sent after the page was opened again', async ({ joins }) => {
  const pat = await joins();
  const session = await savesOffline(pat);
  await pat.page.close();
  await pat.context.setOffline(false);
  const again = await pat.opensTab();
  await pat.opens(session, again);
  await expect.poll(() => pat.savedCode(session), { timeout: 20_000 }).toBe(EDITED);
});

test('a save that waited meets a conflict when the file changed meanwhile', async ({ joins }) => {
  const pat = await joins();
  const session = await savesOffline(pat);
  await pat.asks('PUT', `/sessions/${session}`, {
    expected_version_number: 1,
    code_content: EVICT.replace('best = None', 'best = None  # theirs'),
  });
  await pat.context.setOffline(false);
  await expect(pat.page.getByRole('dialog', { name: words.editor.conflict.title })).toBeVisible({ timeout: 20_000 });
});

test('a tab that crashed finds its draft again', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  const crashed = pat.page.waitForEvent('crash');
  await pat.page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  const again = await pat.opensTab();
  await pat.opens(session, again);
  await expect(again.getByText(words.editor.restored)).toBeVisible();
  await expect(again.locator('.view-lines').first()).toContainText('# edited');
  expect(await pat.savedCode(session)).toBe(EVICT);
});

test('a draft can be discarded', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  const again = await pat.opensTab();
  await pat.page.close({ runBeforeUnload: false });
  await pat.opens(session, again);
  await again.getByRole('button', { name: words.editor.discard }).click();
  await again.getByRole('dialog').getByRole('button', { name: words.editor.discard }).click();
  await expect(again.locator('.view-lines').first()).not.toContainText('# edited');
  await again.reload();
  await ready(again);
  await expect(again.locator('.view-lines').first()).not.toContainText('# edited');
});

test('leaving with unsaved text asks, and saves when told to', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  await pat.page.getByRole('link', { name: words.common.sessions }).first().click();
  const dialog = pat.page.getByRole('dialog', { name: words.editor.leaveTitle });
  await dialog.getByRole('button', { name: words.editor.stay }).click();
  await expect(pat.page).toHaveURL(new RegExp(session));
  await pat.page.getByRole('link', { name: words.common.sessions }).first().click();
  await dialog.getByRole('button', { name: words.editor.saveAndLeave }).click();
  await expect(pat.page).toHaveURL(/\/dashboard/);
  expect(await pat.savedCode(session)).toBe(EDITED);
});

test('closing the window with unsaved text asks the browser to ask', async ({ joins }) => {
  const pat = await joins();
  await edits(pat);
  const asked = pat.page.waitForEvent('dialog');
  await pat.page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
});

test('signing out forgets what this device keeps', async ({ joins }) => {
  const pat = await joins();
  await edits(pat);
  await signsOut(pat);
  await pat.page.getByRole('dialog').getByRole('button', { name: words.editor.leave, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/$/);
  expect(await kept(pat)).not.toContain('# edited');
});

test('signing out asks about the unsaved text of another tab', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  const other = await pat.opensTab();
  await other.goto('/dashboard');
  await signsOut(pat, other);
  await expect(question(other)).toContainText(words.signOut.text(1));
  await expect(question(other).getByRole('listitem')).toHaveText(['evict.py']);
  const stay = question(other).getByRole('button', { name: words.editor.stay });
  await expect(stay).toBeFocused();
  await other.keyboard.press('Enter');
  await expect(question(other)).toBeHidden();
  await expect(other.getByRole('button', { name: words.accounts.menu(pat.username) })).toBeFocused();
  await expect(other).toHaveURL(/\/dashboard$/);
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  expect(await kept(pat)).toContain('# edited');
  await signsOut(pat, other);
  await question(other).getByRole('button', { name: words.signOut.anyway }).click();
  await expect(other).toHaveURL(/\/$/);
  await expect.poll(() => kept(pat)).not.toContain('# edited');
  await expect(pat.page.getByText(words.accounts.signedOut).first()).toBeVisible();
  await expect(pat.page).not.toHaveURL(new RegExp(session));
});

test('signing out asks about what a closed tab has left, and not once it is saved', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  const other = await pat.opensTab();
  await pat.page.close({ runBeforeUnload: false });
  await other.goto('/settings');
  await signsOut(pat, other);
  await question(other).getByRole('button', { name: words.editor.stay }).click();
  await pat.opens(session, other);
  await expect(other.getByText(words.editor.restored)).toBeVisible();
  await other.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EDITED);
  await other.goto('/settings');
  await signsOut(pat, other);
  await expect(other).toHaveURL(/\/$/);
  await expect(question(other)).toBeHidden();
});

test('signing out asks about a save that waits for the connection', async ({ joins }) => {
  const pat = await joins();
  const other = await pat.opensTab();
  await other.goto('/dashboard');
  await savesOffline(pat);
  await signsOut(pat, other);
  await expect(question(other)).toContainText(words.signOut.text(1));
});

test('what this tab has not saved is asked about first, then what others have not', async ({ joins }) => {
  const pat = await joins();
  await edits(pat);
  const other = await pat.opensTab();
  await pat.opens(await pat.hasSession('other.py'), other);
  await other.keyboard.press('ControlOrMeta+Home');
  await pat.types('  # of this tab', 2, other);
  await signsOut(pat, other);
  const first = other.getByRole('dialog', { name: words.editor.leaveTitle });
  await expect(first).toContainText(words.accounts.signOutUnsaved);
  await first.getByRole('button', { name: words.editor.saveAndLeave }).click();
  await expect(question(other).getByRole('listitem')).toHaveText(['evict.py']);
  await question(other).getByRole('button', { name: words.signOut.anyway }).click();
  await expect(other).toHaveURL(/\/$/);
});

test('without unsaved text anywhere, signing out asks nothing', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EDITED);
  const other = await pat.opensTab();
  await other.goto('/dashboard');
  await signsOut(pat, other);
  await expect(other).toHaveURL(/\/$/);
});

test('what was typed a moment before leaving is there again', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # edited', 4);
  await pat.page.getByRole('link', { name: words.common.sessions }).first().click();
  await pat.page.getByRole('dialog').getByRole('button', { name: words.editor.leave, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/dashboard/);
  await pat.opens(session);
  await expect(pat.page.getByText(words.editor.restored)).toBeVisible();
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
});

test('Back asks too, also after the skip link was used', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.page.goto('/dashboard');
  await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
  await pat.page.keyboard.press('Tab');
  await pat.page.keyboard.press('Enter');
  await pat.page.getByRole('link', { name: 'evict.py' }).click();
  await ready(pat.page);
  await pat.types('  # edited', 4);
  await pat.page.evaluate(() => window.history.back());
  await expect(pat.page.getByRole('dialog', { name: words.editor.leaveTitle })).toBeVisible();
  await expect(pat.page).toHaveURL(new RegExp(session));
});

test('two tabs with one file find a text each again, one after the other', async ({ joins }) => {
  const pat = await joins();
  const session = await edits(pat);
  const other = await pat.opensTab();
  await pat.opens(session, other);
  await pat.types('  # of the other tab', 2, other);
  await expect.poll(() => kept(pat)).toContain('# of the other tab');
  await pat.page.close();
  await other.close();
  const again = await pat.opensTab();
  await pat.opens(session, again);
  await expect(again.locator('.view-lines').first()).toContainText('# of the other tab');
  await again.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# of the other tab');
  await again.reload();
  // The text of the first tab began with an older version.
  await again
    .getByRole('dialog', { name: words.editor.conflict.title })
    .getByRole('button', { name: words.editor.conflict.byHand })
    .click();
  await again.getByRole('button', { name: words.editor.conflict.save }).click();
  await expect.poll(() => pat.savedCode(session)).toContain('# edited');
  expect(await pat.savedCode(session)).toContain('# of the other tab');
});

test('two steps back at once leave the editor where it is, and Leave takes the first', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.page.goto('/about');
  await pat.page.getByRole('link', { name: words.common.product }).click();
  await pat.page.getByRole('link', { name: 'evict.py' }).click();
  await ready(pat.page);
  await pat.types('  # edited', 4);
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

test('a queued save that the server refuses is told, and can be tried again', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.context.setOffline(true);
  await pat.types('  # queued', 4);
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

test('a save that is lost again and again is sent more and more seldom', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  let losses = 0;
  await pat.page.route(`**/api/sessions/${session}`, (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    losses += 1;
    return route.abort('connectionreset');
  });
  await pat.types('  # lost', 4);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await pat.page.waitForTimeout(16_000);
  // After 1, 1 + 4 and 1 + 8 seconds, and not each second.
  expect(losses).toBeGreaterThan(1);
  expect(losses).toBeLessThan(5);
  await pat.page.unroute(`**/api/sessions/${session}`);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# lost');
});
