/** Access tokens that expire while the page is used. */
import { expect, test } from './fixtures';
import { Person } from './person';
import { type Server, startServer } from './server';

test.skip(process.env.CODESENSEI_PAGE !== undefined, 'They need a server whose tokens expire soon.');

/** Seconds; a token is taken for five more, since clocks may differ. Two tabs load within the life of one, on a busy machine too. */
const LIFETIME = 8;
const EXPIRED = (LIFETIME + 6) * 1000;

let server: Server;
test.beforeAll(async () => {
  server = await startServer('--access-token-lifetime', String(LIFETIME));
});
test.afterAll(() => server.stop());

test('two tabs with expired tokens refresh once, and lose no request', async ({ browser }) => {
  const pat = await Person.joins(browser, server.url);
  const session = await pat.hasSession();
  const other = await pat.opensTab();
  await pat.opens(session);
  await pat.opens(session, other);
  const me = () => pat.context.request.get(`${pat.url}/api/users/me`).then((answer) => answer.status());
  await expect.poll(me, { timeout: 3 * EXPIRED }).toBe(401);
  let refreshes = 0;
  let refused = 0;
  pat.context.on('response', (answer) => {
    if (answer.url().endsWith('/api/auth/refresh')) refreshes += 1;
    else if (answer.status() === 401) refused += 1;
  });
  // The refresh of one tab waits until the other one has met the expired token too.
  await pat.context.route('**/api/auth/refresh', async (route) => {
    await expect.poll(() => refused).toBeGreaterThan(1);
    await route.continue();
  });
  await Promise.all([pat.page.reload(), other.reload()]);
  for (const page of [pat.page, other]) await expect(page.locator('.view-lines').first()).toContainText('evict');
  expect(refused).toBeGreaterThan(1);
  expect(refreshes).toBe(1);
  pat.isContent();
  await pat.leaves();
});

test('a save with an expired token is saved', async ({ browser }) => {
  const pat = await Person.joins(browser, server.url);
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # edited', 4);
  await pat.page.waitForTimeout(EXPIRED);
  const saved = pat.page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
  await pat.page.keyboard.press('ControlOrMeta+s');
  await saved;
  pat.isContent();
  await pat.leaves();
});
