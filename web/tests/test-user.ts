/** A test user with a browser context, and helpers for the browser tests. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import { words } from '../src/words';
import { words as start } from '../src/words/start';

export const PASSWORD = 'Review-me-2026';

/** A file for which the rule-based reviewer has a patch on line 3. */
export const EVICT = `def evict(hits):
    best = None
    if best == None:
        return 0
    return len(hits)
`;

let userCount = 0;

/** The response to a created session. */
interface CreatedSession {
  session: { session_id: string; version_number: number };
}

export class TestUser {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
    readonly username: string,
    /** Console errors, uncaught exceptions and violations of the content policy. */
    readonly pageErrors: string[],
  ) {}

  /** Creates a visitor without an account. */
  static async createVisitor(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<TestUser> {
    const context = await browser.newContext({ baseURL: url, ...options });
    userCount += 1;
    const username = `p${userCount}x${Date.now().toString(36)}`.slice(0, 20);
    const page = await context.newPage();
    const person = new TestUser(context, page, url, username, []);
    person.recordErrors(page);
    return person;
  }

  /** Creates a signed-in user. */
  static async create(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<TestUser> {
    const person = await TestUser.createVisitor(browser, url, options);
    await person.callApi('POST', '/auth/signup', {
      name: 'Pat Person',
      email: `${person.username}@example.com`,
      username: person.username,
      password: PASSWORD,
      confirm_password: PASSWORD,
    });
    return person;
  }

  private recordErrors(page: Page): void {
    page.on('pageerror', (error) => this.pageErrors.push(`${error}`));
    page.on('console', (message) => {
      // The browser logs each error response.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.pageErrors.push(message.text());
      }
    });
  }

  async openTab(): Promise<Page> {
    const page = await this.context.newPage();
    this.recordErrors(page);
    return page;
  }

  /** Sends an API request with the user's cookies. Fails on an error response. */
  async callApi<T = unknown>(method: string, path: string, data?: unknown): Promise<T> {
    const response = await this.context.request.fetch(`${this.url}/api${path}`, {
      method,
      ...(data === undefined ? {} : { data }),
    });
    expect(response.ok(), `${method} ${path}: ${response.status()} ${response.ok() ? '' : await response.text()}`).toBe(
      true,
    );
    return (await response.json()) as T;
  }

  /** Creates a session by API and returns its id. */
  async createSession(filename = 'evict.py', code = EVICT): Promise<string> {
    const created = await this.callApi<CreatedSession>('POST', '/sessions', { filename, code_content: code });
    return created.session.session_id;
  }

  /** Reads the saved code. */
  async savedCode(session: string): Promise<string> {
    const { session: found } = await this.callApi<{ session: { code_content: string } }>('GET', `/sessions/${session}`);
    return found.code_content;
  }

  /** Creates a thread by API and returns its id. */
  async createThread(session: string, line: number, endLine = line): Promise<string> {
    const form = { type: 'block', start_line: line, end_line: endLine };
    const { thread } = await this.callApi<{ thread: { thread_id: string } }>(
      'POST',
      `/sessions/${session}/threads`,
      form,
    );
    return thread.thread_id;
  }

  async chooseFile(name: string, content: Buffer | string): Promise<void> {
    await this.page.goto('/dashboard?new');
    const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
    await this.page.getByTestId('file').setInputFiles(file);
  }

  /** Opens a session and waits for the editor. */
  async openSession(session: string, page = this.page): Promise<void> {
    await page.goto(`/editor/${session}`);
    await waitForEditor(page);
  }

  /** Types at the end of a line, counted from 1. */
  async typeAt(text: string, line: number, page = this.page): Promise<void> {
    await goToLine(page, line);
    await page.keyboard.press('End');
    await page.keyboard.type(text);
  }

  expectNoErrors(): void {
    expect(this.pageErrors).toEqual([]);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

export async function waitForEditor(page: Page): Promise<void> {
  await expect(page.locator('.monaco-editor .view-lines').first()).toBeVisible({ timeout: 30_000 });
}

/** Moves the cursor to a line with the keyboard. */
export async function goToLine(page: Page, line: number): Promise<void> {
  await page
    .locator('.monaco-editor .view-lines')
    .first()
    .click({ position: { x: 300, y: 5 } });
  await page.keyboard.press('ControlOrMeta+Home');
  for (let at = 1; at < line; at++) await page.keyboard.press('ArrowDown');
}

export async function selectLines(page: Page, first: number, last = first): Promise<void> {
  await goToLine(page, first);
  await page.keyboard.press('Home');
  await page.keyboard.press('Home');
  for (let at = first; at < last; at++) await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+End');
}

export async function tapLineNumber(page: Page, line: number): Promise<void> {
  await lineNumber(page, line).tap();
}

export function lineNumber(page: Page, line: number): Locator {
  return page.locator('.margin .line-numbers').getByText(String(line), { exact: true });
}

/** The page's text, to locate elements. */
export { start, words };
