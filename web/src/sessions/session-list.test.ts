/** Tests the cached session list. */
import { expect, test } from 'vitest';
import type { Session } from '../api/types';
import { languageOf, matchesFilter, removeSession, replaceSession, type SessionList, sessionsIn } from './session-list';

function session(id: string, changes: Partial<Session> = {}): Session {
  return {
    session_id: id,
    filename: `${id}.py`,
    language_detected: 'Python',
    version_number: 1,
    code_bytes: 0,
    thread_count: 0,
    created_at: '2026-11-28T12:00:00.000Z',
    updated_at: '2026-11-28T12:00:00.000Z',
    last_activity_at: '2026-11-28T12:00:00.000Z',
    last_modified_by: 'u',
    ...changes,
  };
}

function list(...pages: Session[][]): SessionList {
  return { pages: pages.map((sessions) => ({ sessions })), pageParams: pages.map(() => undefined) };
}

function ids(list: SessionList): string[] {
  return sessionsIn(list).map((session) => session.session_id);
}

test('a session on two pages is listed once, in its newest state', () => {
  const listed = sessionsIn(list([session('a'), session('b')], [session('b', { filename: 'new' }), session('c')]));
  expect(listed.map((one) => one.filename)).toEqual(['a.py', 'new', 'c.py']);
});

test('removes a session and keeps the others', () => {
  const before = list([session('a'), session('b')], [session('c')]);
  expect(ids(removeSession(before, 'b'))).toEqual(['a', 'c']);
  expect(ids(before)).toEqual(['a', 'b', 'c']);
});

test('a renamed session keeps its position', () => {
  const after = replaceSession(list([session('a'), session('b')]), session('a', { filename: 'z.py' }));
  expect(sessionsIn(after).map((one) => one.filename)).toEqual(['z.py', 'b.py']);
});

test('the chosen language overrides the detected one', () => {
  expect(languageOf(session('a'))).toBe('Python');
  expect(languageOf(session('a', { language_override: 'Rust' }))).toBe('Rust');
});

test('the filter matches names and languages, ignoring case', () => {
  const one = session('a', { filename: 'Rate_Limiter.py', language_override: 'Rust' });
  for (const found of ['', 'rate', 'LIMITER', 'rust', 'rust rate', ' .py '])
    expect(matchesFilter(one, found)).toBe(true);
  for (const other of ['python', 'rust go', 'ratelimiter']) expect(matchesFilter(one, other)).toBe(false);
});

test('the filter matches composed and decomposed letters', () => {
  expect(matchesFilter(session('a', { filename: 'caf\u00e9.md' }), 'cafe\u0301')).toBe(true);
});
