/** Tests that each error code is shown where it occurs. */
import type { Route } from '@playwright/test';
import document from '../../handlers/openapi.json' with { type: 'json' };
import type { ErrorCode } from '../src/api/types';
import { expect, test } from './fixtures';
import { PASSWORD, selectLines, type TestUser, words } from './test-user';

const { accounts, editor, errors, sessions, settings, thread } = words;

/** A fake error response in the API's documented form. */
interface ErrorResponse {
  status: number;
  /** Fields besides code and message. */
  extraFields?: () => Record<string, unknown>;
}

interface Case extends ErrorResponse {
  /** The action that triggers the request. */
  act: (person: TestUser) => Promise<void>;
  /** Method and path of the requests that fail. */
  request: [method: string, path: RegExp];
  /** The visible text, if it is not the error's title. */
  visibleText?: string | RegExp;
}

async function signIn({ page }: TestUser): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/login');
  await page.getByLabel(accounts.fields.username, { exact: true }).fill('pat');
  await page.getByLabel(accounts.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: words.common.signIn, exact: true }).click();
}

async function signUp({ page }: TestUser): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/signup');
  await page.getByLabel(accounts.fields.name, { exact: true }).fill('Pat');
  await page.getByLabel(accounts.fields.email).fill('pat@example.com');
  await page.getByLabel(accounts.fields.username, { exact: true }).fill('pat');
  await page.getByLabel(accounts.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(accounts.fields.confirm).fill(PASSWORD);
  await page.getByRole('button', { name: accounts.signUpAction }).click();
}

async function openList({ page }: TestUser): Promise<void> {
  await page.goto('/dashboard');
}

async function createByForm({ page }: TestUser): Promise<void> {
  await page.goto('/dashboard?new');
  await page.getByRole('tab', { name: sessions.new.sources.paste }).click();
  await page.getByLabel(sessions.new.name, { exact: true }).fill('main.go');
  await page.getByRole('textbox', { name: sessions.new.code, exact: true }).fill('package main\n');
  await page.getByRole('button', { name: sessions.new.create }).click();
}

async function openFile(person: TestUser): Promise<void> {
  await person.page.goto(`/editor/${await person.createSession()}`);
}

async function save(person: TestUser): Promise<void> {
  await person.openSession(await person.createSession());
  await person.typeAt('  # edited', 4);
  await person.page.keyboard.press('ControlOrMeta+s');
}

async function askQuestion(person: TestUser): Promise<void> {
  await person.openSession(await person.createSession());
  await selectLines(person.page, 3);
  await person.page.getByRole('button', { name: editor.ask(1) }).click();
  await person.page.getByRole('textbox', { name: thread.field }).fill('Is this comparison right?');
  await person.page.keyboard.press('ControlOrMeta+Enter');
}

async function applyPatch(person: TestUser): Promise<void> {
  await askQuestion(person);
  await person.page.getByRole('button', { name: thread.applyPatch }).click();
}

async function signOutDevice(person: TestUser): Promise<void> {
  // Sign in from a second browser.
  const other = await person.context.browser()?.newContext();
  await other?.request.post(`${person.url}/api/auth/login`, {
    data: { username: person.username, password: PASSWORD },
  });
  await other?.close();
  await person.page.goto('/settings?tab=devices');
  await person.page
    .getByRole('button', { name: /^Sign out .+, signed in/ })
    .last()
    .click();
  await person.page.getByRole('dialog').getByRole('button', { name: settings.devices.end }).click();
}

const LIST: Case['request'] = ['GET', /\/sessions(\?.*)?$/];
const SAVE: Case['request'] = ['PUT', /\/sessions\/[^/]+$/];
const ASK: Case['request'] = ['POST', /\/messages$/];
const APPLY: Case['request'] = ['POST', /\/apply$/];
const ME: Case['request'] = ['GET', /\/users\/me$/];
const soon = () => new Date(Date.now() + 30_000).toISOString();

