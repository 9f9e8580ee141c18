/** What a user has not saved yet, kept on this device for a day or until it is. */
import { gunzipped, gzipped } from './drafts/gzip';
import { IndexedRecords, type Records } from './drafts/indexed';
import type { Kept, StoredRecord } from './drafts/record';

/** `draft` is unsaved text, `base` the saved text that it began with, `backup` a text that another one has replaced. */
export type Kind = 'draft' | 'base' | 'backup';

/** Whose text it is, and of which session. */
export interface Slot {
  userId: string;
  sessionId: string;
  /** The page that writes it: two tabs have texts of their own. A backup has none. */
  writer?: string;
}

const PREFIX = 'codesensei';
const KINDS: readonly Kind[] = ['draft', 'base', 'backup'];
const DAY = 24 * 60 * 60_000;
/** From this many characters on a text is kept compressed. */
const COMPRESSED_FROM = 100_000;

function keyOf(kind: Kind, { userId, sessionId, writer }: Slot): string {
  const key = `${PREFIX}.${kind}.${userId}.${sessionId}`;
  return writer === undefined ? key : `${key}.${writer}`;
}

export class Drafts {
  private readonly forgotten = new Set<string>();
  /** The last write of each key: a later one waits for it, so that none overtakes another. */
  private readonly tails = new Map<string, Promise<unknown>>();

  constructor(
    private readonly storage: () => Storage,
    private readonly large: Records,
    private readonly now: () => number = Date.now,
  ) {}

  /** A user has signed in again: texts are kept from now on. */
  remember(userId: string): void {
    this.forgotten.delete(userId);
  }

  /** Keeps a text. Answers whether this device has room for it. */
  put(kind: Kind, slot: Slot, kept: Omit<Kept, 'at'>): Promise<boolean> {
    const record = { ...kept, at: this.now() };
    return this.inTurn(keyOf(kind, slot), (key) => this.write(key, slot, record));
  }

  /** Keeps a text before the page goes, which waits for nothing. Answers `false` when the text is too large for that. */
  putNow(kind: Kind, slot: Slot, { text, ...rest }: Omit<Kept, 'at'>): boolean {
    if (this.forgotten.has(slot.userId) || text.length >= COMPRESSED_FROM) return false;
    return this.toStorage(keyOf(kind, slot), { ...rest, at: this.now(), form: 'plain', body: text });
  }

  /** What is kept, if it is not older than a day. */
  async get(kind: Kind, slot: Slot): Promise<Kept | null> {
    const key = keyOf(kind, slot);
    const record = this.fromStorage(key) ?? (await this.large.get(key).catch(() => undefined));
    if (record === undefined) return null;
    if (this.now() - record.at > DAY) {
      await this.remove(kind, slot);
      return null;
    }
    const { form, body, ...rest } = record;
    const text = form === 'gzip' ? await gunzipped(body).catch(() => null) : body;
    return text === null ? null : { ...rest, text };
  }

  /** Forgets one. */
  remove(kind: Kind, slot: Slot): Promise<void> {
    return this.inTurn(keyOf(kind, slot), async (key) => {
      this.fromKeys([key]);
      await this.large.remove([key]).catch(() => undefined);
    });
  }

  /** The texts that a user's later page may restore, after another one took their place. */
  async backups(userId: string): Promise<Slot[]> {
    const prefix = keyOf('backup', { userId, sessionId: '' });
    const keys = (await this.allKeys()).filter((key) => key.startsWith(prefix));
    return keys.map((key) => ({ userId, sessionId: key.slice(prefix.length) }));
  }

  private async allKeys(): Promise<string[]> {
    return [...new Set([...this.keys(), ...(await this.large.keys().catch(() => []))])];
  }

  /** The drafts of a session, or of all sessions of a user, each with the page that wrote it. */
  async of({ userId, sessionId }: { userId: string; sessionId?: string }): Promise<Slot[]> {
    const isOne = (slot: Slot) => slot.userId === userId && (sessionId === undefined || slot.sessionId === sessionId);
    return (await this.allKeys()).flatMap(slotOf).filter(isOne);
  }

  /** Texts that wait for the connection. */
  queued(): Slot[] {
    return this.keys()
      .filter((key) => this.fromStorage(key)?.isQueued)
      .flatMap(slotOf);
  }

  /** Forgets everything that is kept for a user, and keeps nothing more until the user is back. */
  forget(userId: string): void {
    this.forgotten.add(userId);
    const isTheirs = (key: string) => KINDS.some((kind) => key.startsWith(keyOf(kind, { userId, sessionId: '' })));
    this.fromKeys(this.keys().filter(isTheirs));
    this.large
      .keys()
      .then((keys) => this.large.remove(keys.filter(isTheirs)))
      .catch(() => undefined);
  }

  /** Forgets what is older than a day, of every user. */
  sweep(): void {
    const old = this.keys().filter((key) => this.now() - (this.fromStorage(key)?.at ?? 0) > DAY);
    this.fromKeys(old.filter((key) => KINDS.some((kind) => key.startsWith(`${PREFIX}.${kind}.`))));
    this.large.removeOlder(this.now() - DAY).catch(() => undefined);
  }

  private inTurn<T>(key: string, work: (key: string) => Promise<T>): Promise<T> {
    const turn = (this.tails.get(key) ?? Promise.resolve()).then(() => work(key));
    this.tails.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async write(key: string, slot: Slot, { text, ...rest }: Kept): Promise<boolean> {
    const isLarge = text.length >= COMPRESSED_FROM;
    const packed = isLarge ? await gzipped(text).catch(() => null) : null;
    // The user may have signed out meanwhile.
    if (this.forgotten.has(slot.userId)) return true;
    const record: StoredRecord =
      packed === null ? { ...rest, form: 'plain', body: text } : { ...rest, form: 'gzip', body: packed };
    if (this.toStorage(key, record)) return true;
    // An older text there would be taken for the newest.
    this.fromKeys([key]);
    return this.large.put(key, record).then(
      () => true,
      () => false,
    );
  }

  private toStorage(key: string, record: StoredRecord): boolean {
    try {
      this.storage().setItem(key, JSON.stringify(record));
      return true;
    } catch {
      return false;
    }
  }

  private fromStorage(key: string): StoredRecord | undefined {
    try {
      const found: unknown = JSON.parse(this.storage().getItem(key) ?? 'null');
      return isRecord(found) ? found : undefined;
    } catch {
      return undefined;
    }
  }

  private keys(): string[] {
    try {
      return Object.keys(this.storage());
    } catch {
      return [];
    }
  }

  private fromKeys(keys: string[]): void {
    try {
      for (const key of keys) this.storage().removeItem(key);
    } catch {
      // Storage that is off keeps nothing.
    }
  }
}

/** The slot that a draft's key names. */
function slotOf(key: string): Slot[] {
  const [prefix, kind, userId, sessionId, writer] = key.split('.');
  const isDraft = prefix === PREFIX && kind === 'draft';
  if (!isDraft || userId === undefined || sessionId === undefined || writer === undefined) return [];
  return [{ userId, sessionId, writer }];
}

function isRecord(found: unknown): found is StoredRecord {
  return typeof found === 'object' && found !== null && 'body' in found && 'version' in found && 'at' in found;
}

export const drafts = new Drafts(() => localStorage, new IndexedRecords());

/** Forgets everything that is kept for a user. */
export function forgetDrafts(userId: string): void {
  drafts.forget(userId);
}
