/** What is shown at an address, and which address it then has. */
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter, useLocation } from 'react-router';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keys, queryClient } from './api/queries';
import { AppRoutes } from './routes';
import { words } from './shell-words';
import { words as start } from './start-words';

const { accounts, page } = words;

function Address() {
  const { pathname, search, hash, state } = useLocation();
  return (
    <p data-testid="address" data-state={JSON.stringify(state)}>
      {pathname + search + hash}
    </p>
  );
}

/** A visitor who is not signed in opens an address. */
function opens(address: string, state: unknown = null): void {
  const client = queryClient();
  client.setQueryData(keys.me, null);
  const [, pathname = '', search = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(address) ?? [];
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[{ pathname, search, hash, state }]}>
        <AppRoutes />
        <Address />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

const heading = (name: string) => screen.findByRole('heading', { level: 1, name }, { timeout: 20_000 });
const address = () => screen.getByTestId('address').textContent;

beforeEach(() => {
  vi.stubGlobal('scrollTo', vi.fn());
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('a path has the page of its name', async () => {
  opens('/about');
  await heading(start.about.title);
  expect(address()).toBe('/about');
}, 30_000);

test.each(['/About', '/LOGIN', '/about//', '//', '/%61bout', '/nowhere', '/index.html/'])(
  'at %s there is no page, as the server says',
  async (path) => {
    opens(path);
    await heading(page.notFound);
    expect(address()).toBe(path);
  },
);

test('a slash at the end goes, and the query, the part of the page and the state stay', async () => {
  opens('/about/?from=mail#code', { from: 'a link' });
  await heading(start.about.title);
  expect(address()).toBe('/about?from=mail#code');
  expect(screen.getByTestId('address').dataset.state).toBe('{"from":"a link"}');
}, 30_000);

test('the file of the page is its start', async () => {
  opens('/index.html?from=mail');
  await heading(start.landing.title);
  expect(address()).toBe('/?from=mail');
}, 30_000);

test('a page for users asks to sign in, and comes back without the slash', async () => {
  opens('/editor/one/?thread=7');
  await heading(accounts.signInTitle);
  expect(address()).toBe('/login');
  expect(screen.getByTestId('address').dataset.state).toContain('"from":"/editor/one?thread=7"');
}, 30_000);
