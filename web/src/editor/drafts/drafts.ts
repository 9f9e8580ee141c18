/** Stores unsaved text on this device until it is saved, for at most a day. */
import { gunzip, gzip } from './gzip';
import { IndexedDbStore, type RecordStore } from './indexed-db-store';
import type { StoredRecord, StoredText } from './stored-text';

/** `draft`: unsaved text. `base`: the saved text it started from. `backup`: a text that another one replaced. */
export type DraftKind = 'draft' | 'base' | 'backup';

/** Identifies a stored text by user and session. */
export interface Slot {
  userId: string;
  sessionId: string;
  /** The page that wrote it, since two tabs store separate texts. A backup has none. */
  writer?: string;
}

const PREFIX = 'codesensei';
const DRAFT_KINDS: readonly DraftKind[] = ['draft', 'base', 'backup'];
const DAY = 24 * 60 * 60_000;
/** Longer texts are compressed. */
const MIN_COMPRESSED_LENGTH = 100_000;

function keyOf(kind: DraftKind, { userId, sessionId, writer }: Slot): string {
  const key = `${PREFIX}.${kind}.${userId}.${sessionId}`;
  return writer === undefined ? key : `${key}.${writer}`;
}

export class Drafts {
  private readonly signedOutUsers = new Set<string>();
  /** The last write of each key. The next write waits for it, so writes stay in order. */
  private readonly pendingWrites = new Map<string, Promise<unknown>>();

  constructor(
    private readonly storage: () => Storage,
    private readonly largeStore: RecordStore,
    private readonly now: () => number = Date.now,
  ) {}

  /** Accepts texts of a user again after a sign-in. */
  allowUser(userId: string): void {
    this.signedOutUsers.delete(userId);
  }

  /** Stores a text. Returns whether this device has room for it. */
  put(kind: DraftKind, slot: Slot, text: Omit<StoredText, 'at'>): Promise<boolean> {
    const record = { ...text, at: this.now() };
    return this.enqueue(keyOf(kind, slot), (key) => this.write(key, slot, record));
  }

  /** Stores a text synchronously, for a page that is closing. Returns `false` if the text is too large. */
  putSync(kind: DraftKind, slot: Slot, { text, ...rest }: Omit<StoredText, 'at'>): boolean {
    if (this.signedOutUsers.has(slot.userId) || text.length >= MIN_COMPRESSED_LENGTH) return false;
    return this.writeLocal(keyOf(kind, slot), { ...rest, at: this.now(), form: 'plain', body: text });
  }

  /** Returns a stored text that is at most a day old. */
  async get(kind: DraftKind, slot: Slot): Promise<StoredText | null> {
    const key = keyOf(kind, slot);
    const record = this.readLocal(key) ?? (await this.largeStore.get(key).catch(() => undefined));
    if (record === undefined) return null;
    if (this.now() - record.at > DAY) {
      await this.remove(kind, slot);
      return null;
    }
    const { form, body, ...rest } = record;
    const text = form === 'gzip' ? await gunzip(body).catch(() => null) : body;
    return text === null ? null : { ...rest, text };
  }

  remove(kind: DraftKind, slot: Slot): Promise<void> {
    return this.enqueue(keyOf(kind, slot), async (key) => {
      this.removeLocal([key]);
      await this.largeStore.remove([key]).catch(() => undefined);
    });
  }

  /** Lists the backups of a user, which can be restored. */
  async backups(userId: string): Promise<Slot[]> {
    const prefix = keyOf('backup', { userId, sessionId: '' });
    const localKeys = (await this.allKeys()).filter((key) => key.startsWith(prefix));
    return localKeys.map((key) => ({ userId, sessionId: key.slice(prefix.length) }));
  }

  private async allKeys(): Promise<string[]> {
    return [...new Set([...this.keys(), ...(await this.largeStore.keys().catch(() => []))])];
  }

  /** Lists the drafts of a session, or of all sessions of a user. */
  async list({ userId, sessionId }: { userId: string; sessionId?: string }): Promise<Slot[]> {
    const isMatch = (slot: Slot) => slot.userId === userId && (sessionId === undefined || slot.sessionId === sessionId);
    return (await this.allKeys()).flatMap(parseKey).filter(isMatch);
  }

  /** Lists drafts that wait for the connection. */
  queued(): Slot[] {
    return this.keys()
      .filter((key) => this.readLocal(key)?.isQueued)
      .flatMap(parseKey);
  }

  /** Deletes all texts of a user and stores no more until the user signs in. */
  deleteAll(userId: string): void {
    this.signedOutUsers.add(userId);
    const isTheirs = (key: string) =>
      DRAFT_KINDS.some((kind) => key.startsWith(keyOf(kind, { userId, sessionId: '' })));
    this.removeLocal(this.keys().filter(isTheirs));
    this.largeStore
      .keys()
      .then((keys) => this.largeStore.remove(keys.filter(isTheirs)))
      .catch(() => undefined);
  }

  /** Deletes texts of all users that are older than a day. */
  sweep(): void {
    const old = this.keys().filter((key) => this.now() - (this.readLocal(key)?.at ?? 0) > DAY);
    this.removeLocal(old.filter((key) => DRAFT_KINDS.some((kind) => key.startsWith(`${PREFIX}.${kind}.`))));
    this.largeStore.removeOlder(this.now() - DAY).catch(() => undefined);
  }

  private enqueue<T>(key: string, work: (key: string) => Promise<T>): Promise<T> {
    const turn = (this.pendingWrites.get(key) ?? Promise.resolve()).then(() => work(key));
    this.pendingWrites.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async write(key: string, slot: Slot, { text, ...rest }: StoredText): Promise<boolean> {
    const isLarge = text.length >= MIN_COMPRESSED_LENGTH;
    const compressed = isLarge ? await gzip(text).catch(() => null) : null;
    // The user may have signed out during compression.
    if (this.signedOutUsers.has(slot.userId)) return true;
    const record: StoredRecord =
      compressed === null ? { ...rest, form: 'plain', body: text } : { ...rest, form: 'gzip', body: compressed };
    if (this.writeLocal(key, record)) return true;
    // Otherwise the older local text would count as the newest.
    this.removeLocal([key]);
    return this.largeStore.put(key, record).then(
      () => true,
      () => false,
    );
  }

  private writeLocal(key: string, record: StoredRecord): boolean {
    try {
      this.storage().setItem(key, JSON.stringify(record));
      return true;
    } catch {
      return false;
    }
  }

  private readLocal(key: string): StoredRecord | undefined {
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

  private removeLocal(keys: string[]): void {
    try {
      for (const key of keys) this.storage().removeItem(key);
    } catch {
      // Storage is off and therefore empty.
    }
  }
}

/** Parses the key of a draft into its slot. */
function parseKey(key: string): Slot[] {
  const [prefix, kind, userId, sessionId, writer] = key.split('.');
  const isDraft = prefix === PREFIX && kind === 'draft';
  if (!isDraft || userId === undefined || sessionId === undefined || writer === undefined) return [];
  return [{ userId, sessionId, writer }];
}

function isRecord(found: unknown): found is StoredRecord {
  return typeof found === 'object' && found !== null && 'body' in found && 'version' in found && 'at' in found;
}

export const drafts = new Drafts(() => localStorage, new IndexedDbStore());

export function deleteDrafts(userId: string): void {
  drafts.deleteAll(userId);
}
