/** The editor's bar: breadcrumb, file name, language, version and save state. */
import { ChevronLeft, History, MessagesSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Language, Session } from '../../api/types';
import { useCountdown } from '../../page/error-notice';
import { formatExactTime, formatRelativeTime } from '../../page/format';
import { LanguagePicker } from '../../sessions/language-picker';
import { useNow } from '../../sessions/use-now';
import { Badge } from '../../ui/badge';
import { Button, IconButton } from '../../ui/button';
import { Toggletip } from '../../ui/toggletip';
import { words } from '../../words';
import type { SaveState } from '../saving/save-state';
import type { EditorState } from '../state';
import { FileName } from './file-name';

/** Files with more lines are marked as large. */
const LARGE_FILE_LINES = 1_000;

export function SessionsLink() {
  return (
    <nav aria-label={words.editor.breadcrumb} className="flex shrink-0 items-center gap-1 text-dim max-sm:-mx-2">
      <Link
        to="/dashboard"
        title={words.common.sessions}
        className="flex min-h-9 items-center justify-center rounded-md px-2 hover:text-text pointer-coarse:min-h-11 pointer-coarse:min-w-11"
      >
        <ChevronLeft size={20} className="sm:hidden" aria-hidden="true" />
        <span className="max-sm:sr-only">{words.common.sessions}</span>
      </Link>
      <span aria-hidden="true" className="text-faint max-sm:hidden">
        /
      </span>
    </nav>
  );
}

interface EditorBarProps {
  session: Session;
  state: EditorState;
  onRename: (name: string) => Promise<void>;
  onLanguage: (language: Language | null) => void;
  onSave: () => void;
  onRestoreBackup: () => void;
  menu: ReactNode;
}

/** The first row. On narrow windows, `SessionDetails` moves to the second row. */
export function EditorBar(props: EditorBarProps) {
  const { session, state, onRename, onSave, onRestoreBackup, menu } = props;
  return (
    <>
      <SessionsLink />
      <div className="flex min-w-0 flex-1 items-center gap-2">
        <FileName name={session.filename} onRename={onRename} />
        {/* Invisible instead of absent, so that nothing moves on the first edit. */}
        <span
          title={words.editor.unsaved}
          className={`size-2 shrink-0 rounded-full bg-accent ${state.isDirty ? '' : 'invisible'}`}
        >
          <span className="sr-only">{words.editor.unsaved}</span>
        </span>
        <div className="flex shrink-0 items-center gap-2 max-[1099px]:hidden">
          <SessionDetails {...props} />
        </div>
      </div>
      {state.backup !== null && <RestoreBackupButton at={state.backup.at} onRestore={onRestoreBackup} />}
      <SaveStatus state={state} />
      <SaveButton state={state} onSave={onSave} />
      {menu}
    </>
  );
}

export function SessionDetails({
  session,
  state,
  onLanguage,
}: Pick<EditorBarProps, 'session' | 'state' | 'onLanguage'>) {
  const isLarge = state.lineCount > LARGE_FILE_LINES;
  return (
    <>
      <LanguagePicker
        value={session.language_override ?? null}
        detected={session.language_detected}
        onChange={onLanguage}
      />
      {/* Phones have room for one of the two badges. */}
      <span className={isLarge ? 'shrink-0 max-sm:hidden' : 'shrink-0'}>
        <Toggletip text={words.editor.versionHint}>
          <Badge>{words.editor.version(session.version_number)}</Badge>
        </Toggletip>
      </span>
      {isLarge && (
        <Toggletip text={words.editor.largeHint}>
          <Badge tone="info">{words.editor.lines(state.lineCount)}</Badge>
        </Toggletip>
      )}
    </>
  );
}

interface NarrowBarProps extends Pick<EditorBarProps, 'session' | 'state' | 'onLanguage'> {
  threadCount: number;
  onConversations: () => void;
  onAsk: () => void;
}

