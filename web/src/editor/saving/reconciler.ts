/** Brings the editor's text together with another one: an earlier draft, a save of another tab, or what the server has. */
import type { Session, Thread } from '../../api/types';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import type { Drafts, Slot } from '../drafts';
import type { Keeper } from '../drafts/keeper';
import { type Opened, openSession, readSession } from '../session-api';
import type { EditorState } from '../state';
import type { Store } from '../store';
import type { Document } from '../text/document';
import type { Saver, Theirs } from './saver';

interface Parts {
  state: Store<EditorState>;
  document: Document;
  saver: Saver;
  keeper: Keeper;
  drafts: Drafts;
  slot: Slot;
  /** The head and the threads go to the page. */
  onSession: (session: Session, threads: Thread[]) => void;
}

export class Reconciler {
  private isOver = false;

  constructor(
    private readonly parts: Parts,
    /** Tells the server which answer is known here. */
    private etag: string | null,
  ) {}

  dispose(): void {
    this.isOver = true;
  }

  /** Takes over what an earlier page had not saved. */
  async restore(): Promise<void> {
    const { state, document, saver, keeper, drafts, slot } = this.parts;
    drafts.sweep();
    const backup = await drafts.get('backup', slot);
    const found = await keeper.found();
    if (this.isOver) return;
    state.set({ backup });
    if (found === null) return;
    // The user was faster: the earlier text waits for the next opening.
    if (document.isDirty()) return keeper.decline();
    const { draft, base } = found;
    const theirs = { text: document.base, version: document.version };
    if (draft.text === theirs.text) return keeper.discard();
    document.replace(draft.text);
    keeper.isQueued = draft.isQueued;
    if (draft.version === theirs.version) {
      state.set({ told: { kind: 'restored', at: draft.at } });
      if (draft.isQueued) await saver.save();
      return;
    }
    // Without the text that both began with, everything that differs is mine.
    document.rebase(base?.text ?? theirs.text, draft.version);
    saver.conflict(theirs);
  }

  /** Takes back what was restored. */
  async discard(): Promise<void> {
    const { state, document, saver, keeper } = this.parts;
    document.replace(document.base);
    document.markSaved(document.snapshot(), document.version);
    saver.drop();
    state.set({ told: null, merge: null });
    await keeper.discard();
  }

  /** Saves a text over theirs: the editor's, or what came out of merging. What the editor's replaces can be restored for a day. */
  async saveOver({ text, version }: Theirs, merged?: string): Promise<void> {
    const { state, document, saver } = this.parts;
    if (merged !== undefined) document.replace(merged);
    document.rebase(text, version);
    const outcome = await saver.saveMerged();
    // Held by a newer conflict, which the dialog shows, or for want of a connection.
    if (outcome.kind === 'held' && saver.phase === 'conflict') return;
    state.set({ merge: null, told: null });
    if (outcome.kind === 'clean') await this.reload();
    else if (merged === undefined) await this.keepTheirs({ text, version });
  }

  private async keepTheirs({ text, version }: Theirs): Promise<void> {
    const { state, keeper, drafts, slot } = this.parts;
    const theirs = { text, version, isQueued: false, writer: keeper.writer };
    const isKept = await drafts.put('backup', slot, theirs);
    state.set({ backup: { ...theirs, at: Date.now() } });
    if (isKept) toast('success', words.editor.mineKept, { description: words.editor.mineKeptNext, id: 'theirs' });
  }

  /** Takes the saved text. Mine can be restored for a day. */
  async takeTheirs({ text, version }: Theirs): Promise<void> {
    const { state, document, saver, keeper, drafts, slot } = this.parts;
    const mine = { text: document.text(), version: document.version, isQueued: false, writer: keeper.writer };
    const isKept = await drafts.put('backup', slot, mine);
    document.replace(text);
    document.markSaved(document.snapshot(), version);
    saver.drop();
    state.set({ merge: null, told: null, backup: { ...mine, at: Date.now() } });
    await keeper.discard();
    toast('info', words.editor.theirsTaken, {
      description: isKept ? words.editor.theirsTakenNext : words.editor.theirsTakenUnkept,
      action: { label: words.editor.restore, onClick: () => void this.restoreBackup() },
      id: 'theirs',
      owner: slot.sessionId,
    });
    await this.reload();
  }

  async restoreBackup(): Promise<void> {
    const { state, document, keeper, drafts, slot } = this.parts;
    const { backup } = state.get();
    if (backup === null || this.isOver) return;
    document.replace(backup.text);
    state.set({ backup: null });
    await keeper.flush();
    await drafts.remove('backup', slot);
    toast('success', words.editor.backupRestored, { description: words.editor.backupRestoredNext, id: 'theirs' });
  }

  /** Reads the session as it is now. */
  async reload(): Promise<void> {
    this.take(await openSession(this.parts.slot.sessionId));
  }

  /** Another tab or device may have saved. */
  async refresh(): Promise<void> {
    const opened = await readSession(this.parts.slot.sessionId, this.etag).catch(() => null);
    if (opened !== null) this.take(opened, true);
  }

  /** Takes over the session as it is now: its text where nothing is unsaved, else the user merges. */
  private take({ session, code, threads, etag }: Opened, isNews = false): void {
    const { state, document, saver, keeper, onSession } = this.parts;
    const version = session.version_number;
    // A save that is under way finds out by itself.
    if (this.isOver || version < document.version || saver.phase === 'saving') return;
    // The user is merging. Saving the result meets a version that is newer still.
    if (isNews && state.get().merge !== null) return;
    this.etag = etag;
    const isNewer = code !== document.base;
    if (!isNewer || document.text() === code) {
      if (version > document.version) document.rebase(code, version);
    } else if (document.isDirty()) {
      void keeper.flush();
      saver.conflict({ text: code, version });
      // The user is typing: the dialog opens when they ask for it.
      if (isNews) state.set({ merge: null, told: { kind: 'elsewhere' } });
    } else {
      document.replace(code);
      document.markSaved(document.snapshot(), version);
      if (isNews)
        toast('info', words.editor.updated(version), { description: words.editor.updatedNext, id: 'updated' });
    }
    onSession(session, threads);
  }
}
