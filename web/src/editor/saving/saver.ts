/** Sends saves, and says what became of them. The order of things is the state machine's. */
import { ApiError, isApiError } from '../../api/error';
import type { Session, Thread } from '../../api/types';
import { connectionLost, onConnection, online } from '../../page/connection';
import type { SaveOutcome } from '../controller';
import type { Keeper } from '../drafts/keeper';
import type { Document, Snapshot } from '../text/document';
import { IDLE, next, type SaveEvent, type SaveState, sends } from './machine';

/** What the server has now. */
export interface Theirs {
  text: string;
  version: number;
}

interface Saved {
  session: Session;
  threads: Thread[];
}

export interface SaverPorts {
  document: Document;
  keeper: Keeper;
  put: (version: number, text: string) => Promise<Saved>;
  /** The session as it is now, without its code. */
  read: () => Promise<Saved>;
  /** A save that nothing waited for, such as one without a connection, was refused. */
  onLate: (error: unknown) => void;
  onState: (state: SaveState) => void;
  onSaved: (saved: Saved) => void;
  onConflict: (theirs: Theirs) => void;
}

interface Waiter {
  resolve: (outcome: SaveOutcome) => void;
  reject: (error: unknown) => void;
}

/** The longest pause after lost saves, in milliseconds. */
const LONGEST = 60_000;

export class Saver {
  private state: SaveState = IDLE;
  private waiters: Waiter[] = [];
  private theirs: Theirs | undefined;
  private limit: ApiError | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The text of the last save, whose answer may have got lost. */
  private lastSent: string | undefined;
  private isOver = false;
  /** How many saves in a row were lost on the way. */
  private losses = 0;
  private readonly off: () => void;

  constructor(private readonly ports: SaverPorts) {
    this.off = onConnection(() => {
      if (online()) this.dueAfterLosses();
    });
  }

  /** Where the server can be reached and what is sent gets lost all the same, the pauses grow. */
  private dueAfterLosses(): void {
    if (this.phase !== 'offline') return;
    clearTimeout(this.timer);
    const pause = this.losses < 2 ? 0 : Math.min(LONGEST, 1_000 * 2 ** this.losses);
    this.timer = setTimeout(() => this.step({ type: 'due' }), pause);
  }

  dispose(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.off();
  }

  get phase(): SaveState['phase'] {
    return this.state.phase;
  }

  /** Saves what is unsaved, after a save that is under way. */
  save(): Promise<SaveOutcome> {
    const { phase } = this.state;
    if (phase === 'idle' && !this.ports.document.isDirty()) return Promise.resolve({ kind: 'clean' });
    if (phase === 'conflict' && this.theirs !== undefined) {
      this.ports.onConflict(this.theirs);
      return Promise.resolve({ kind: 'held' });
    }
    if (phase === 'limited' && this.limit !== undefined) return Promise.reject(this.limit);
    return this.outcomeOf({ type: 'asked' });
  }

  /** Saves what came out of a merge. The document is based on what was merged. */
  saveMerged(): Promise<SaveOutcome> {
    return this.outcomeOf({ type: 'merged' });
  }

  /** The server has another text than the document is based on. */
  conflict(theirs: Theirs): void {
    this.theirs = theirs;
    this.step({ type: 'conflicted' });
    this.ports.onConflict(theirs);
  }

  /** The conflict is over: the document is what the server has. */
  drop(): void {
    this.theirs = undefined;
    this.step({ type: 'dropped' });
  }

  private outcomeOf(event: SaveEvent): Promise<SaveOutcome> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.step(event);
    });
  }

  private step(event: SaveEvent): void {
    if (this.isOver) return;
    const before = this.state;
    this.state = next(before, event);
    if (this.state !== before) this.ports.onState(this.state);
    clearTimeout(this.timer);
    if (this.state.phase === 'limited') {
      this.timer = setTimeout(() => this.step({ type: 'due' }), Math.max(0, this.state.until.getTime() - Date.now()));
    }
    if (sends(before, event, this.state)) void this.send();
  }

  private async send(): Promise<void> {
    const { document, keeper } = this.ports;
    if (!document.isDirty()) {
      this.step({ type: 'saved', isClean: true });
      return this.settle({ kind: 'clean' });
    }
    document.mendSurrogates();
    const snapshot = document.snapshot();
    const earlier = this.lastSent;
    this.lastSent = snapshot.text;
    // What is sent may be lost with the page.
    void keeper.flush();
    try {
      const saved = await this.ports.put(document.version, snapshot.text);
      await this.arrived(snapshot, saved);
    } catch (error) {
      if (this.isOver) return this.fail(error);
      if (isApiError(error, 'VERSION_CONFLICT'))
        await this.conflicted(error, snapshot, earlier).catch((e) => this.refused(e));
      else this.refused(error);
    }
  }

  private async arrived(snapshot: Snapshot, saved: Saved): Promise<void> {
    const { document, keeper } = this.ports;
    this.lastSent = undefined;
    this.theirs = undefined;
    this.losses = 0;
    document.markSaved(snapshot, saved.session.version_number);
    this.ports.onSaved(saved);
    const isClean = !document.isDirty();
    keeper.isQueued = false;
    void keeper.flush();
    this.step({ type: 'saved', isClean });
    // Callers who asked while it was under way wait for the next one.
    if (this.state.phase === 'idle') this.settle({ kind: 'saved', session: saved.session });
  }

  private async conflicted(error: ApiError, snapshot: Snapshot, earlier?: string): Promise<void> {
    const { document } = this.ports;
    const { current_code: text, current_version: version } = error.body;
    if (text === undefined || version === undefined) throw new ApiError(error.status, 'UNKNOWN');
    if (text === snapshot.text) return this.arrived(snapshot, await this.ports.read());
    // An earlier save of this page whose answer got lost, or the same text again: nothing to merge.
    if (text === earlier || text === document.base) {
      document.rebase(text, version);
      return this.send();
    }
    this.theirs = { text, version };
    // Mine is on this device before the user is asked.
    await this.ports.keeper.flush();
    this.step({ type: 'conflicted' });
    this.settle({ kind: 'held' });
    this.ports.onConflict(this.theirs);
  }

  private refused(error: unknown): void {
    const { keeper } = this.ports;
    if (isApiError(error, 'OFFLINE')) {
      keeper.isQueued = true;
      this.losses += 1;
      void keeper.flush();
      this.step({ type: 'unreachable' });
      this.settle({ kind: 'held' });
      connectionLost();
    } else if (isApiError(error, 'RATE_LIMIT_EXCEEDED') && error.retryAfter !== undefined) {
      this.limit = error;
      this.step({ type: 'limited', until: error.retryAfter });
      this.fail(error);
    } else {
      this.step({ type: 'failed' });
      this.fail(error);
    }
  }

  private settle(outcome: SaveOutcome): void {
    for (const { resolve } of this.waiters.splice(0)) resolve(outcome);
  }

  private fail(error: unknown): void {
    if (this.waiters.length === 0 && !this.isOver && this.state.phase !== 'limited') this.ports.onLate(error);
    for (const { reject } of this.waiters.splice(0)) reject(error);
  }
}
