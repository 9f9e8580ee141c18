/** Keeps the unsaved text of an open editor on this device, a moment after the last keystroke and before the page goes. */
import type { Drafts, Slot } from '../drafts';
import type { Document } from '../text/document';
import type { Kept } from './record';

const PAUSE = 500;
/** Who never pauses is kept, too. */
const LONGEST = 3_000;
/** Who writes in this page now. */
const here = new Set<string>();

export class Keeper {
  /** Names this page, so that it leaves the texts of other tabs alone. */
  readonly writer = crypto.randomUUID();
  isQueued = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAt = 0;
  /** The version whose text is kept as the base. */
  private baseKept: number | undefined;
  private hasDraft = false;
  /** Where this page keeps its text. */
  private readonly own: Slot;
  /** Where an earlier page kept the text that this one goes on with. It is kept there until it is kept here. */
  private adopted: Slot | null = null;
  private isFull = false;
  private release: () => void = () => undefined;
  private readonly off: (() => void)[] = [];

  constructor(
    private readonly drafts: Drafts,
    private readonly slot: Slot,
    private readonly document: Document,
    /** Calls back once when this device has no room for the text. */
    private readonly onFull: () => void,
  ) {
    this.own = { ...slot, writer: this.writer };
    drafts.remember(slot.userId);
    here.add(this.writer);
    this.live();
    const change = document.model.onDidChangeContent(() => this.schedule());
    const hidden = () => window.document.visibilityState === 'hidden' && this.flushNow();
    const leaving = () => this.flushNow();
    window.document.addEventListener('visibilitychange', hidden);
    window.addEventListener('pagehide', leaving);
    this.off.push(
      () => change.dispose(),
      () => window.document.removeEventListener('visibilitychange', hidden),
      () => window.removeEventListener('pagehide', leaving),
    );
  }

  /** The newest text that an earlier page left. A draft of a tab that is still open is that tab's. */
  async found(): Promise<{ draft: Kept; base: Kept | null } | null> {
    let newest: Kept | null = null;
    for (const left of await this.drafts.of(this.slot)) {
      const draft = await this.drafts.get('draft', left);
      if (draft === null || draft.at <= (newest?.at ?? 0) || (await isLive(draft.writer))) continue;
      newest = draft;
      this.adopted = left;
    }
    if (newest === null || this.adopted === null) return null;
    const base = await this.drafts.get('base', this.adopted);
    return { draft: newest, base: base?.version === newest.version ? base : null };
  }

  /** This page does not go on with what was found. */
  decline(): void {
    this.adopted = null;
  }

  /** Keeps the text as it is now, or forgets it when it is saved. */
  async flush(): Promise<void> {
    this.cancel();
    if (!this.document.isDirty()) return this.clear();
    this.hasDraft = true;
    // All is read before the first wait: the editor may be gone after it.
    const { version, base } = this.document;
    const shared = { version, isQueued: this.isQueued, writer: this.writer };
    const puts = [this.drafts.put('draft', this.own, { ...shared, text: this.document.text() })];
    if (this.baseKept !== version) {
      this.baseKept = version;
      puts.push(this.drafts.put('base', this.own, { ...shared, text: base }));
    }
    const hasRoom = (await Promise.all(puts)).every(Boolean);
    if (hasRoom) await this.letGo();
    else if (!this.isFull) this.onFull();
    this.isFull = !hasRoom;
  }

  /** Forgets the text of this page, and that of an earlier one that it went on with. */
  async discard(): Promise<void> {
    this.cancel();
    this.hasDraft = true;
    await this.clear();
  }

  dispose(): void {
    this.flushNow();
    for (const off of this.off) off();
    here.delete(this.writer);
    this.release();
  }

  private flushNow(): void {
    if (this.timer === undefined) return;
    const { version } = this.document;
    if (this.document.isDirty() && this.baseKept === version) {
      const text = this.document.text();
      const kept = { version, isQueued: this.isQueued, writer: this.writer, text };
      if (this.drafts.putNow('draft', this.own, kept)) {
        this.cancel();
        return;
      }
    }
    void this.flush();
  }

  private async clear(): Promise<void> {
    this.isQueued = false;
    await this.letGo();
    if (!this.hasDraft) return;
    this.hasDraft = false;
    this.baseKept = undefined;
    await this.removed(this.own);
  }

  /** The text of the earlier page is kept by this one now, or saved. */
  private async letGo(): Promise<void> {
    const { adopted } = this;
    this.adopted = null;
    if (adopted !== null) await this.removed(adopted);
  }

  private async removed(slot: Slot): Promise<void> {
    await Promise.all([this.drafts.remove('draft', slot), this.drafts.remove('base', slot)]);
  }

  private schedule(): void {
    const now = performance.now();
    if (this.timer === undefined) this.dueAt = now + LONGEST;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(PAUSE, this.dueAt - now)));
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Holds a lock as long as this page lives, also when it crashes. */
  private live(): void {
    void navigator.locks
      ?.request(
        lockOf(this.writer),
        () =>
          new Promise<void>((resolve) => {
            this.release = resolve;
          }),
      )
      .catch(() => undefined);
  }
}

function lockOf(writer: string): string {
  return `codesensei.editor.${writer}`;
}

/** Whether the page that wrote a text is still open. */
export async function isLive(writer: string): Promise<boolean> {
  const locks = await navigator.locks?.query();
  return locks?.held?.some(({ name }) => name === lockOf(writer)) ?? false;
}

/** Whether an editor that this page shows wrote a text. */
export function isHere(writer: string | undefined): boolean {
  return writer !== undefined && here.has(writer);
}
