/** Each error code, where a person meets it: its words are shown, and nothing that was entered is lost. */
import type { Route } from '@playwright/test';
import document from '../../handlers/openapi.json' with { type: 'json' };
import type { ErrorCode } from '../src/api/types';
import { expect, test } from './fixtures';
import { PASSWORD, type Person, selectLines, words } from './person';

const { accounts, editor, errors, sessions, settings, thread } = words;

/** What a request is answered with, in place of the server's answer: the form that the API documents. */
interface Refusal {
  status: number;
  /** Fields beside code and message. */
  more?: () => Record<string, unknown>;
}

interface Case extends Refusal {
  /** What the person does. */
  at: (person: Person) => Promise<void>;
  /** The requests that are refused: a method and the end of a path. */
  refused: [method: string, path: RegExp];
  /** What is seen, if it is not the title of the error. */
  seen?: string | RegExp;
}

async function signsIn({ page }: Person): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/login');
  await page.getByLabel(accounts.fields.username, { exact: true }).fill('pat');
  await page.getByLabel(accounts.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: words.common.signIn, exact: true }).click();
}

async function signsUp({ page }: Person): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/signup');
  await page.getByLabel(accounts.fields.name, { exact: true }).fill('Pat');
  await page.getByLabel(accounts.fields.email).fill('pat@example.com');
  await page.getByLabel(accounts.fields.username, { exact: true }).fill('pat');
  await page.getByLabel(accounts.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(accounts.fields.confirm).fill(PASSWORD);
  await page.getByRole('button', { name: accounts.signUpAction }).click();
}

async function opensList({ page }: Person): Promise<void> {
  await page.goto('/dashboard');
}

async function creates({ page }: Person): Promise<void> {
  await page.goto('/dashboard?new');
  await page.getByRole('tab', { name: sessions.new.ways.paste }).click();
  await page.getByLabel(sessions.new.name, { exact: true }).fill('main.go');
  await page.getByRole('textbox', { name: sessions.new.code, exact: true }).fill('package main\n');
  await page.getByRole('button', { name: sessions.new.create }).click();
}

async function opensFile(person: Person): Promise<void> {
  await person.page.goto(`/editor/${await person.hasSession()}`);
}

async function saves(person: Person): Promise<void> {
  await person.opens(await person.hasSession());
  await person.types('  # edited', 4);
  await person.page.keyboard.press('ControlOrMeta+s');
}

async function asks(person: Person): Promise<void> {
  await person.opens(await person.hasSession());
  await selectLines(person.page, 3);
  await person.page.getByRole('button', { name: editor.ask(1) }).click();
  await person.page.getByRole('textbox', { name: thread.field }).fill('Is this comparison right?');
  await person.page.keyboard.press('ControlOrMeta+Enter');
}

async function applies(person: Person): Promise<void> {
  await asks(person);
  await person.page.getByRole('button', { name: thread.applyPatch }).click();
}

