/** Tests the main path in Firefox with Puppeteer, because Playwright cannot drive a stock Firefox. */
import { launch } from 'puppeteer-core';
import { expect, test } from './fixtures';
import { PASSWORD, words } from './test-user';

const { editor, thread } = words;

test('opens, edits and saves a file and asks about it in Firefox', async ({ server }) => {
  const firefox = await launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
  });
  try {
    const page = await firefox.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(`${error}`));
    const click = (name: string, role = 'button') =>
      page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();

    await page.goto(`${server.url}/login`);
    await page.locator('input[name="username"]').fill('demo');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await click(words.common.signIn);
    await page.locator(`::-p-aria([name="rate_limiter.py"][role="link"])`).click();
    await page.locator('.monaco-editor .view-lines').click();
    await page.keyboard.down('Control');
    await page.keyboard.press('Home');
    await page.keyboard.up('Control');
    await page.keyboard.type('# Reviewed.');
    await page.keyboard.press('Enter');
    await page.keyboard.down('Control');
    await page.keyboard.press('s');
    await page.keyboard.up('Control');
    await page.waitForSelector(`::-p-text(${editor.version(2)})`);

    await click(thread.askWholeFile);
    await page.locator('textarea[placeholder]').fill('What can go wrong here?');
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForSelector(`::-p-text(${thread.details})`, { timeout: 20_000 });
    expect(complaints).toEqual([]);
  } finally {
    await firefox.close();
  }
});
