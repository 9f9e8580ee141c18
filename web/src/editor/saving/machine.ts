/** Saving as a state machine: one save at a time, at most one more behind it, and what holds a save back. */

export type SaveState =
  | { phase: 'idle' }
  /** `again`: another save was asked for meanwhile. */
  | { phase: 'saving'; again: boolean }
  /** No connection: it goes out when there is one. */
  | { phase: 'offline' }
  /** A rate limit: it goes out when the time has come. */
  | { phase: 'limited'; until: Date }
  /** The saved code is another one: nothing goes out until the user has merged. */
  | { phase: 'conflict' };

export type SaveEvent =
  | { type: 'asked' }
  /** `isClean`: nothing was edited meanwhile. */
  | { type: 'saved'; isClean: boolean }
  | { type: 'unreachable' }
  | { type: 'limited'; until: Date }
  | { type: 'conflicted' }
  | { type: 'failed' }
  /** The connection is back, or the time has come. */
  | { type: 'due' }
  /** The user has merged, and saves the result. */
  | { type: 'merged' }
  /** The conflict is over without a save. */
  | { type: 'dropped' };

export const IDLE: SaveState = { phase: 'idle' };

/** The state after an event. Entering `saving` sends a save. */
export function next(state: SaveState, event: SaveEvent): SaveState {
  if (event.type === 'dropped') return state.phase === 'saving' ? state : IDLE;
  switch (state.phase) {
    case 'idle':
      if (event.type === 'conflicted') return { phase: 'conflict' };
      return event.type === 'asked' || event.type === 'merged' ? { phase: 'saving', again: false } : state;
    case 'saving':
      return afterSaving(state, event);
    case 'offline':
      if (event.type === 'conflicted') return { phase: 'conflict' };
      return event.type === 'asked' || event.type === 'due' ? { phase: 'saving', again: false } : state;
    case 'limited':
      if (event.type === 'conflicted') return { phase: 'conflict' };
      return event.type === 'due' ? { phase: 'saving', again: false } : state;
    case 'conflict':
      return event.type === 'merged' ? { phase: 'saving', again: false } : state;
  }
}

function afterSaving(state: SaveState & { phase: 'saving' }, event: SaveEvent): SaveState {
  switch (event.type) {
    case 'asked':
      return { phase: 'saving', again: true };
    case 'saved':
      // A new value: entering the state again sends the next save.
      return state.again && !event.isClean ? { phase: 'saving', again: false } : IDLE;
    case 'unreachable':
      return { phase: 'offline' };
    case 'limited':
      return { phase: 'limited', until: event.until };
    case 'conflicted':
      return { phase: 'conflict' };
    case 'failed':
      return IDLE;
    default:
      return state;
  }
}

/** Whether the step from one state to another sends a save. */
export function sends(before: SaveState, event: SaveEvent, after: SaveState): boolean {
  return after.phase === 'saving' && (before.phase !== 'saving' || event.type === 'saved');
}
