/** Configuration of the browser tests: Debian's Chromium against `codesensei serve`, which the tests start. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  // `npm run pictures` takes the README screenshots instead.
  testMatch: process.env.PICTURES === undefined ? '**/*.browser.ts' : 'pictures.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  // Each worker starts its own server and browser.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // Chromium can be slow on a busy machine. Look into each test that is reported as flaky.
  retries: process.env.CI === undefined ? 0 : 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list']],
  use: {
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Chromium's sandbox does not run as root, the usual user of a container.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});
