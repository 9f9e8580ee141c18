/** An exchange is changed by the events of its stream. */
import { expect, test } from 'vitest';
import { ApiError } from '../api/error';
import type { MessageEvent, UserMessage } from '../api/types';
import { after, begun, begunAgain, type Exchange, eventOf, isAccepted } from './exchange';

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
const run = (...events: MessageEvent[]): Exchange =>
  events.reduce(after, begun({ text: question.content, ask: true }, 'sending'));

test('a question is thought about once it is stored', () => {
  expect(isAccepted(run())).toBe(false);
  expect(run(accepted)).toMatchObject({ phase: 'thinking', question, answer: '' });
  expect(isAccepted(run(accepted))).toBe(true);
});

test('the pieces of an answer are put together', () => {
  expect(run(accepted, delta('No. '), delta('Use `is`.'))).toMatchObject({ phase: 'writing', answer: 'No. Use `is`.' });
});

test('an answer that is being stopped is so until it ends', () => {
  const stopping: Exchange = { ...run(accepted), phase: 'stopping' };
  expect(after(stopping, delta('more')).phase).toBe('stopping');
});

test('the end says what the question has become', () => {
  const answered: UserMessage = { ...question, reply_state: 'answered' };
  expect(run(accepted, { event: 'done', data: { message: answered, replayed: false } }).question).toBe(answered);
});

test('the patch, which comes again with the end, and unknown events change nothing', () => {
  const before = run(accepted);
  const patch = { start_line: 1, end_line: 1, original: 'a', replacement: 'b', base_version: 1 };
  expect(after(before, { event: 'patch', data: patch })).toBe(before);
  expect(after(before, { event: 'news', data: {} } as unknown as MessageEvent)).toBe(before);
});

test('an error is thrown as what it is', () => {
  const error: MessageEvent = { event: 'error', data: { error: { code: 'AI_TIMEOUT', message: 'Too long.' } } };
  expect(() => run(accepted, error)).toThrow(ApiError);
});

test('an answer that is no stream is its end', () => {
  const event = eventOf({ event: 'json', data: { message: question } });
  expect(event).toEqual({ event: 'done', data: { message: question, replayed: false } });
});

test('a failed question that is asked again is pending, without its error', () => {
  const again = begunAgain({ ...question, reply_state: 'failed', reply_error: 'AI_TIMEOUT' });
  expect(again.question).toEqual(question);
  expect(isAccepted(again)).toBe(false);
});
