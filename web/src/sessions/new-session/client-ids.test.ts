/** Tests client ids of new sessions. */
import { expect, test } from 'vitest';
import { ClientIds } from './client-ids';
import type { NewFile } from './draft';

const FILE: NewFile = { filename: 'a.py', code_content: 'x', language_override: null };

test('a file that is sent again keeps its id', () => {
  const ids = new ClientIds();
  expect(ids.idFor(FILE)).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids.idFor({ ...FILE })).toBe(ids.idFor(FILE));
});

test('a different name, text or language gets a new id', () => {
  const ids = new ClientIds();
  const uniqueIds = new Set([
    ids.idFor(FILE),
    ids.idFor({ ...FILE, filename: 'b.py' }),
    ids.idFor({ ...FILE, code_content: 'y' }),
    ids.idFor({ ...FILE, language_override: 'Rust' }),
  ]);
  expect(uniqueIds.size).toBe(4);
});

test('after a reset, the same file gets a new id', () => {
  const ids = new ClientIds();
  const first = ids.idFor(FILE);
  ids.reset();
  expect(ids.idFor(FILE)).not.toBe(first);
});