/** All codes of the API and of the page. A missing code does not compile. */
const CASES: Record<ErrorCode, Case> = {
  INVALID_CREDENTIALS: { act: signIn, request: ['POST', /\/auth\/login$/], status: 401 },
  USER_ALREADY_EXISTS: {
    act: signUp,
    request: ['POST', /\/auth\/signup$/],
    status: 409,
    extraFields: () => ({ field: 'username' }),
    visibleText: 'Told by the server.',
  },
  WEAK_PASSWORD: {
    act: signUp,
    request: ['POST', /\/auth\/signup$/],
    status: 400,
    extraFields: () => ({ field: 'password' }),
    visibleText: 'Told by the server.',
  },
  INVALID_INPUT: {
    act: signUp,
    request: ['POST', /\/auth\/signup$/],
    status: 400,
    extraFields: () => ({ field: 'email' }),
    visibleText: 'Told by the server.',
  },
  TOKEN_EXPIRED: {
    act: openList,
    request: ['GET', /\/(users\/me|sessions.*)$/],
    status: 401,
    visibleText: accounts.signInTitle,
  },
  UNAUTHORIZED: {
    act: openList,
    request: ['GET', /\/(users\/me|sessions.*)$/],
    status: 401,
    visibleText: accounts.signInTitle,
  },
  REFRESH_TOKEN_INVALID: { act: openList, request: ME, status: 401, visibleText: accounts.signInTitle },
  FORBIDDEN: { act: openFile, request: ['GET', /\/sessions\/[^/]+(\?.*)?$/], status: 403 },
  SESSION_NOT_FOUND: { act: openFile, request: ['GET', /\/sessions\/[^/]+(\?.*)?$/], status: 404 },
  THREAD_NOT_FOUND: { act: askQuestion, request: ASK, status: 404 },
  MESSAGE_NOT_FOUND: { act: applyPatch, request: APPLY, status: 404 },
  DEVICE_NOT_FOUND: { act: signOutDevice, request: ['DELETE', /\/devices\//], status: 404 },
  NOT_FOUND: { act: openList, request: LIST, status: 404 },
  METHOD_NOT_ALLOWED: { act: openList, request: LIST, status: 405 },
  INVALID_LANGUAGE: {
    act: createByForm,
    request: ['POST', /\/sessions$/],
    status: 400,
    extraFields: () => ({ field: 'language_override' }),
    visibleText: 'Told by the server.',
  },
  FILE_TOO_LARGE: { act: save, request: SAVE, status: 413 },
  MESSAGE_TOO_LONG: { act: askQuestion, request: ASK, status: 400 },
  RATE_LIMIT_EXCEEDED: {
    act: signIn,
    request: ['POST', /\/auth\/login$/],
    status: 429,
    extraFields: () => ({ retry_after: soon() }),
  },
  VERSION_CONFLICT: {
    act: save,
    request: SAVE,
    status: 409,
    extraFields: () => ({ current_version: 2, current_code: 'theirs = 1\n' }),
    visibleText: editor.conflict.title,
  },
  PATCH_CONFLICT: { act: applyPatch, request: APPLY, status: 409 },
  // The page waits and then asks again.
  REQUEST_IN_PROGRESS: {
    act: askQuestion,
    request: ASK,
    status: 409,
    extraFields: () => ({ retry_after: soon() }),
  },
  AI_TIMEOUT: { act: askQuestion, request: ASK, status: 504 },
  AI_MALFORMED_RESPONSE: { act: askQuestion, request: ASK, status: 502 },
  TOKEN_LIMIT_EXCEEDED: { act: askQuestion, request: ASK, status: 413 },
  BEDROCK_UNAVAILABLE: { act: askQuestion, request: ASK, status: 503 },
  SESSION_LIMIT_EXCEEDED: { act: createByForm, request: ['POST', /\/sessions$/], status: 409 },
  THREAD_LIMIT_EXCEEDED: { act: askQuestion, request: ['POST', /\/threads$/], status: 409 },
  MESSAGE_LIMIT_EXCEEDED: { act: askQuestion, request: ASK, status: 409 },
  INTERNAL_ERROR: { act: openList, request: LIST, status: 500, extraFields: () => ({ trace_id: 'trace-7' }) },
  DATABASE_ERROR: { act: openList, request: LIST, status: 503 },
  NETWORK_ERROR: { act: askQuestion, request: ASK, status: 503 },
  OFFLINE: { act: openList, request: LIST, status: 0 },
  UNKNOWN: { act: openList, request: LIST, status: 502 },
};

function respondWithError(code: ErrorCode, { status, extraFields }: ErrorResponse) {
  return async (route: Route): Promise<void> => {
    if (code === 'OFFLINE') return route.abort('internetdisconnected');
    if (code === 'UNKNOWN') return route.fulfill({ status, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
    const error = { code, message: 'Told by the server.', ...extraFields?.() };
    return route.fulfill({ status, json: { error } });
  };
}

test('every documented code is in the table', () => {
  const documented = document.components.schemas.ErrorCode.enum;
  expect(Object.keys(CASES).sort()).toEqual([...documented, 'OFFLINE', 'UNKNOWN'].sort());
});

for (const [code, { act, request, visibleText, ...answer }] of Object.entries(CASES) as [ErrorCode, Case][]) {
  test(`${code} is shown where it occurs`, async ({ createUser }) => {
    const pat = await createUser();
    const [method, path] = request;
    const refuse = respondWithError(code, answer);
    await pat.page.route(
      (url) => path.test(url.pathname + url.search) && url.pathname.startsWith('/api/'),
      (route) => (route.request().method() === method ? refuse(route) : route.fallback()),
    );
    if (code === 'TOKEN_EXPIRED' || code === 'UNAUTHORIZED' || code === 'REFRESH_TOKEN_INVALID') {
      await pat.page.route('**/api/auth/refresh', respondWithError('REFRESH_TOKEN_INVALID', { status: 401 }));
    }
    await act(pat);
    await expect(
      pat.page
        .getByText(visibleText ?? errors[code].title)
        .filter({ visible: true })
        .first(),
    ).toBeVisible({ timeout: 20_000 });
    if (code === 'INTERNAL_ERROR') await expect(pat.page.getByText(words.common.traceId('trace-7'))).toBeVisible();
  });
}
