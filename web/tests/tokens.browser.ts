/** Tests expiring access tokens. */
import { expect, test } from './fixtures';
import { type Server, startServer } from './server';
import { TestUser } from './test-user';

test.skip(process.env.CODESENSEI_PAGE !== undefined, 'Needs a server with short-lived tokens.');

/** Seconds. The server accepts tokens five seconds longer. Long enough to load two tabs on a busy machine. */
const LIFETIME = 8;
const EXPIRED = (LIFETIME + 6) * 1000;

let server: Server;
test.beforeAll(async () => {
  server = await startServer('--access-token-lifetime', String(LIFETIME));
});
test.afterAll(() => server.stop());

test('two tabs with expired tokens refresh once and lose no request', async ({ browser }) => {
  const pat = await TestUser.create(browser, server.url);
  const session = await pat.createSession();
  const other = await pat.openTab();
  await pat.openSession(session);
  await pat.openSession(session, other);
  const me = () => pat.context.request.get(`${pat.url}/api/users/me`).then((response) => response.status());
  await expect.poll(me, { timeout: 3 * EXPIRED }).toBe(401);
  let refreshes = 0;
  let rejected = 0;
  pat.context.on('response', (response) => {
    if (response.url().endsWith('/api/auth/refresh')) refreshes += 1;
    else if (response.status() === 401) rejected += 1;
  });
  // Delay the refresh until the other tab has also received a 401.
  await pat.context.route('**/api/auth/refresh', async (route) => {
    await expect.poll(() => rejected).toBeGreaterThan(1);
    await route.continue();
  });
  await Promise.all([pat.page.reload(), other.reload()]);
  for (const page of [pat.page, other]) await expect(page.locator('.view-lines').first()).toContainText('evict');
  expect(rejected).toBeGreaterThan(1);
  expect(refreshes).toBe(1);
  pat.expectNoErrors();
  await pat.close();
});

test('a save with an expired token succeeds', async ({ browser }) => {
  const pat = await TestUser.create(browser, server.url);
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # edited', 4);
  await pat.page.waitForTimeout(EXPIRED);
  const saved = pat.page.waitForResponse((response) => response.request().method() === 'PUT' && response.ok());
  await pat.page.keyboard.press('ControlOrMeta+s');
  await saved;
  pat.expectNoErrors();
  await pat.close();
});
