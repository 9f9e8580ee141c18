import { expect, test } from 'vitest';
import { IDLE, next, type SaveEvent, type SaveState, sends } from './machine';

const saved: SaveEvent = { type: 'saved', isClean: false };
const until = new Date('2026-11-23T08:00:42.000Z');

/** The state after some events, and how many saves they sent. */
function run(...events: SaveEvent[]): { state: SaveState; sent: number } {
  let state: SaveState = IDLE;
  let sent = 0;
  for (const event of events) {
    const after = next(state, event);
    if (sends(state, event, after)) sent += 1;
    state = after;
  }
  return { state, sent };
}

test('a save is sent once and ends', () => {
  expect(run({ type: 'asked' }, saved)).toEqual({ state: IDLE, sent: 1 });
});

test('however often it is asked meanwhile, one more save follows', () => {
  const asked: SaveEvent = { type: 'asked' };
  expect(run(asked, asked, asked, asked)).toEqual({ state: { phase: 'saving', again: true }, sent: 1 });
  expect(run(asked, asked, asked, saved, saved)).toEqual({ state: IDLE, sent: 2 });
});

test('no second save follows when nothing was edited meanwhile', () => {
  expect(run({ type: 'asked' }, { type: 'asked' }, { type: 'saved', isClean: true })).toEqual({ state: IDLE, sent: 1 });
});

test('without a connection it waits, and goes out when there is one', () => {
  expect(run({ type: 'asked' }, { type: 'unreachable' })).toEqual({ state: { phase: 'offline' }, sent: 1 });
  expect(run({ type: 'asked' }, { type: 'unreachable' }, { type: 'due' }, saved).sent).toBe(2);
});

test('a rate limit is waited for, also when the user asks again', () => {
  const events: SaveEvent[] = [{ type: 'asked' }, { type: 'limited', until }, { type: 'asked' }];
  expect(run(...events)).toEqual({ state: { phase: 'limited', until }, sent: 1 });
  expect(run(...events, { type: 'due' }).sent).toBe(2);
});

test('a conflict holds every save until it is merged', () => {
  const events: SaveEvent[] = [{ type: 'asked' }, { type: 'conflicted' }, { type: 'asked' }, { type: 'due' }];
  expect(run(...events)).toEqual({ state: { phase: 'conflict' }, sent: 1 });
  expect(run(...events, { type: 'merged' }).sent).toBe(2);
  expect(run(...events, { type: 'merged' }, { type: 'conflicted' }).state).toEqual({ phase: 'conflict' });
  expect(run(...events, { type: 'dropped' })).toEqual({ state: IDLE, sent: 1 });
});

test('after a failure the user may try again', () => {
  expect(run({ type: 'asked' }, { type: 'failed' }, { type: 'asked' }).sent).toBe(2);
});

test('a connection that comes back sends nothing when nothing waits', () => {
  expect(run({ type: 'due' })).toEqual({ state: IDLE, sent: 0 });
});
