/** Tests sign-up, sign-in, sign-out and account settings. */
import type { Browser } from '@playwright/test';
import { expect, test } from './fixtures';
import { startServer } from './server';
import { PASSWORD, start, TestUser, words } from './test-user';

const { accounts, common } = words;
const field = (person: TestUser, label: string) => person.page.getByLabel(label, { exact: true });

async function fillSignUp(person: TestUser, username = person.username): Promise<void> {
  await field(person, accounts.fields.name).fill('Pat Person');
  await field(person, accounts.fields.email).fill(`${username}@example.com`);
  await field(person, accounts.fields.username).fill(username);
  await field(person, accounts.fields.password).fill(PASSWORD);
  await field(person, accounts.fields.confirm).fill(PASSWORD);
}

async function fillSignIn(person: TestUser, username: string, password: string): Promise<void> {
  await field(person, accounts.fields.username).fill(username);
  await field(person, accounts.fields.password).fill(password);
  await person.page.getByRole('button', { name: common.signIn, exact: true }).click();
}

test('a visitor signs up from the start page', async ({ createVisitor }) => {
  const pat = await createVisitor();
  await pat.page.goto('/');
  await pat.page.getByRole('link', { name: start.landing.start }).first().click();
  await expect(pat.page).toHaveURL(/\/signup$/);
  const submit = pat.page.getByRole('button', { name: accounts.signUpAction });
  await expect(submit).toBeDisabled();
  await fillSignUp(pat);
  await submit.click();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
  await expect(pat.page.getByText(words.sessions.empty)).toBeVisible();
});

test('an invalid field shows its error and disables the form', async ({ createVisitor }) => {
  const pat = await createVisitor();
  await pat.page.goto('/signup');
  await fillSignUp(pat);
  const submit = pat.page.getByRole('button', { name: accounts.signUpAction });
  await expect(submit).toBeEnabled();
  for (const [label, wrong, message] of [
    [accounts.fields.email, 'pat', accounts.invalid.emailForm],
    [accounts.fields.username, 'p!', accounts.invalid.usernameForm],
    [accounts.fields.confirm, 'another', accounts.invalid.differs],
  ] as const) {
    const input = field(pat, label);
    const right = await input.inputValue();
    await input.fill(wrong);
    await input.blur();
    await expect(pat.page.getByText(message)).toBeVisible();
    await expect(input).toHaveAttribute('aria-invalid', 'true');
    await expect(submit).toBeDisabled();
    await input.fill(right);
    await expect(pat.page.getByText(message)).toBeHidden();
    await expect(submit).toBeEnabled();
  }
});

