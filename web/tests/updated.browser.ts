/** After an update the files of the version before are gone: a page that is open meets that. */
import { expect, test } from './fixtures';
import { type Person, ready, words } from './person';

test.skip(process.env.CODESENSEI_PAGE !== undefined, 'The page has to be the built one.');

/** A file of the page is not there any more. React tells of that in the console. */
async function loses(pat: Person, name: string): Promise<void> {
  await pat.page.route(`**/assets/${name}-*.js`, (route) => route.fulfill({ status: 404, body: '' }));
}

function forgives(pat: Person): void {
  pat.complaints.length = 0;
}

for (const part of ['toaster', 'account-menu']) {
  test(`a page without its ${part} is still a page`, async ({ joins }) => {
    const pat = await joins();
    await loses(pat, part);
    await pat.hasSession();
    await pat.page.goto('/dashboard');
    await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
    await pat.page.waitForLoadState('networkidle');
    await expect(pat.page.getByRole('link', { name: 'evict.py' })).toBeVisible();
    forgives(pat);
  });
}

test('a page that cannot be loaded says that it may have been updated', async ({ joins }) => {
  const pat = await joins();
  await loses(pat, 'settings-page');
  await pat.page.goto('/settings');
  await expect(pat.page.getByRole('heading', { name: words.page.updated })).toBeVisible();
  await expect(pat.page.getByRole('button', { name: words.page.reload })).toBeVisible();
  forgives(pat);
});

test('a difference that cannot be loaded leaves the editor as it is', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  const thread = await pat.hasThread(session, 3);
  await pat.asks('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await loses(pat, 'diff-dialog');
  await pat.opens(session);
  await pat.types('  # edited', 4);
  await pat.page
    .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
    .first()
    .click();
  await pat.page.getByRole('button', { name: words.thread.viewDiff }).click();
  await expect(pat.page.getByText(words.thread.diffNotLoaded)).toBeVisible();
  await ready(pat.page);
  await expect(pat.page.locator('.view-lines').first()).toContainText('# edited');
  forgives(pat);
});
