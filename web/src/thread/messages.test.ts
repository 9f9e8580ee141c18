/** Pages and live messages become one list. */
import { expect, test } from 'vitest';
import type { AiMessage, Message, Thread, UserMessage } from '../api/types';
import { merged, placeIn, sessionOf, toldLast, withMessages } from './messages';

const asked = (place: number, reply_state: UserMessage['reply_state'] = 'answered'): UserMessage => ({
  message_id: `s.t.${place}`,
  thread_id: 's.t',
  role: 'user',
  content: `Question\n${place}`,
  timestamp: '2026-01-01T00:00:00.000Z',
  ...(reply_state === undefined ? {} : { reply_state }),
});

const answer = (place: number): AiMessage => ({
  message_id: `s.t.${place}`,
  thread_id: 's.t',
  role: 'ai',
  content: 'Yes.',
  timestamp: '2026-01-01T00:00:00.000Z',
  history_truncated: false,
  warnings: [],
});

const places = (messages: Message[]) => messages.map(({ message_id }) => placeIn(message_id));

test('pages from the newest on make one list from the oldest on, each message once', () => {
  expect(places(merged([asked(11), answer(10), asked(9)], [asked(9), answer(2), asked(1)]))).toEqual([1, 2, 9, 10, 11]);
});

test('what is live replaces what was read', () => {
  const [only] = merged([asked(1, 'pending')], [asked(1, 'cancelled')]);
  expect(only).toMatchObject({ reply_state: 'cancelled' });
});

test('a changed message keeps its page, and a new one is the newest', () => {
  const pages = [{ messages: [answer(4), asked(3)], cursor: 'older' }, { messages: [answer(2), asked(1)] }];
  const [newest, older] = withMessages(pages, [asked(1, 'failed'), asked(5, 'pending')]);
  expect(places(newest?.messages ?? [])).toEqual([5, 4, 3]);
  expect(newest?.cursor).toBe('older');
  expect(older?.messages[1]).toMatchObject({ reply_state: 'failed' });
});

test('no pages stay no pages', () => {
  expect(withMessages([], [asked(1)])).toEqual([]);
});

test('an id says the session of a thread and the place of a message', () => {
  expect(sessionOf('session.thread')).toBe('session');
  expect(placeIn('session.thread.12')).toBe(12);
});

const thread = { thread_id: 's.t', message_count: 2, last_message: { message_id: 's.t.2' } } as Thread;

test('a new question is the last message of its thread', () => {
  const { message_count, last_message } = toldLast(thread, asked(3, 'pending'), true);
  expect(message_count).toBe(3);
  expect(last_message).toMatchObject({ message_id: 's.t.3', excerpt: 'Question 3', reply_state: 'pending' });
});

test('an older question that is asked again is not', () => {
  expect(toldLast(thread, asked(1, 'pending'), false)).toBe(thread);
});