test('a taken username is shown at its field and keeps the other entries', async ({ createUser, createVisitor }) => {
  const owner = await createUser();
  const pat = await createVisitor();
  await pat.page.goto('/signup');
  await fillSignUp(pat, owner.username);
  await field(pat, accounts.fields.email).fill(`${pat.username}@example.com`);
  await pat.page.getByRole('button', { name: accounts.signUpAction }).click();
  const username = field(pat, accounts.fields.username);
  await expect(username).toHaveAttribute('aria-invalid', 'true');
  await expect(username).toBeFocused();
  await expect(field(pat, accounts.fields.password)).toHaveValue(PASSWORD);
  await username.fill(pat.username);
  await pat.page.getByRole('button', { name: accounts.signUpAction }).click();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('a wrong password and an unknown username show the same error', async ({ createUser, createVisitor }) => {
  const owner = await createUser();
  const pat = await createVisitor();
  await pat.page.goto('/login');
  for (const username of [owner.username, 'nosuchperson']) {
    await fillSignIn(pat, username, 'Wrong-2026');
    await expect(pat.page.getByRole('alert')).toContainText(words.errors.INVALID_CREDENTIALS.title);
    await field(pat, accounts.fields.username).fill('');
  }
  await fillSignIn(pat, owner.username, PASSWORD);
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('a private page opens after signing in', async ({ createUser, createVisitor }) => {
  const owner = await createUser();
  const session = await owner.createSession();
  const pat = await createVisitor();
  await pat.page.goto(`/editor/${session}`);
  await expect(pat.page).toHaveURL(/\/login$/);
  await fillSignIn(pat, owner.username, PASSWORD);
  await expect(pat.page).toHaveURL(new RegExp(`/editor/${session}$`));
});

test('a rate limit counts down and disables the button', async ({ browser }) => {
  test.skip(process.env.CODESENSEI_PAGE !== undefined, 'Needs a server with rate limits.');
  const server = await startServer('--rate-limits', 'on');
  const pat = await TestUser.createVisitor(browser, server.url);
  await pat.page.goto('/login');
  const timer = pat.page.getByRole('timer');
  // The limit is five attempts a minute, ten if they span two windows.
  for (let tries = 0; tries < 11 && !(await timer.isVisible()); tries++) {
    const answered = pat.page.waitForResponse('**/api/auth/login');
    await fillSignIn(pat, 'nosuchperson', `Wrong-${2020 + tries}`);
    await (await answered).finished();
    await expect(pat.page.getByRole('alert')).toBeVisible();
  }
  await expect(timer).toHaveText(/Try again in \d+ seconds?\./);
  await expect(pat.page.getByRole('button', { name: common.signIn, exact: true })).toBeDisabled();
  const first = await timer.textContent();
  await expect(timer).not.toHaveText(first ?? '');
  pat.expectNoErrors();
  await pat.close();
  await server.stop();
});

test('signing out in one tab signs out the other', async ({ createUser }) => {
  const pat = await createUser();
  await pat.page.goto('/dashboard');
  const other = await pat.openTab();
  await other.goto('/settings');
  // Wait until the tab knows the user.
  await expect(other.getByRole('button', { name: accounts.menu(pat.username) })).toBeVisible();
  await pat.page.getByRole('button', { name: accounts.menu(pat.username) }).click();
  await pat.page.getByRole('menuitem', { name: common.signOut }).click();
  await expect(pat.page).toHaveURL(/\/$/);
  await expect(other.getByText(accounts.signedOut).first()).toBeVisible();
});

/** Ends the sign-in of the first browser from a second one. */
async function signOutFromAnotherBrowser(pat: TestUser, browser: Browser): Promise<void> {
  const elsewhere = await browser.newContext({ baseURL: pat.url });
  const signedIn = await elsewhere.request.post('/api/auth/login', {
    data: { username: pat.username, password: PASSWORD },
  });
  expect(signedIn.ok()).toBe(true);
  const { devices } = (await (await elsewhere.request.get('/api/users/me/devices')).json()) as {
    devices: { device_id: string; is_this: boolean }[];
  };
  const mine = devices.find((device) => !device.is_this);
  expect((await elsewhere.request.delete(`/api/users/me/devices/${mine?.device_id}`)).ok()).toBe(true);
  await elsewhere.close();
}

test('a sign-in that was ended elsewhere redirects to sign-in', async ({ createUser, browser }) => {
  const pat = await createUser();
  await pat.page.goto('/settings?tab=devices');
  await signOutFromAnotherBrowser(pat, browser);
  await pat.page.reload();
  await expect(pat.page).toHaveURL(/\/login$/);
});

test('unsaved text is restored after a sign-in that expired', async ({ browser }) => {
  test.skip(process.env.CODESENSEI_PAGE !== undefined, 'Needs a server with short-lived tokens.');
  const server = await startServer('--access-token-lifetime', '1');
  const pat = await TestUser.create(browser, server.url);
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # edited', 4);
  await signOutFromAnotherBrowser(pat, browser);
  // The server accepts tokens for five seconds after their expiry.
  await pat.page.waitForTimeout(7_000);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(pat.page.getByText(accounts.signedOut).first()).toBeVisible();
  await expect(pat.page).toHaveURL(/\/login$/);
  await fillSignIn(pat, pat.username, PASSWORD);
  await expect(pat.page).toHaveURL(new RegExp(session));
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  await pat.close();
  await server.stop();
});

test('the chosen theme survives a reload', async ({ createUser }) => {
  const pat = await createUser({ colorScheme: 'dark' });
  await pat.page.goto('/dashboard');
  const theme = () => pat.page.evaluate(() => document.documentElement.dataset.theme);
  expect(await theme()).toBe('dark');
  await pat.page.getByRole('button', { name: accounts.menu(pat.username) }).click();
  await pat.page.getByRole('menuitemradio', { name: common.themes.light }).click();
  await pat.page.reload();
  expect(await theme()).toBe('light');
});

test('an error replaces the hint and names the allowed characters', async ({ createVisitor }) => {
  const pat = await createVisitor();
  await pat.page.goto('/signup');
  const username = field(pat, accounts.fields.username);
  await expect(username).toHaveAccessibleDescription(accounts.fields.usernameHint);
  await username.fill('gr te_1');
  await username.blur();
  await expect(username).toHaveAccessibleDescription(/without spaces, symbols or accents/);
  await expect(pat.page.getByText(accounts.fields.usernameHint)).toBeHidden();
});

test('phones reach About, and the settings link back to the list', async ({ createUser, createVisitor }) => {
  const phone = { viewport: { width: 390, height: 844 } };
  const guest = await createVisitor(phone);
  await guest.page.goto('/');
  await guest.page.getByRole('link', { name: common.about }).first().click();
  await expect(guest.page).toHaveURL(/\/about$/);
  await expect(guest.page.locator('footer')).toBeVisible();
  const pat = await createUser(phone);
  await pat.page.goto('/settings');
  await pat.page.getByRole('link', { name: common.sessions, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('an unknown address shows the 404 heading', async ({ createVisitor }) => {
  const { page } = await createVisitor();
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { level: 1, name: words.page.notFound })).toBeVisible();
});

test('the first field is focused on desktops and not on phones', async ({ createVisitor }) => {
  const pat = await createVisitor();
  for (const [path, field] of [
    ['/login', words.accounts.fields.username],
    ['/signup', words.accounts.fields.name],
  ] as const) {
    await pat.page.goto(path);
    await expect(pat.page.getByLabel(field, { exact: true })).toBeFocused();
  }
  const phone = await createVisitor({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await phone.page.goto('/login');
  await expect(phone.page.getByLabel(words.accounts.fields.username, { exact: true })).toBeVisible();
  await expect(phone.page.getByLabel(words.accounts.fields.username, { exact: true })).not.toBeFocused();
});

test('deleting the account asks for the password', async ({ createUser }) => {
  const pat = await createUser();
  await pat.page.goto('/settings?tab=account');
  await pat.page.getByRole('button', { name: words.settings.account.open }).click();
  await expect(pat.page.getByLabel(words.settings.account.password, { exact: true })).toBeFocused();
});
