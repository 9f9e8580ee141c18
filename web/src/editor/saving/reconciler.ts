/** Reconciles the editor's text with an earlier draft, a save of another tab, or the server's code. */
import type { Session, Thread } from '../../api/types';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import type { DraftAutosave } from '../drafts/draft-autosave';
import type { Drafts, Slot } from '../drafts/drafts';
import { type OpenedSession, openSession, readSession } from '../session-api';
import type { EditorState } from '../state';
import type { Store } from '../store';
import type { TextDocument } from '../text/text-document';
import type { Saver, ServerText } from './saver';

interface ReconcilerDeps {
  state: Store<EditorState>;
  document: TextDocument;
  saver: Saver;
  autosave: DraftAutosave;
  drafts: Drafts;
  slot: Slot;
  /** Passes the session and its threads to the page. */
  onSession: (session: Session, threads: Thread[]) => void;
}

export class Reconciler {
  private isDisposed = false;

  constructor(
    private readonly parts: ReconcilerDeps,
    /** The ETag of the last read, for conditional requests. */
    private etag: string | null,
  ) {}

  dispose(): void {
    this.isDisposed = true;
  }

  /** Restores the draft of an earlier page. */
  async restore(): Promise<void> {
    const { state, document, saver, autosave, drafts, slot } = this.parts;
    drafts.sweep();
    const backup = await drafts.get('backup', slot);
    const found = await autosave.findEarlier();
    if (this.isDisposed) return;
    state.set({ backup });
    if (found === null) return;
    // The user is already typing: keep the earlier draft for the next opening.
    if (document.isDirty()) return autosave.ignoreEarlier();
    const { draft, base } = found;
    const theirs = { text: document.base, version: document.version };
    if (draft.text === theirs.text) return autosave.discard();
    document.replace(draft.text);
    autosave.isQueued = draft.isQueued;
    if (draft.version === theirs.version) {
      state.set({ notice: { kind: 'restored', at: draft.at } });
      if (draft.isQueued) await saver.save();
      return;
    }
    // Without the base text, every difference counts as mine.
    document.rebase(base?.text ?? theirs.text, draft.version);
    saver.setConflict(theirs);
  }

  /** Discards the restored draft. */
  async discard(): Promise<void> {
    const { state, document, saver, autosave } = this.parts;
    document.replace(document.base);
    document.markSaved(document.snapshot(), document.version);
    saver.clearConflict();
    state.set({ notice: null, merge: null });
    await autosave.discard();
  }

  /** Saves the editor's text or the merged text over theirs. The replaced text can be restored for a day. */
  async saveOver({ text, version }: ServerText, merged?: string): Promise<void> {
    const { state, document, saver } = this.parts;
    if (merged !== undefined) document.replace(merged);
    document.rebase(text, version);
    const outcome = await saver.saveMerged();
    // Held by a newer conflict, which the dialog shows. Offline saves continue below.
    if (outcome.kind === 'held' && saver.phase === 'conflict') return;
    state.set({ merge: null, notice: null });
    if (outcome.kind === 'clean') await this.reload();
    else if (merged === undefined) await this.keepTheirs({ text, version });
  }

  private async keepTheirs({ text, version }: ServerText): Promise<void> {
    const { state, autosave, drafts, slot } = this.parts;
    const theirs = { text, version, isQueued: false, writer: autosave.writer };
    const isKept = await drafts.put('backup', slot, theirs);
    state.set({ backup: { ...theirs, at: Date.now() } });
    if (isKept) toast('success', words.editor.mineKept, { description: words.editor.mineKeptNext, id: 'theirs' });
  }

  /** Replaces the editor's text by the saved one. Mine can be restored for a day. */
  async takeTheirs({ text, version }: ServerText): Promise<void> {
    const { state, document, saver, autosave, drafts, slot } = this.parts;
    const mine = { text: document.text(), version: document.version, isQueued: false, writer: autosave.writer };
    const isKept = await drafts.put('backup', slot, mine);
    document.replace(text);
    document.markSaved(document.snapshot(), version);
    saver.clearConflict();
    state.set({ merge: null, notice: null, backup: { ...mine, at: Date.now() } });
    await autosave.discard();
    toast('info', words.editor.theirsUsed, {
      description: isKept ? words.editor.theirsUsedNext : words.editor.theirsUsedNotStored,
      action: { label: words.editor.restore, onClick: () => void this.restoreBackup() },
      id: 'theirs',
      owner: slot.sessionId,
    });
    await this.reload();
  }

  async restoreBackup(): Promise<void> {
    const { state, document, autosave, drafts, slot } = this.parts;
    const { backup } = state.get();
    if (backup === null || this.isDisposed) return;
    document.replace(backup.text);
    state.set({ backup: null });
    await autosave.flush();
    await drafts.remove('backup', slot);
    toast('success', words.editor.backupRestored, { description: words.editor.backupRestoredNext, id: 'theirs' });
  }

  async reload(): Promise<void> {
    this.adopt(await openSession(this.parts.slot.sessionId));
  }

  /** Checks whether another tab or device has saved. */
  async refresh(): Promise<void> {
    const opened = await readSession(this.parts.slot.sessionId, this.etag).catch(() => null);
    if (opened !== null) this.adopt(opened, true);
  }

  /** Adopts the current session: replaces the text if nothing is unsaved, else starts a merge. */
  private adopt({ session, code, threads, etag }: OpenedSession, isRemoteChange = false): void {
    const { state, document, saver, autosave, onSession } = this.parts;
    const version = session.version_number;
    // A running save finds the conflict itself.
    if (this.isDisposed || version < document.version || saver.phase === 'saving') return;
    // The user is merging. Saving the merge finds the newer version.
    if (isRemoteChange && state.get().merge !== null) return;
    this.etag = etag;
    const isNewer = code !== document.base;
    if (!isNewer || document.text() === code) {
      if (version > document.version) document.rebase(code, version);
    } else if (document.isDirty()) {
      void autosave.flush();
      saver.setConflict({ text: code, version });
      // Do not interrupt typing: the dialog opens when the user asks for it.
      if (isRemoteChange) state.set({ merge: null, notice: { kind: 'elsewhere' } });
    } else {
      document.replace(code);
      document.markSaved(document.snapshot(), version);
      if (isRemoteChange)
        toast('info', words.editor.updated(version), { description: words.editor.updatedNext, id: 'updated' });
    }
    onSession(session, threads);
  }
}
