/** Tests an open page after an update removed its old files. */
import { expect, test } from './fixtures';
import { type TestUser, waitForEditor, words } from './test-user';

test.skip(process.env.CODESENSEI_PAGE !== undefined, 'Needs the built page.');

/** Lets requests for a chunk fail. React logs the failure to the console. */
async function blockChunk(pat: TestUser, name: string): Promise<void> {
  await pat.page.route(`**/assets/${name}-*.js`, (route) => route.fulfill({ status: 404, body: '' }));
}

function ignoreErrors(pat: TestUser): void {
  pat.pageErrors.length = 0;
}

for (const part of ['toaster', 'account-menu']) {
  test(`a page works without its ${part}`, async ({ createUser }) => {
    const pat = await createUser();
    await blockChunk(pat, part);
    await pat.createSession();
    await pat.page.goto('/dashboard');
    await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
    await pat.page.waitForLoadState('networkidle');
    await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
    ignoreErrors(pat);
  });
}

test('a page that cannot be loaded suggests a reload', async ({ createUser }) => {
  const pat = await createUser();
  await blockChunk(pat, 'settings-page');
  await pat.page.goto('/settings');
  await expect(pat.page.getByRole('heading', { name: words.page.updated })).toBeVisible();
  await expect(pat.page.getByRole('button', { name: words.page.reload })).toBeVisible();
  ignoreErrors(pat);
});

test('a diff that cannot be loaded leaves the editor unchanged', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  const thread = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await blockChunk(pat, 'diff-dialog');
  await pat.openSession(session);
  await pat.typeAt('  # edited', 4);
  await pat.page
    .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
    .first()
    .click();
  await pat.page.getByRole('button', { name: words.thread.viewDiff }).click();
  await expect(pat.page.getByText(words.thread.diffNotLoaded)).toBeVisible();
  await waitForEditor(pat.page);
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  ignoreErrors(pat);
});
