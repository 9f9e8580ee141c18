/** The bar of an open session: where one is, what the file is called and written in, and whether it is saved. */
import { ChevronLeft, History, MessagesSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Language, Session } from '../../api/types';
import { useCountdown } from '../../page/failure';
import { exactTime, relativeTime } from '../../page/format';
import { LanguagePicker } from '../../sessions/language-picker';
import { useNow } from '../../sessions/use-now';
import { Badge } from '../../ui/badge';
import { Button, IconButton } from '../../ui/button';
import { Explained } from '../../ui/explained';
import { words } from '../../words';
import type { SaveState } from '../saving/machine';
import type { EditorState } from '../state';
import { FileName } from './file-name';

/** From this many lines on a file is a large one. */
const LARGE = 1_000;

export function SessionsLink() {
  return (
    <nav aria-label={words.editor.path} className="flex shrink-0 items-center gap-1 text-dim max-sm:-mx-2">
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

interface BarProps {
  session: Session;
  state: EditorState;
  onRename: (name: string) => Promise<void>;
  onLanguage: (language: Language | null) => void;
  onSave: () => void;
  onRestoreBackup: () => void;
  /** The menu of the file. */
  menu: ReactNode;
}

/** What stands beside the mark. On narrow screens `Details` has a row of its own. */
export function Bar(props: BarProps) {
  const { session, state, onRename, onSave, onRestoreBackup, menu } = props;
  return (
    <>
      <SessionsLink />
      <div className="flex min-w-0 flex-1 items-center gap-2">
        <FileName name={session.filename} onRename={onRename} />
        {/* Its place is kept, so that nothing moves when the first letter is typed. */}
        <span
          title={words.editor.unsaved}
          className={`size-2 shrink-0 rounded-full bg-accent ${state.isDirty ? '' : 'invisible'}`}
        >
          <span className="sr-only">{words.editor.unsaved}</span>
        </span>
        <div className="flex shrink-0 items-center gap-2 max-[1099px]:hidden">
          <Details {...props} />
        </div>
      </div>
      {state.backup !== null && <Backup at={state.backup.at} onRestore={onRestoreBackup} />}
      <SaveStatus state={state} />
      <SaveButton state={state} onSave={onSave} />
      {menu}
    </>
  );
}

export function Details({ session, state, onLanguage }: Pick<BarProps, 'session' | 'state' | 'onLanguage'>) {
  const isLarge = state.lineCount > LARGE;
  return (
    <>
      <LanguagePicker
        value={session.language_override ?? null}
        detected={session.language_detected}
        onChange={onLanguage}
      />
      {/* On phones there is room for one of the two. */}
      <span className={isLarge ? 'shrink-0 max-sm:hidden' : 'shrink-0'}>
        <Explained text={words.editor.versionHint}>
          <Badge>{words.editor.version(session.version_number)}</Badge>
        </Explained>
      </span>
      {isLarge && (
        <Explained text={words.editor.largeHint}>
          <Badge tone="info">{words.editor.lines(state.lineCount)}</Badge>
        </Explained>
      )}
    </>
  );
}

interface NarrowBarProps extends Pick<BarProps, 'session' | 'state' | 'onLanguage'> {
  threadCount: number;
  onConversations: () => void;
  onAsk: () => void;
}

/** A second row, where the first has no room for all. */
export function NarrowBar({ session, state, onLanguage, threadCount, onConversations, onAsk }: NarrowBarProps) {
  return (
    <div className="flex shrink-0 items-center gap-2 border-b border-line bg-page px-4 py-1">
      <Button look="ghost" className="-ml-2 px-2" onClick={onConversations}>
        <MessagesSquare size={16} aria-hidden="true" />
        <span className="max-sm:sr-only">{words.editor.conversations}</span>
        <span className="tabular-nums">{threadCount}</span>
      </Button>
      <div className="flex min-w-0 flex-1 items-center gap-2">
        <Details session={session} state={state} onLanguage={onLanguage} />
      </div>
      <Button onClick={onAsk} title={words.editor.askSelection} className="px-2.5">
        {words.editor.askShort}
      </Button>
    </div>
  );
}

function Backup({ at, onRestore }: { at: number; onRestore: () => void }) {
  const now = useNow();
  return (
    <IconButton label={words.editor.backup(relativeTime(new Date(at), now))} onClick={onRestore}>
      <History size={16} />
    </IconButton>
  );
}

/** Said aloud when it changes; the time that passes is not said. */
function SaveStatus({ state }: { state: EditorState }) {
  const now = useNow();
  const { save, isDirty, savedAt } = state;
  const seconds = useCountdown(save.phase === 'limited' ? save.until : undefined);
  const said = statusOf(save, isDirty);
  return (
    <>
      <span role="status" className="sr-only">
        {said}
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
          title={exactTime(savedAt)}
          className="shrink-0 text-xs text-dim tabular-nums max-md:hidden"
        >
          {words.editor.savedAgo(relativeTime(savedAt, now))}
        </time>
      )}
    </>
  );
}

function statusOf(save: SaveState, isDirty: boolean): string {
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
      return words.editor.elsewhere;
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
      look={isDirty && !isHeld ? 'primary' : 'plain'}
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

/** A finger that moves scrolls, so lines are selected by their numbers. Until there is a conversation, it is said here. */
export function TouchHint() {
  return (
    <p className="hidden shrink-0 border-b border-line bg-raised px-4 py-1.5 text-sm text-dim pointer-coarse:block">
      {words.editor.touchHint}
    </p>
  );
}
