/** Tests one complete user journey. */
import { expect, test } from './fixtures';
import { EVICT, PASSWORD, selectLines, start, words } from './test-user';

const { accounts, editor, sessions, settings, thread } = words;

test('signs up, reviews a file and deletes the account', async ({ createVisitor }) => {
  const pat = await createVisitor();
  const { page } = pat;
  await page.goto('/');
  await page.getByRole('link', { name: start.landing.start }).first().click();
  await page.getByLabel(accounts.fields.name, { exact: true }).fill('Pat Person');
  await page.getByLabel(accounts.fields.email).fill(`${pat.username}@example.com`);
  await page.getByLabel(accounts.fields.username, { exact: true }).fill(pat.username);
  await page.getByLabel(accounts.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(accounts.fields.confirm).fill(PASSWORD);
  await page.getByRole('button', { name: accounts.signUpAction }).click();

  await page.getByRole('button', { name: sessions.newSession }).first().click();
  await page
    .getByTestId('file')
    .setInputFiles({ name: 'evict.py', mimeType: 'text/x-python', buffer: Buffer.from(EVICT) });
  await page.getByRole('button', { name: sessions.new.create }).click();
  await expect(page).toHaveURL(/\/editor\//);
  const session = page.url().split('/').pop() ?? '';

  await selectLines(page, 3);
  await page.getByRole('button', { name: editor.ask(1) }).click();
  await page.getByRole('textbox', { name: thread.field }).fill('Is this comparison right?');
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByRole('button', { name: thread.applyPatch }).click();
  await expect(page.getByText(thread.appliedIn(2))).toBeVisible();
  expect(await pat.savedCode(session)).toContain('best is None');

  await page.getByRole('link', { name: words.common.sessions }).first().click();
  await expect(page.getByRole('link', { name: 'evict.py' })).toBeVisible();

  await page.getByRole('button', { name: accounts.menu(pat.username) }).click();
  await page.getByRole('menuitem', { name: words.common.settings }).click();
  await page.getByLabel(accounts.fields.name, { exact: true }).fill('Pat Renamed');
  await page.getByRole('button', { name: settings.profile.save }).click();
  await expect(page.getByText(settings.profile.saved)).toBeVisible();
  await page.getByRole('tab', { name: settings.tabs.usage }).click();
  await expect(page.getByText(settings.usage.total).first()).toBeVisible();
  await page.getByRole('tab', { name: settings.tabs.devices }).click();
  await expect(page.getByText(settings.devices.thisDevice)).toBeVisible();

  await page.getByRole('tab', { name: settings.tabs.password }).click();
  await page.getByLabel(settings.password.current).fill(PASSWORD);
  await page.getByLabel(settings.password.new, { exact: true }).fill('Nanosecond 29.98 cm');
  await page.getByLabel(settings.password.confirm).fill('Nanosecond 29.98 cm');
  await page.getByRole('button', { name: settings.password.save }).click();
  await expect(page.getByText(settings.password.saved)).toBeVisible();

  await page.getByRole('tab', { name: settings.tabs.account }).click();
  await page.getByRole('button', { name: settings.account.open }).click();
  await page.getByLabel(settings.account.password).fill('Nanosecond 29.98 cm');
  await page.getByRole('button', { name: settings.account.delete }).click();
  await expect(page.getByText(start.landing.deleted)).toBeVisible();
  const gone = await pat.context.request.get(`${pat.url}/api/users/me`);
  expect(gone.status()).toBe(401);
});
