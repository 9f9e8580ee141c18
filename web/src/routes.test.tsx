/** Tests which page and which final address each route leads to. */
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter, useLocation } from 'react-router';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQueryClient, queryKeys } from './api/queries';
import { AppRoutes } from './routes';
import { words } from './words/shell';
import { words as start } from './words/start';

const { accounts, page } = words;

function Address() {
  const { pathname, search, hash, state } = useLocation();
  return (
    <p data-testid="address" data-state={JSON.stringify(state)}>
      {pathname + search + hash}
    </p>
  );
}

/** Renders the routes at an address for a visitor without a sign-in. */
function renderAt(address: string, state: unknown = null): void {
  const client = createQueryClient();
  client.setQueryData(queryKeys.me, null);
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

test('a known path shows its page', async () => {
  renderAt('/about');
  await heading(start.about.title);
  expect(address()).toBe('/about');
}, 30_000);

test.each(['/About', '/LOGIN', '/about//', '//', '/%61bout', '/nowhere', '/index.html/'])(
  '%s shows the 404 page, as on the server',
  async (path) => {
    renderAt(path);
    await heading(page.notFound);
    expect(address()).toBe(path);
  },
);

test('removes a trailing slash and keeps query, hash and state', async () => {
  renderAt('/about/?from=mail#code', { from: 'a link' });
  await heading(start.about.title);
  expect(address()).toBe('/about?from=mail#code');
  expect(screen.getByTestId('address').dataset.state).toBe('{"from":"a link"}');
}, 30_000);

test('/index.html redirects to /', async () => {
  renderAt('/index.html?from=mail');
  await heading(start.landing.title);
  expect(address()).toBe('/?from=mail');
}, 30_000);

test('a private page redirects to sign-in and remembers the address', async () => {
  renderAt('/editor/one/?thread=7');
  await heading(accounts.signInTitle);
  expect(address()).toBe('/login');
  expect(screen.getByTestId('address').dataset.state).toContain('"from":"/editor/one?thread=7"');
}, 30_000);