async function endsDevice(person: Person): Promise<void> {
  // A second sign-in of the same account, from another browser.
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

const LIST: Case['refused'] = ['GET', /\/sessions(\?.*)?$/];
const SAVE: Case['refused'] = ['PUT', /\/sessions\/[^/]+$/];
const ASK: Case['refused'] = ['POST', /\/messages$/];
const APPLY: Case['refused'] = ['POST', /\/apply$/];
const ME: Case['refused'] = ['GET', /\/users\/me$/];
const soon = () => new Date(Date.now() + 30_000).toISOString();

/** All codes, and the two of the page's own. A code that is missing here does not compile. */
const CASES: Record<ErrorCode, Case> = {
  INVALID_CREDENTIALS: { at: signsIn, refused: ['POST', /\/auth\/login$/], status: 401 },
  USER_ALREADY_EXISTS: {
    at: signsUp,
    refused: ['POST', /\/auth\/signup$/],
    status: 409,
    more: () => ({ field: 'username' }),
    seen: 'Told by the server.',
  },
  WEAK_PASSWORD: {
    at: signsUp,
    refused: ['POST', /\/auth\/signup$/],
    status: 400,
    more: () => ({ field: 'password' }),
    seen: 'Told by the server.',
  },
  INVALID_INPUT: {
    at: signsUp,
    refused: ['POST', /\/auth\/signup$/],
    status: 400,
    more: () => ({ field: 'email' }),
    seen: 'Told by the server.',
  },
  TOKEN_EXPIRED: {
    at: opensList,
    refused: ['GET', /\/(users\/me|sessions.*)$/],
    status: 401,
    seen: accounts.signInTitle,
  },
  UNAUTHORIZED: {
    at: opensList,
    refused: ['GET', /\/(users\/me|sessions.*)$/],
    status: 401,
    seen: accounts.signInTitle,
  },
  REFRESH_TOKEN_INVALID: { at: opensList, refused: ME, status: 401, seen: accounts.signInTitle },
  FORBIDDEN: { at: opensFile, refused: ['GET', /\/sessions\/[^/]+(\?.*)?$/], status: 403 },
  SESSION_NOT_FOUND: { at: opensFile, refused: ['GET', /\/sessions\/[^/]+(\?.*)?$/], status: 404 },
  THREAD_NOT_FOUND: { at: asks, refused: ASK, status: 404 },
  MESSAGE_NOT_FOUND: { at: applies, refused: APPLY, status: 404 },
  DEVICE_NOT_FOUND: { at: endsDevice, refused: ['DELETE', /\/devices\//], status: 404 },
  NOT_FOUND: { at: opensList, refused: LIST, status: 404 },
  METHOD_NOT_ALLOWED: { at: opensList, refused: LIST, status: 405 },
  INVALID_LANGUAGE: {
    at: creates,
    refused: ['POST', /\/sessions$/],
    status: 400,
    more: () => ({ field: 'language_override' }),
    seen: 'Told by the server.',
  },
  FILE_TOO_LARGE: { at: saves, refused: SAVE, status: 413 },
  MESSAGE_TOO_LONG: { at: asks, refused: ASK, status: 400 },
  RATE_LIMIT_EXCEEDED: {
    at: signsIn,
    refused: ['POST', /\/auth\/login$/],
    status: 429,
    more: () => ({ retry_after: soon() }),
  },
  VERSION_CONFLICT: {
    at: saves,
    refused: SAVE,
    status: 409,
    more: () => ({ current_version: 2, current_code: 'theirs = 1\n' }),
    seen: editor.conflict.title,
  },
  PATCH_CONFLICT: { at: applies, refused: APPLY, status: 409 },
  // The page waits, and asks again when the time is up.
  REQUEST_IN_PROGRESS: {
    at: asks,
    refused: ASK,
    status: 409,
    more: () => ({ retry_after: soon() }),
  },
  AI_TIMEOUT: { at: asks, refused: ASK, status: 504 },
  AI_MALFORMED_RESPONSE: { at: asks, refused: ASK, status: 502 },
  TOKEN_LIMIT_EXCEEDED: { at: asks, refused: ASK, status: 413 },
  BEDROCK_UNAVAILABLE: { at: asks, refused: ASK, status: 503 },
  SESSION_LIMIT_EXCEEDED: { at: creates, refused: ['POST', /\/sessions$/], status: 409 },
  THREAD_LIMIT_EXCEEDED: { at: asks, refused: ['POST', /\/threads$/], status: 409 },
  MESSAGE_LIMIT_EXCEEDED: { at: asks, refused: ASK, status: 409 },
  INTERNAL_ERROR: { at: opensList, refused: LIST, status: 500, more: () => ({ trace_id: 'trace-7' }) },
  DATABASE_ERROR: { at: opensList, refused: LIST, status: 503 },
  NETWORK_ERROR: { at: asks, refused: ASK, status: 503 },
  OFFLINE: { at: opensList, refused: LIST, status: 0 },
  UNKNOWN: { at: opensList, refused: LIST, status: 502 },
};

function refusal(code: ErrorCode, { status, more }: Refusal) {
  return async (route: Route): Promise<void> => {
    if (code === 'OFFLINE') return route.abort('internetdisconnected');
    if (code === 'UNKNOWN') return route.fulfill({ status, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
    const error = { code, message: 'Told by the server.', ...more?.() };
    return route.fulfill({ status, json: { error } });
  };
}

test('every code that the API documents is in the table', () => {
  const documented = document.components.schemas.ErrorCode.enum;
  expect(Object.keys(CASES).sort()).toEqual([...documented, 'OFFLINE', 'UNKNOWN'].sort());
});

for (const [code, { at, refused, seen, ...answer }] of Object.entries(CASES) as [ErrorCode, Case][]) {
  test(`${code} is told where it happens`, async ({ joins }) => {
    const pat = await joins();
    const [method, path] = refused;
    const refuse = refusal(code, answer);
    await pat.page.route(
      (url) => path.test(url.pathname + url.search) && url.pathname.startsWith('/api/'),
      (route) => (route.request().method() === method ? refuse(route) : route.fallback()),
    );
    if (code === 'TOKEN_EXPIRED' || code === 'UNAUTHORIZED' || code === 'REFRESH_TOKEN_INVALID') {
      await pat.page.route('**/api/auth/refresh', refusal('REFRESH_TOKEN_INVALID', { status: 401 }));
    }
    await at(pat);
    await expect(
      pat.page
        .getByText(seen ?? errors[code].title)
        .filter({ visible: true })
        .first(),
    ).toBeVisible({ timeout: 20_000 });
    if (code === 'INTERNAL_ERROR') await expect(pat.page.getByText(words.common.traceId('trace-7'))).toBeVisible();
  });
}
