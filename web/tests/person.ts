/** A person with a browser of their own: the vocabulary in which the browser tests are written. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import { words as start } from '../src/start-words';
import { words } from '../src/words';

export const PASSWORD = 'Review-me-2026';

/** A file with a comparison that the rule-based reviewer has a patch for, on line 3. */
export const EVICT = `def evict(hits):
    best = None
    if best == None:
        return 0
    return len(hits)
`;

let people = 0;

/** What a session answers when it is created. */
interface Created {
  session: { session_id: string; version_number: number };
}

export class Person {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
    readonly username: string,
    /** What the page complained of: errors in its console, uncaught exceptions, refusals of the content policy. */
    readonly complaints: string[],
  ) {}

  /** A visitor without an account. */
  static async visits(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ baseURL: url, ...options });
    people += 1;
    const username = `p${people}x${Date.now().toString(36)}`.slice(0, 20);
    const page = await context.newPage();
    const person = new Person(context, page, url, username, []);
    person.listen(page);
    return person;
  }

  /** A person with an account, signed in. */
  static async joins(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
    const person = await Person.visits(browser, url, options);
    await person.asks('POST', '/auth/signup', {
      name: 'Pat Person',
      email: `${person.username}@example.com`,
      username: person.username,
      password: PASSWORD,
      confirm_password: PASSWORD,
    });
    return person;
  }

  private listen(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(`${error}`));
    page.on('console', (message) => {
      // The browser reports each answer that is an error by itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.complaints.push(message.text());
      }
    });
  }

  /** A second tab of the same browser. */
  async opensTab(): Promise<Page> {
    const page = await this.context.newPage();
    this.listen(page);
    return page;
  }

  /** A request to the API with the person's cookies. Fails on an answer that is an error. */
  async asks<T = unknown>(method: string, path: string, data?: unknown): Promise<T> {
    const answer = await this.context.request.fetch(`${this.url}/api${path}`, {
      method,
      ...(data === undefined ? {} : { data }),
    });
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${answer.ok() ? '' : await answer.text()}`).toBe(true);
    return (await answer.json()) as T;
  }

  /** A session on a file, by the API. Answers its id. */
  async hasSession(filename = 'evict.py', code = EVICT): Promise<string> {
    const created = await this.asks<Created>('POST', '/sessions', { filename, code_content: code });
    return created.session.session_id;
  }

  /** The code that is saved. */
  async savedCode(session: string): Promise<string> {
    const { session: found } = await this.asks<{ session: { code_content: string } }>('GET', `/sessions/${session}`);
    return found.code_content;
  }

  /** A thread on lines of a session, by the API. Answers its id. */
  async hasThread(session: string, line: number, endLine = line): Promise<string> {
    const form = { type: 'block', start_line: line, end_line: endLine };
    const { thread } = await this.asks<{ thread: { thread_id: string } }>('POST', `/sessions/${session}/threads`, form);
    return thread.thread_id;
  }

  /** Chooses a file in the dialog for a new session. */
  async choosesFile(name: string, content: Buffer | string): Promise<void> {
    await this.page.goto('/dashboard?new');
    const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
    await this.page.getByTestId('file').setInputFiles(file);
  }

  /** Opens a session and waits until its code can be edited. */
  async opens(session: string, page = this.page): Promise<void> {
    await page.goto(`/editor/${session}`);
    await ready(page);
  }

  /** Types at the end of a line of the code, counted from 1. */
  async types(text: string, line: number, page = this.page): Promise<void> {
    await goToLine(page, line);
    await page.keyboard.press('End');
    await page.keyboard.type(text);
  }

  /** Nothing has been complained of. */
  isContent(): void {
    expect(this.complaints).toEqual([]);
  }

  async leaves(): Promise<void> {
    await this.context.close();
  }
}

/** The code can be edited. */
export async function ready(page: Page): Promise<void> {
  await expect(page.locator('.monaco-editor .view-lines').first()).toBeVisible({ timeout: 30_000 });
}

/** Puts the cursor into a line, with the keys that people have. */
export async function goToLine(page: Page, line: number): Promise<void> {
  await page
    .locator('.monaco-editor .view-lines')
    .first()
    .click({ position: { x: 300, y: 5 } });
  await page.keyboard.press('ControlOrMeta+Home');
  for (let at = 1; at < line; at++) await page.keyboard.press('ArrowDown');
}

/** Selects whole lines. */
export async function selectLines(page: Page, first: number, last = first): Promise<void> {
  await goToLine(page, first);
  await page.keyboard.press('Home');
  await page.keyboard.press('Home');
  for (let at = first; at < last; at++) await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+End');
}

/** Taps the number of a line, which selects it. */
export async function tapsNumber(page: Page, line: number): Promise<void> {
  await lineNumber(page, line).tap();
}

/** The number beside a line. */
export function lineNumber(page: Page, line: number): Locator {
  return page.locator('.margin .line-numbers').getByText(String(line), { exact: true });
}

/** The words of the page, and of its start page, for what is to be seen. */
export { start, words };