/** The second row, on narrow windows. */
export function NarrowBar({ session, state, onLanguage, threadCount, onConversations, onAsk }: NarrowBarProps) {
  return (
    <div className="flex shrink-0 items-center gap-2 border-b border-line bg-page px-4 py-1">
      <Button variant="ghost" className="-ml-2 px-2" onClick={onConversations}>
        <MessagesSquare size={16} aria-hidden="true" />
        <span className="max-sm:sr-only">{words.editor.conversations}</span>
        <span className="tabular-nums">{threadCount}</span>
      </Button>
      <div className="flex min-w-0 flex-1 items-center gap-2">
        <SessionDetails session={session} state={state} onLanguage={onLanguage} />
      </div>
      <Button onClick={onAsk} title={words.editor.askSelection} className="px-2.5">
        {words.editor.askShort}
      </Button>
    </div>
  );
}

function RestoreBackupButton({ at, onRestore }: { at: number; onRestore: () => void }) {
  const now = useNow();
  return (
    <IconButton label={words.editor.backup(formatRelativeTime(new Date(at), now))} onClick={onRestore}>
      <History size={16} />
    </IconButton>
  );
}

/** Announces changes of the state, but not the passing time. */
function SaveStatus({ state }: { state: EditorState }) {
  const now = useNow();
  const { save, isDirty, savedAt } = state;
  const seconds = useCountdown(save.phase === 'limited' ? save.until : undefined);
  const announcement = describeStatus(save, isDirty);
  return (
    <>
      <span role="status" className="sr-only">
        {announcement}
      </span>
      {save.phase !== 'idle' && save.phase !== 'saving' ? (
        <span aria-hidden="true" className="shrink-0 text-xs text-warn tabular-nums max-sm:sr-only">
          {shortStatus(save, seconds)}
        </span>
      ) : isDirty ? (
        <span aria-hidden="true" className="shrink-0 text-xs text-dim max-md:hidden">
          {words.editor.unsaved}
        </span>
      ) : (
        <time
          dateTime={savedAt.toISOString()}
          title={formatExactTime(savedAt)}
          className="shrink-0 text-xs text-dim tabular-nums max-md:hidden"
        >
          {words.editor.savedAgo(formatRelativeTime(savedAt, now))}
        </time>
      )}
    </>
  );
}

function describeStatus(save: SaveState, isDirty: boolean): string {
  switch (save.phase) {
    case 'idle':
      return isDirty ? words.editor.unsaved : words.editor.saved;
    case 'saving':
      return words.common.saving;
    case 'offline':
      return words.editor.waitingOffline;
    case 'limited':
      return words.editor.waitingLimit;
    case 'conflict':
      return words.editor.changedElsewhere;
  }
}

function shortStatus(save: SaveState, seconds: number): string {
  if (save.phase === 'offline') return words.editor.offlineShort;
  if (save.phase === 'limited') return words.editor.limitShort(seconds);
  return words.editor.conflictShort;
}

function SaveButton({ state: { save, isDirty }, onSave }: { state: EditorState; onSave: () => void }) {
  const isHeld = save.phase === 'limited';
  return (
    <Button
      variant={isDirty && !isHeld ? 'primary' : 'plain'}
      busy={save.phase === 'saving' && words.common.saving}
      disabled={!isDirty || isHeld}
      aria-keyshortcuts="Control+S Meta+S"
      title={words.editor.keys.save}
      onClick={onSave}
    >
      {words.editor.save}
      <span className="font-normal max-md:hidden pointer-coarse:hidden" aria-hidden="true">
        {words.editor.keys.save}
      </span>
    </Button>
  );
}

/** Explains how to select lines by touch, since dragging scrolls. Shown until there is a conversation. */
export function TouchHint() {
  return (
    <p className="hidden shrink-0 border-b border-line bg-raised px-4 py-1.5 text-sm text-dim pointer-coarse:block">
      {words.editor.touchHint}
    </p>
  );
}
