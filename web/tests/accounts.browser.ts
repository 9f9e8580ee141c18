/** Signing up, in and out, and one's own account. */
import type { Browser } from '@playwright/test';
import { expect, test } from './fixtures';
import { PASSWORD, Person, start, words } from './person';
import { startServer } from './server';

const { accounts, common } = words;
const field = (person: Person, label: string) => person.page.getByLabel(label, { exact: true });

async function fillSignUp(person: Person, username = person.username): Promise<void> {
  await field(person, accounts.fields.name).fill('Pat Person');
  await field(person, accounts.fields.email).fill(`${username}@example.com`);
  await field(person, accounts.fields.username).fill(username);
  await field(person, accounts.fields.password).fill(PASSWORD);
  await field(person, accounts.fields.confirm).fill(PASSWORD);
}

async function fillSignIn(person: Person, username: string, password: string): Promise<void> {
  await field(person, accounts.fields.username).fill(username);
  await field(person, accounts.fields.password).fill(password);
  await person.page.getByRole('button', { name: common.signIn, exact: true }).click();
}

test('a visitor finds the way from the start page to an account', async ({ visits }) => {
  const pat = await visits();
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

test('a field tells what is wrong with it when it is left, and the form is off until it is right', async ({
  visits,
}) => {
  const pat = await visits();
  await pat.page.goto('/signup');
  await fillSignUp(pat);
  const submit = pat.page.getByRole('button', { name: accounts.signUpAction });
  await expect(submit).toBeEnabled();
  for (const [label, wrong, told] of [
    [accounts.fields.email, 'pat', accounts.wrong.emailForm],
    [accounts.fields.username, 'p!', accounts.wrong.usernameForm],
    [accounts.fields.confirm, 'another', accounts.wrong.differs],
  ] as const) {
    const input = field(pat, label);
    const right = await input.inputValue();
    await input.fill(wrong);
    await input.blur();
    await expect(pat.page.getByText(told)).toBeVisible();
    await expect(input).toHaveAttribute('aria-invalid', 'true');
    await expect(submit).toBeDisabled();
    await input.fill(right);
    await expect(pat.page.getByText(told)).toBeHidden();
    await expect(submit).toBeEnabled();
  }
});

test('a taken name is told at its field, and nothing that was entered is lost', async ({ joins, visits }) => {
  const owner = await joins();
  const pat = await visits();
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

test('a wrong password and an unknown name are told in the same words', async ({ joins, visits }) => {
  const owner = await joins();
  const pat = await visits();
  await pat.page.goto('/login');
  for (const username of [owner.username, 'nosuchperson']) {
    await fillSignIn(pat, username, 'Wrong-2026');
    await expect(pat.page.getByRole('alert')).toContainText(words.errors.INVALID_CREDENTIALS.title);
    await field(pat, accounts.fields.username).fill('');
  }
  await fillSignIn(pat, owner.username, PASSWORD);
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('a page that needs a sign-in comes back after it', async ({ joins, visits }) => {
  const owner = await joins();
  const session = await owner.hasSession();
  const pat = await visits();
  await pat.page.goto(`/editor/${session}`);
  await expect(pat.page).toHaveURL(/\/login$/);
  await fillSignIn(pat, owner.username, PASSWORD);
  await expect(pat.page).toHaveURL(new RegExp(`/editor/${session}$`));
});

test('the wait of a limit is counted down, and the button is off meanwhile', async ({ browser }) => {
  test.skip(process.env.CODESENSEI_PAGE !== undefined, 'It needs a server with limits.');
  const server = await startServer('--rate-limits', 'on');
  const pat = await Person.visits(browser, server.url);
  await pat.page.goto('/login');
  const timer = pat.page.getByRole('timer');
  // Five tries a minute; twice as many where a window ends between them.
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
  pat.isContent();
  await pat.leaves();
  await server.stop();
});

test('signing out in one tab signs the other out', async ({ joins }) => {
  const pat = await joins();
  await pat.page.goto('/dashboard');
  const other = await pat.opensTab();
  await other.goto('/settings');
  // It knows by now who is signed in.
  await expect(other.getByRole('button', { name: accounts.menu(pat.username) })).toBeVisible();
  await pat.page.getByRole('button', { name: accounts.menu(pat.username) }).click();
  await pat.page.getByRole('menuitem', { name: common.signOut }).click();
  await expect(pat.page).toHaveURL(/\/$/);
  await expect(other.getByText(accounts.signedOut).first()).toBeVisible();
});

/** Another browser of the same person ends the sign-in of the first. */
async function endsElsewhere(pat: Person, browser: Browser): Promise<void> {
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

test('a sign-in that was ended elsewhere is told on return', async ({ joins, browser }) => {
  const pat = await joins();
  await pat.page.goto('/settings?tab=devices');
  await endsElsewhere(pat, browser);
  await pat.page.reload();
  await expect(pat.page).toHaveURL(/\/login$/);
});

test('what was typed is there again after a sign-in that ended meanwhile', async ({ browser }) => {
  test.skip(process.env.CODESENSEI_PAGE !== undefined, 'It needs a server whose tokens expire soon.');
  const server = await startServer('--access-token-lifetime', '1');
  const pat = await Person.joins(browser, server.url);
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # edited', 4);
  await endsElsewhere(pat, browser);
  // A token is taken for five seconds more than it lives.
  await pat.page.waitForTimeout(7_000);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(pat.page.getByText(accounts.signedOut).first()).toBeVisible();
  await expect(pat.page).toHaveURL(/\/login$/);
  await fillSignIn(pat, pat.username, PASSWORD);
  await expect(pat.page).toHaveURL(new RegExp(session));
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  await pat.leaves();
  await server.stop();
});

test('the theme that was chosen is there on the next visit', async ({ joins }) => {
  const pat = await joins({ colorScheme: 'dark' });
  await pat.page.goto('/dashboard');
  const theme = () => pat.page.evaluate(() => document.documentElement.dataset.theme);
  expect(await theme()).toBe('dark');
  await pat.page.getByRole('button', { name: accounts.menu(pat.username) }).click();
  await pat.page.getByRole('menuitemradio', { name: common.themes.light }).click();
  await pat.page.reload();
  expect(await theme()).toBe('light');
});

test('an error takes the place of the hint, and says what is not allowed', async ({ visits }) => {
  const pat = await visits();
  await pat.page.goto('/signup');
  const username = field(pat, accounts.fields.username);
  await expect(username).toHaveAccessibleDescription(accounts.fields.usernameHint);
  await username.fill('gr te_1');
  await username.blur();
  await expect(username).toHaveAccessibleDescription(/no spaces or signs/);
  await expect(pat.page.getByText(accounts.fields.usernameHint)).toBeHidden();
});

test('a phone reaches the page about the product, and the settings lead back to the list', async ({
  joins,
  visits,
}) => {
  const phone = { viewport: { width: 390, height: 844 } };
  const guest = await visits(phone);
  await guest.page.goto('/');
  await guest.page.getByRole('link', { name: common.about }).first().click();
  await expect(guest.page).toHaveURL(/\/about$/);
  await expect(guest.page.locator('footer')).toBeVisible();
  const pat = await joins(phone);
  await pat.page.goto('/settings');
  await pat.page.getByRole('link', { name: common.sessions, exact: true }).click();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});

test('an address without a page has a heading that says so', async ({ visits }) => {
  const { page } = await visits();
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { level: 1, name: words.page.notFound })).toBeVisible();
});

test('who comes to sign in may type at once, and a phone shows no keyboard yet', async ({ visits }) => {
  const pat = await visits();
  for (const [path, field] of [
    ['/login', words.accounts.fields.username],
    ['/signup', words.accounts.fields.name],
  ] as const) {
    await pat.page.goto(path);
    await expect(pat.page.getByLabel(field, { exact: true })).toBeFocused();
  }
  const phone = await visits({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await phone.page.goto('/login');
  await expect(phone.page.getByLabel(words.accounts.fields.username, { exact: true })).toBeVisible();
  await expect(phone.page.getByLabel(words.accounts.fields.username, { exact: true })).not.toBeFocused();
});

test('deleting the account asks for the password first', async ({ joins }) => {
  const pat = await joins();
  await pat.page.goto('/settings?tab=account');
  await pat.page.getByRole('button', { name: words.settings.account.open }).click();
  await expect(pat.page.getByLabel(words.settings.account.password, { exact: true })).toBeFocused();
});
