/** Tests the state machine of saving. */
import { expect, test } from 'vitest';
import { IDLE, nextState, type SaveEvent, type SaveState, startsSave } from './save-state';

const saved: SaveEvent = { type: 'saved', isClean: false };
const until = new Date('2026-11-23T08:00:42.000Z');

/** Applies events and counts the saves that start. */
function runEvents(...events: SaveEvent[]): { state: SaveState; sent: number } {
  let state: SaveState = IDLE;
  let sent = 0;
  for (const event of events) {
    const after = nextState(state, event);
    if (startsSave(state, event, after)) sent += 1;
    state = after;
  }
  return { state, sent };
}

test('sends one save and becomes idle', () => {
  expect(runEvents({ type: 'asked' }, saved)).toEqual({ state: IDLE, sent: 1 });
});

test('requests during a save lead to one more save', () => {
  const asked: SaveEvent = { type: 'asked' };
  expect(runEvents(asked, asked, asked, asked)).toEqual({ state: { phase: 'saving', saveAgain: true }, sent: 1 });
  expect(runEvents(asked, asked, asked, saved, saved)).toEqual({ state: IDLE, sent: 2 });
});

test('sends no second save if nothing was edited', () => {
  expect(runEvents({ type: 'asked' }, { type: 'asked' }, { type: 'saved', isClean: true })).toEqual({
    state: IDLE,
    sent: 1,
  });
});

test('waits offline and sends when the connection is back', () => {
  expect(runEvents({ type: 'asked' }, { type: 'unreachable' })).toEqual({ state: { phase: 'offline' }, sent: 1 });
  expect(runEvents({ type: 'asked' }, { type: 'unreachable' }, { type: 'due' }, saved).sent).toBe(2);
});

test('waits for a rate limit even if the user saves again', () => {
  const events: SaveEvent[] = [{ type: 'asked' }, { type: 'limited', until }, { type: 'asked' }];
  expect(runEvents(...events)).toEqual({ state: { phase: 'limited', until }, sent: 1 });
  expect(runEvents(...events, { type: 'due' }).sent).toBe(2);
});

test('a conflict blocks saves until it is merged', () => {
  const events: SaveEvent[] = [{ type: 'asked' }, { type: 'conflicted' }, { type: 'asked' }, { type: 'due' }];
  expect(runEvents(...events)).toEqual({ state: { phase: 'conflict' }, sent: 1 });
  expect(runEvents(...events, { type: 'merged' }).sent).toBe(2);
  expect(runEvents(...events, { type: 'merged' }, { type: 'conflicted' }).state).toEqual({ phase: 'conflict' });
  expect(runEvents(...events, { type: 'dropped' })).toEqual({ state: IDLE, sent: 1 });
});

test('allows another save after an error', () => {
  expect(runEvents({ type: 'asked' }, { type: 'failed' }, { type: 'asked' }).sent).toBe(2);
});

test('sends nothing on reconnect if nothing waits', () => {
  expect(runEvents({ type: 'due' })).toEqual({ state: IDLE, sent: 0 });
});
