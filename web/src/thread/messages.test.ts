/** Tests merging of message pages and live messages. */
import { expect, test } from 'vitest';
import type { AiMessage, Message, Thread, UserMessage } from '../api/types';
import { mergeMessages, sequenceOf, sessionOf, updatePages, withLastMessage } from './messages';

const question = (place: number, reply_state: UserMessage['reply_state'] = 'answered'): UserMessage => ({
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

const sequenceNumbers = (messages: Message[]) => messages.map(({ message_id }) => sequenceOf(message_id));

test('merges pages into one list, oldest first, without duplicates', () => {
  expect(
    sequenceNumbers(mergeMessages([question(11), answer(10), question(9)], [question(9), answer(2), question(1)])),
  ).toEqual([1, 2, 9, 10, 11]);
});

test('a live message replaces the stored one', () => {
  const [only] = mergeMessages([question(1, 'pending')], [question(1, 'cancelled')]);
  expect(only).toMatchObject({ reply_state: 'cancelled' });
});

test('a changed message keeps its page; a new one goes to the newest', () => {
  const pages = [{ messages: [answer(4), question(3)], cursor: 'older' }, { messages: [answer(2), question(1)] }];
  const [newest, older] = updatePages(pages, [question(1, 'failed'), question(5, 'pending')]);
  expect(sequenceNumbers(newest?.messages ?? [])).toEqual([5, 4, 3]);
  expect(newest?.cursor).toBe('older');
  expect(older?.messages[1]).toMatchObject({ reply_state: 'failed' });
});

test('keeps an empty list of pages', () => {
  expect(updatePages([], [question(1)])).toEqual([]);
});

test('an id contains the session and the sequence number', () => {
  expect(sessionOf('session.thread')).toBe('session');
  expect(sequenceOf('session.thread.12')).toBe(12);
});

const thread = { thread_id: 's.t', message_count: 2, last_message: { message_id: 's.t.2' } } as Thread;

test("a new question becomes the thread's last message", () => {
  const { message_count, last_message } = withLastMessage(thread, question(3, 'pending'), true);
  expect(message_count).toBe(3);
  expect(last_message).toMatchObject({ message_id: 's.t.3', excerpt: 'Question 3', reply_state: 'pending' });
});

test('a repeated older question does not', () => {
  expect(withLastMessage(thread, question(1, 'pending'), false)).toBe(thread);
});
