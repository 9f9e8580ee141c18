/** What every browser test has: a server for its worker, and people. */
import { type BrowserContextOptions, test as base } from '@playwright/test';
import { Person } from './person';
import { type Server, startServer } from './server';

/** A page that is running already, such as Vite's, to try the tests on while it is changed. */
const RUNNING = process.env.CODESENSEI_PAGE;

function running(url: string): Server {
  return { url, stop: async () => {} };
}

interface Worker {
  /** A server without limits, whose reviewer writes slowly enough to be watched. */
  server: Server;
}

interface Each {
  /** A person with an account, signed in. */
  joins: (options?: BrowserContextOptions) => Promise<Person>;
  /** A visitor without one. */
  visits: (options?: BrowserContextOptions) => Promise<Person>;
}

export const test = base.extend<Each, Worker>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from its pattern.
    async ({}, use) => {
      const server = RUNNING === undefined ? await startServer('--reviewer-pace', '40') : running(RUNNING);
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  joins: async ({ browser, server }, use) => {
    const people: Person[] = [];
    await use(async (options) => {
      const person = await Person.joins(browser, server.url, options);
      people.push(person);
      return person;
    });
    for (const person of people) {
      person.isContent();
      await person.leaves();
    }
  },
  visits: async ({ browser, server }, use) => {
    const people: Person[] = [];
    await use(async (options) => {
      const person = await Person.visits(browser, server.url, options);
      people.push(person);
      return person;
    });
    for (const person of people) {
      person.isContent();
      await person.leaves();
    }
  },
});

export { expect } from '@playwright/test';
