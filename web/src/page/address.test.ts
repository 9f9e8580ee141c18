/** Which addresses are the page's own: those that the server answers with it. */
import { expect, test } from 'vitest';
import { ownAddress } from './address';

test.each(['/', '/about', '/login', '/signup', '/dashboard', '/settings', '/editor/0199-a.b%2F'])(
  '%s has a page',
  (path) => {
    expect(ownAddress(path)).toBe(path);
  },
);

test.each([
  ['/index.html', '/'],
  ['/about/', '/about'],
  ['/dashboard/', '/dashboard'],
  ['/editor/one/', '/editor/one'],
])('%s stands for %s', (path, own) => {
  expect(ownAddress(path)).toBe(own);
});

test.each([
  '/About',
  '/LOGIN/',
  '/Editor/one',
  '/Index.html',
  '/index.html/',
  '//',
  '//about',
  '/about//',
  '//example.com/',
  '/%61bout',
  '/editor',
  '/editor/',
  '/editor//',
  '/editor/one/two',
  '/about.html',
  '/nowhere',
  '',
])('%s has none', (path) => {
  expect(ownAddress(path)).toBeNull();
});
