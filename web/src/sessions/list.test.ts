import { expect, test } from 'vitest';
import type { Session } from '../api/types';
import { languageOf, matches, type SessionList, sessionsIn, withoutSession, withSession } from './list';

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

test('a session that is on two pages is shown once, as it was read last', () => {
  const shown = sessionsIn(list([session('a'), session('b')], [session('b', { filename: 'new' }), session('c')]));
  expect(shown.map((one) => one.filename)).toEqual(['a.py', 'new', 'c.py']);
});

test('a deleted session is gone from every page and the rest stays', () => {
  const before = list([session('a'), session('b')], [session('c')]);
  expect(ids(withoutSession(before, 'b'))).toEqual(['a', 'c']);
  expect(ids(before)).toEqual(['a', 'b', 'c']);
});

test('a renamed session keeps its place', () => {
  const after = withSession(list([session('a'), session('b')]), session('a', { filename: 'z.py' }));
  expect(sessionsIn(after).map((one) => one.filename)).toEqual(['z.py', 'b.py']);
});

test('a chosen language counts before the detected one', () => {
  expect(languageOf(session('a'))).toBe('Python');
  expect(languageOf(session('a', { language_override: 'Rust' }))).toBe('Rust');
});

test('the filter finds names and languages without regard to case', () => {
  const one = session('a', { filename: 'Rate_Limiter.py', language_override: 'Rust' });
  for (const found of ['', 'rate', 'LIMITER', 'rust', 'rust rate', ' .py ']) expect(matches(one, found)).toBe(true);
  for (const other of ['python', 'rust go', 'ratelimiter']) expect(matches(one, other)).toBe(false);
});

test('the filter finds a letter whether it is one character or two', () => {
  expect(matches(session('a', { filename: 'caf\u00e9.md' }), 'cafe\u0301')).toBe(true);
});
