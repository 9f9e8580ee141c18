/** Tests which paths belong to the page. */
import { expect, test } from 'vitest';
import { canonicalPath } from './address';

test.each(['/', '/about', '/login', '/signup', '/dashboard', '/settings', '/editor/0199-a.b%2F'])(
  '%s is a page',
  (path) => {
    expect(canonicalPath(path)).toBe(path);
  },
);

test.each([
  ['/index.html', '/'],
  ['/about/', '/about'],
  ['/dashboard/', '/dashboard'],
  ['/editor/one/', '/editor/one'],
])('%s maps to %s', (path, own) => {
  expect(canonicalPath(path)).toBe(own);
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
])('%s is not a page', (path) => {
  expect(canonicalPath(path)).toBeNull();
});
