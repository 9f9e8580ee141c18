/** Stores the unsaved text of an open editor shortly after the last keystroke and before the page closes. */

import type { TextDocument } from '../text/text-document';
import type { Drafts, Slot } from './drafts';
import type { StoredText } from './stored-text';

const PAUSE_MS = 500;
/** The longest delay while the user types without a pause. */
const MAX_DELAY_MS = 3_000;
/** The writers of this page. */
const localWriters = new Set<string>();

export class DraftAutosave {
  /** Identifies this page, so that it does not touch the texts of other tabs. */
  readonly writer = crypto.randomUUID();
  isQueued = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAt = 0;
  /** The version whose text is stored as the base. */
  private storedBaseVersion: number | undefined;
  private hasDraft = false;
  private readonly ownSlot: Slot;
  /** The slot of an earlier page whose text this page continues. It is kept until this page has stored its own. */
  private adoptedSlot: Slot | null = null;
  private isFull = false;
  private releaseLock: () => void = () => undefined;
  private readonly cleanups: (() => void)[] = [];

  constructor(
    private readonly drafts: Drafts,
    private readonly slot: Slot,
    private readonly document: TextDocument,
    /** Called once when this device has no room for the text. */
    private readonly onFull: () => void,
  ) {
    this.ownSlot = { ...slot, writer: this.writer };
    drafts.allowUser(slot.userId);
    localWriters.add(this.writer);
    this.holdPageLock();
    const change = document.model.onDidChangeContent(() => this.schedule());
    const hidden = () => window.document.visibilityState === 'hidden' && this.flushNow();
    const leaving = () => this.flushNow();
    window.document.addEventListener('visibilitychange', hidden);
    window.addEventListener('pagehide', leaving);
    this.cleanups.push(
      () => change.dispose(),
      () => window.document.removeEventListener('visibilitychange', hidden),
      () => window.removeEventListener('pagehide', leaving),
    );
  }

  /** Returns the newest draft of a closed page. The draft of an open tab belongs to that tab. */
  async findEarlier(): Promise<{ draft: StoredText; base: StoredText | null } | null> {
    let newest: StoredText | null = null;
    for (const candidate of await this.drafts.list(this.slot)) {
      const draft = await this.drafts.get('draft', candidate);
      if (draft === null || draft.at <= (newest?.at ?? 0) || (await isPageOpen(draft.writer))) continue;
      newest = draft;
      this.adoptedSlot = candidate;
    }
    if (newest === null || this.adoptedSlot === null) return null;
    const base = await this.drafts.get('base', this.adoptedSlot);
    return { draft: newest, base: base?.version === newest.version ? base : null };
  }

  /** Does not continue the earlier draft. */
  ignoreEarlier(): void {
    this.adoptedSlot = null;
  }

  /** Stores the current text, or removes it if it is saved. */
  async flush(): Promise<void> {
    this.cancel();
    if (!this.document.isDirty()) return this.clear();
    this.hasDraft = true;
    // Read everything before the first `await`; the editor may be disposed after it.
    const { version, base } = this.document;
    const shared = { version, isQueued: this.isQueued, writer: this.writer };
    const puts = [this.drafts.put('draft', this.ownSlot, { ...shared, text: this.document.text() })];
    if (this.storedBaseVersion !== version) {
      this.storedBaseVersion = version;
      puts.push(this.drafts.put('base', this.ownSlot, { ...shared, text: base }));
    }
    const hasRoom = (await Promise.all(puts)).every(Boolean);
    if (hasRoom) await this.removeAdopted();
    else if (!this.isFull) this.onFull();
    this.isFull = !hasRoom;
  }

  /** Removes the text of this page and of the earlier page that it continues. */
  async discard(): Promise<void> {
    this.cancel();
    this.hasDraft = true;
    await this.clear();
  }

  dispose(): void {
    this.flushNow();
    for (const cleanup of this.cleanups) cleanup();
    localWriters.delete(this.writer);
    this.releaseLock();
  }

  private flushNow(): void {
    if (this.timer === undefined) return;
    const { version } = this.document;
    if (this.document.isDirty() && this.storedBaseVersion === version) {
      const text = this.document.text();
      const draft = { version, isQueued: this.isQueued, writer: this.writer, text };
      if (this.drafts.putSync('draft', this.ownSlot, draft)) {
        this.cancel();
        return;
      }
    }
    void this.flush();
  }

  private async clear(): Promise<void> {
    this.isQueued = false;
    await this.removeAdopted();
    if (!this.hasDraft) return;
    this.hasDraft = false;
    this.storedBaseVersion = undefined;
    await this.remove(this.ownSlot);
  }

  /** Removes the earlier page's text, which this page has stored or saved by now. */
  private async removeAdopted(): Promise<void> {
    const { adoptedSlot } = this;
    this.adoptedSlot = null;
    if (adoptedSlot !== null) await this.remove(adoptedSlot);
  }

  private async remove(slot: Slot): Promise<void> {
    await Promise.all([this.drafts.remove('draft', slot), this.drafts.remove('base', slot)]);
  }

  private schedule(): void {
    const now = performance.now();
    if (this.timer === undefined) this.dueAt = now + MAX_DELAY_MS;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(PAUSE_MS, this.dueAt - now)));
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Holds a Web Lock while this page lives. The browser releases it even after a crash. */
  private holdPageLock(): void {
    void navigator.locks
      ?.request(
        lockName(this.writer),
        () =>
          new Promise<void>((resolve) => {
            this.releaseLock = resolve;
          }),
      )
      .catch(() => undefined);
  }
}

function lockName(writer: string): string {
  return `codesensei.editor.${writer}`;
}

/** Whether the page that wrote a text is still open. */
export async function isPageOpen(writer: string): Promise<boolean> {
  const locks = await navigator.locks?.query();
  return locks?.held?.some(({ name }) => name === lockName(writer)) ?? false;
}

/** Whether an editor of this page wrote a text. */
export function isWrittenHere(writer: string | undefined): boolean {
  return writer !== undefined && localWriters.has(writer);
}
