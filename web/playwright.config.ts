/** How the browser tests run: in Debian's Chromium, against a `codesensei serve` that they start themselves. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  // `npm run pictures` takes the pictures of the README instead.
  testMatch: process.env.PICTURES === undefined ? '**/*.browser.ts' : 'pictures.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  // Each worker has a server and a browser of its own.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A machine that is busy with something else makes a browser late. What is told as flaky is to be looked at.
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
      // Chromium refuses its sandbox to root, which a container's user often is.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});
