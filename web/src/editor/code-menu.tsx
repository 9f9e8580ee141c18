/** Context menu of the code. Monaco's own menu is not accessible to screen readers. */
import { DropdownMenu } from 'radix-ui';
import { Fragment } from 'react';
import { words } from '../words';
import type { SessionEditor } from './session-editor';
import type { MenuTarget } from './state';

interface CodeMenuProps {
  at: MenuTarget;
  editor: SessionEditor;
  onClose: () => void;
}

export function CodeMenu({ at, editor, onClose }: CodeMenuProps) {
  const { menu, keys } = words.editor;
  const run = (command: string) => () => editor.runCommand(command);
  const groups: { label: string; key: string; onSelect: () => void; isOff?: boolean }[][] = [
    [
      {
        label: at.isSelected ? words.editor.askSelection : words.editor.ask(1),
        key: keys.ask,
        onSelect: () => editor.ask(true),
      },
      { label: words.editor.addNote, key: keys.note, onSelect: () => editor.ask(false) },
    ],
    [
      { label: menu.undo, key: keys.undo, onSelect: run('undo'), isOff: !editor.canUndo() },
      { label: menu.redo, key: keys.redo, onSelect: run('redo'), isOff: !editor.canRedo() },
    ],
    [
      { label: menu.cut, key: keys.cut, onSelect: run('editor.action.clipboardCutAction') },
      { label: menu.copy, key: keys.copy, onSelect: run('editor.action.clipboardCopyAction') },
      { label: menu.paste, key: keys.paste, onSelect: run('editor.action.clipboardPasteAction') },
    ],
    [
      { label: menu.find, key: keys.find, onSelect: run('actions.find') },
      { label: menu.line, key: keys.line, onSelect: () => editor.state.set({ isGoToLineOpen: true }) },
    ],
  ];
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span aria-hidden="true" className="pointer-events-none fixed size-0" style={{ left: at.x, top: at.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={2}
          collisionPadding={8}
          aria-label={menu.title}
          // The code or the chosen action receives the focus.
          onCloseAutoFocus={(event) => event.preventDefault()}
          onEscapeKeyDown={() => editor.focus()}
          className="z-50 w-64 rounded-md border border-line bg-raised p-1 shadow-float"
        >
          {groups.map((group, at) => (
            <Fragment key={group[0]?.label}>
              {at > 0 && <DropdownMenu.Separator className="my-1 h-px bg-line" />}
              {group.map(({ label, key, onSelect, isOff = false }) => (
                <DropdownMenu.Item
                  key={label}
                  onSelect={onSelect}
                  disabled={isOff}
                  className="flex min-h-9 items-center gap-4 rounded-[6px] px-2.5 text-sm outline-none select-none data-disabled:opacity-45 data-highlighted:bg-hover pointer-coarse:min-h-11"
                >
                  <span className="flex-1">{label}</span>
                  <span className="text-xs text-dim">{key}</span>
                </DropdownMenu.Item>
              ))}
            </Fragment>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
