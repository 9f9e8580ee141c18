/** Fixtures of the browser tests: a server per worker, and users. */
import { type BrowserContextOptions, test as base } from '@playwright/test';
import { type Server, startServer } from './server';
import { TestUser } from './test-user';

/** Runs the tests against an existing page, such as Vite's dev server. */
const RUNNING_PAGE = process.env.CODESENSEI_PAGE;

function runningServer(url: string): Server {
  return { url, stop: async () => {} };
}

interface WorkerFixtures {
  /** A server without rate limits and with a slow reviewer. */
  server: Server;
}

interface TestFixtures {
  /** Creates a signed-in user. */
  createUser: (options?: BrowserContextOptions) => Promise<TestUser>;
  /** Creates a visitor without an account. */
  createVisitor: (options?: BrowserContextOptions) => Promise<TestUser>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a destructuring pattern.
    async ({}, use) => {
      const server =
        RUNNING_PAGE === undefined ? await startServer('--reviewer-pace', '40') : runningServer(RUNNING_PAGE);
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  createUser: async ({ browser, server }, use) => {
    const people: TestUser[] = [];
    await use(async (options) => {
      const person = await TestUser.create(browser, server.url, options);
      people.push(person);
      return person;
    });
    for (const person of people) {
      person.expectNoErrors();
      await person.close();
    }
  },
  createVisitor: async ({ browser, server }, use) => {
    const people: TestUser[] = [];
    await use(async (options) => {
      const person = await TestUser.createVisitor(browser, server.url, options);
      people.push(person);
      return person;
    });
    for (const person of people) {
      person.expectNoErrors();
      await person.close();
    }
  },
});

export { expect } from '@playwright/test';
