import { expect, test } from 'vitest';
import { ClientIds } from './client-ids';
import type { NewFile } from './draft';

const FILE: NewFile = { filename: 'a.py', code_content: 'x', language_override: null };

test('a file that is sent again has the same id', () => {
  const ids = new ClientIds();
  expect(ids.of(FILE)).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids.of({ ...FILE })).toBe(ids.of(FILE));
});

test('another name, text or language has another id', () => {
  const ids = new ClientIds();
  const seen = new Set([
    ids.of(FILE),
    ids.of({ ...FILE, filename: 'b.py' }),
    ids.of({ ...FILE, code_content: 'y' }),
    ids.of({ ...FILE, language_override: 'Rust' }),
  ]);
  expect(seen.size).toBe(4);
});

test('after a success the same file is a new session', () => {
  const ids = new ClientIds();
  const first = ids.of(FILE);
  ids.forget();
  expect(ids.of(FILE)).not.toBe(first);
});
