/** Tests how stream events change an exchange. */
import { expect, test } from 'vitest';
import { ApiError } from '../api/error';
import type { MessageEvent, UserMessage } from '../api/types';
import { applyEvent, type Exchange, isAccepted, restartExchange, startExchange, toMessageEvent } from './exchange';

const question: UserMessage = {
  message_id: 's.t.1',
  thread_id: 's.t',
  role: 'user',
  content: 'Is this right?',
  timestamp: '2026-01-01T00:00:00.000Z',
  reply_state: 'pending',
};

const accepted: MessageEvent = { event: 'accepted', data: { message: question, replayed: false } };
const delta = (text: string): MessageEvent => ({ event: 'delta', data: { text } });
const runEvents = (...events: MessageEvent[]): Exchange =>
  events.reduce(applyEvent, startExchange({ text: question.content, ask: true }, 'sending'));

test('a stored question is in the thinking phase', () => {
  expect(isAccepted(runEvents())).toBe(false);
  expect(runEvents(accepted)).toMatchObject({ phase: 'thinking', question, answer: '' });
  expect(isAccepted(runEvents(accepted))).toBe(true);
});

test('joins the pieces of an answer', () => {
  expect(runEvents(accepted, delta('No. '), delta('Use `is`.'))).toMatchObject({
    phase: 'writing',
    answer: 'No. Use `is`.',
  });
});

test('stays in the stopping phase until the end', () => {
  const stopping: Exchange = { ...runEvents(accepted), phase: 'stopping' };
  expect(applyEvent(stopping, delta('more')).phase).toBe('stopping');
});

test('the final event updates the question', () => {
  const answered: UserMessage = { ...question, reply_state: 'answered' };
  expect(runEvents(accepted, { event: 'done', data: { message: answered, replayed: false } }).question).toBe(answered);
});

test('ignores patch events and unknown events', () => {
  const before = runEvents(accepted);
  const patch = { start_line: 1, end_line: 1, original: 'a', replacement: 'b', base_version: 1 };
  expect(applyEvent(before, { event: 'patch', data: patch })).toBe(before);
  expect(applyEvent(before, { event: 'news', data: {} } as unknown as MessageEvent)).toBe(before);
});

test('throws an error event as an ApiError', () => {
  const error: MessageEvent = { event: 'error', data: { error: { code: 'AI_TIMEOUT', message: 'Too long.' } } };
  expect(() => runEvents(accepted, error)).toThrow(ApiError);
});

test('a JSON response is the final event', () => {
  const event = toMessageEvent({ event: 'json', data: { message: question } });
  expect(event).toEqual({ event: 'done', data: { message: question, replayed: false } });
});

test('a repeated question is pending and has no error', () => {
  const again = restartExchange({ ...question, reply_state: 'failed', reply_error: 'AI_TIMEOUT' });
  expect(again.question).toEqual(question);
  expect(isAccepted(again)).toBe(false);
});
