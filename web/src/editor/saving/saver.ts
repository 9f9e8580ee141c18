/** Sends saves and reports their results. `save-state.ts` has the state machine. */
import { ApiError, isApiError } from '../../api/error';
import type { Session, Thread } from '../../api/types';
import { isOnline, onConnectionChange, reportOffline } from '../../page/connection';
import type { SaveOutcome } from '../controller';
import type { DraftAutosave } from '../drafts/draft-autosave';
import type { Snapshot, TextDocument } from '../text/text-document';
import { IDLE, nextState, type SaveEvent, type SaveState, startsSave } from './save-state';

/** The server's current text and version. */
export interface ServerText {
  text: string;
  version: number;
}

interface Saved {
  session: Session;
  threads: Thread[];
}

export interface SaverPorts {
  document: TextDocument;
  autosave: DraftAutosave;
  put: (version: number, text: string) => Promise<Saved>;
  /** Reads the current session without its code. */
  read: () => Promise<Saved>;
  /** Called when a save fails that no caller waits for, such as a queued one. */
  onBackgroundError: (error: unknown) => void;
  onState: (state: SaveState) => void;
  onSaved: (saved: Saved) => void;
  onConflict: (theirs: ServerText) => void;
}

interface Waiter {
  resolve: (outcome: SaveOutcome) => void;
  reject: (error: unknown) => void;
}

/** The longest pause after lost saves, in milliseconds. */
const MAX_PAUSE_MS = 60_000;

export class Saver {
  private state: SaveState = IDLE;
  private waiters: Waiter[] = [];
  private theirs: ServerText | undefined;
  private limitError: ApiError | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The text of the last save whose response may be lost. */
  private lastSent: string | undefined;
  private isDisposed = false;
  /** The number of consecutive saves without a response. */
  private lostSaves = 0;
  private readonly unsubscribe: () => void;

  constructor(private readonly ports: SaverPorts) {
    this.unsubscribe = onConnectionChange(() => {
      if (isOnline()) this.scheduleRetry();
    });
  }

  /** Schedules the retry. The pauses grow if the server is reachable but saves still get lost. */
  private scheduleRetry(): void {
    if (this.phase !== 'offline') return;
    clearTimeout(this.timer);
    const pause = this.lostSaves < 2 ? 0 : Math.min(MAX_PAUSE_MS, 1_000 * 2 ** this.lostSaves);
    this.timer = setTimeout(() => this.dispatch({ type: 'due' }), pause);
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    this.unsubscribe();
  }

  get phase(): SaveState['phase'] {
    return this.state.phase;
  }

  /** Saves unsaved changes, after a running save. */
  save(): Promise<SaveOutcome> {
    const { phase } = this.state;
    if (phase === 'idle' && !this.ports.document.isDirty()) return Promise.resolve({ kind: 'clean' });
    if (phase === 'conflict' && this.theirs !== undefined) {
      this.ports.onConflict(this.theirs);
      return Promise.resolve({ kind: 'held' });
    }
    if (phase === 'limited' && this.limitError !== undefined) return Promise.reject(this.limitError);
    return this.requestSave({ type: 'asked' });
  }

  /** Saves the result of a merge. The document is already based on the server's version. */
  saveMerged(): Promise<SaveOutcome> {
    return this.requestSave({ type: 'merged' });
  }

  /** Starts a conflict: the server's text differs from the document's base. */
  setConflict(theirs: ServerText): void {
    this.theirs = theirs;
    this.dispatch({ type: 'conflicted' });
    this.ports.onConflict(theirs);
  }

  /** Ends the conflict: the document equals the server's text. */
  clearConflict(): void {
    this.theirs = undefined;
    this.dispatch({ type: 'dropped' });
  }

  private requestSave(event: SaveEvent): Promise<SaveOutcome> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.dispatch(event);
    });
  }

  private dispatch(event: SaveEvent): void {
    if (this.isDisposed) return;
    const before = this.state;
    this.state = nextState(before, event);
    if (this.state !== before) this.ports.onState(this.state);
    clearTimeout(this.timer);
    if (this.state.phase === 'limited') {
      this.timer = setTimeout(
        () => this.dispatch({ type: 'due' }),
        Math.max(0, this.state.until.getTime() - Date.now()),
      );
    }
    if (startsSave(before, event, this.state)) void this.send();
  }

  private async send(): Promise<void> {
    const { document, autosave } = this.ports;
    if (!document.isDirty()) {
      this.dispatch({ type: 'saved', isClean: true });
      return this.resolveWaiters({ kind: 'clean' });
    }
    document.replaceLoneSurrogates();
    const snapshot = document.snapshot();
    const earlier = this.lastSent;
    this.lastSent = snapshot.text;
    // The page may close before the response.
    void autosave.flush();
    try {
      const saved = await this.ports.put(document.version, snapshot.text);
      await this.completeSave(snapshot, saved);
    } catch (error) {
      if (this.isDisposed) return this.rejectWaiters(error);
      if (isApiError(error, 'VERSION_CONFLICT'))
        await this.handleConflict(error, snapshot, earlier).catch((e) => this.handleError(e));
      else this.handleError(error);
    }
  }

  private async completeSave(snapshot: Snapshot, saved: Saved): Promise<void> {
    const { document, autosave } = this.ports;
    this.lastSent = undefined;
    this.theirs = undefined;
    this.lostSaves = 0;
    document.markSaved(snapshot, saved.session.version_number);
    this.ports.onSaved(saved);
    const isClean = !document.isDirty();
    autosave.isQueued = false;
    void autosave.flush();
    this.dispatch({ type: 'saved', isClean });
    // Callers who asked during the save wait for the next one.
    if (this.state.phase === 'idle') this.resolveWaiters({ kind: 'saved', session: saved.session });
  }

  private async handleConflict(error: ApiError, snapshot: Snapshot, earlier?: string): Promise<void> {
    const { document } = this.ports;
    const { current_code: text, current_version: version } = error.body;
    if (text === undefined || version === undefined) throw new ApiError(error.status, 'UNKNOWN');
    if (text === snapshot.text) return this.completeSave(snapshot, await this.ports.read());
    // The server has this page's own lost save, or the base text: nothing to merge.
    if (text === earlier || text === document.base) {
      document.rebase(text, version);
      return this.send();
    }
    this.theirs = { text, version };
    // Store my text on this device before asking the user.
    await this.ports.autosave.flush();
    this.dispatch({ type: 'conflicted' });
    this.resolveWaiters({ kind: 'held' });
    this.ports.onConflict(this.theirs);
  }

  private handleError(error: unknown): void {
    const { autosave } = this.ports;
    if (isApiError(error, 'OFFLINE')) {
      autosave.isQueued = true;
      this.lostSaves += 1;
      void autosave.flush();
      this.dispatch({ type: 'unreachable' });
      this.resolveWaiters({ kind: 'held' });
      reportOffline();
    } else if (isApiError(error, 'RATE_LIMIT_EXCEEDED') && error.retryAfter !== undefined) {
      this.limitError = error;
      this.dispatch({ type: 'limited', until: error.retryAfter });
      this.rejectWaiters(error);
    } else {
      this.dispatch({ type: 'failed' });
      this.rejectWaiters(error);
    }
  }

  private resolveWaiters(outcome: SaveOutcome): void {
    for (const { resolve } of this.waiters.splice(0)) resolve(outcome);
  }

  private rejectWaiters(error: unknown): void {
    if (this.waiters.length === 0 && !this.isDisposed && this.state.phase !== 'limited')
      this.ports.onBackgroundError(error);
    for (const { reject } of this.waiters.splice(0)) reject(error);
  }
}
