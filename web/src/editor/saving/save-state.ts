/** State machine of saving: one save at a time, at most one more queued, and the states that block saving. */

export type SaveState =
  | { phase: 'idle' }
  /** `saveAgain`: another save was requested in the meantime. */
  | { phase: 'saving'; saveAgain: boolean }
  /** Waits for the connection. */
  | { phase: 'offline' }
  /** Waits for the rate limit. */
  | { phase: 'limited'; until: Date }
  /** The server has a newer version. Nothing is sent until the user merges. */
  | { phase: 'conflict' };

export type SaveEvent =
  | { type: 'asked' }
  /** `isClean`: nothing was edited during the save. */
  | { type: 'saved'; isClean: boolean }
  | { type: 'unreachable' }
  | { type: 'limited'; until: Date }
  | { type: 'conflicted' }
  | { type: 'failed' }
  /** The connection is back, or the rate limit is over. */
  | { type: 'due' }
  /** The user merged and saves the result. */
  | { type: 'merged' }
  /** The conflict ended without a save. */
  | { type: 'dropped' };

export const IDLE: SaveState = { phase: 'idle' };

/** Returns the next state. Entering `saving` starts a save. */
export function nextState(state: SaveState, event: SaveEvent): SaveState {
  if (event.type === 'dropped') return state.phase === 'saving' ? state : IDLE;
  switch (state.phase) {
    case 'idle':
      if (event.type === 'conflicted') return { phase: 'conflict' };
      return event.type === 'asked' || event.type === 'merged' ? { phase: 'saving', saveAgain: false } : state;
    case 'saving':
      return afterSaving(state, event);
    case 'offline':
      if (event.type === 'conflicted') return { phase: 'conflict' };
      return event.type === 'asked' || event.type === 'due' ? { phase: 'saving', saveAgain: false } : state;
    case 'limited':
      if (event.type === 'conflicted') return { phase: 'conflict' };
      return event.type === 'due' ? { phase: 'saving', saveAgain: false } : state;
    case 'conflict':
      return event.type === 'merged' ? { phase: 'saving', saveAgain: false } : state;
  }
}

function afterSaving(state: SaveState & { phase: 'saving' }, event: SaveEvent): SaveState {
  switch (event.type) {
    case 'asked':
      return { phase: 'saving', saveAgain: true };
    case 'saved':
      // A new object, because re-entering the state starts the next save.
      return state.saveAgain && !event.isClean ? { phase: 'saving', saveAgain: false } : IDLE;
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

/** Whether a transition starts a save. */
export function startsSave(before: SaveState, event: SaveEvent, after: SaveState): boolean {
  return after.phase === 'saving' && (before.phase !== 'saving' || event.type === 'saved');
}
