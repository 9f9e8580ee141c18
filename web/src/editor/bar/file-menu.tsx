/** The file menu: actions without a button in the bar, and shortcuts that phones lack. */
import { ArrowRightToLine, Download, Ellipsis, Redo2, Undo2 } from 'lucide-react';
import { download } from '../../page/download';
import { IconButton } from '../../ui/button';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu';
import { useMediaQuery } from '../../ui/use-media-query';
import { words } from '../../words';
import type { SessionEditor } from '../session-editor';

interface FileMenuProps {
  editor: SessionEditor;
  name: string;
}

export function FileMenu(props: FileMenuProps) {
  return (
    <Menu
      trigger={
        <IconButton label={words.sessions.actionsFor(props.name)} title={words.sessions.columns.menu}>
          <Ellipsis size={16} />
        </IconButton>
      }
    >
      <FileMenuItems {...props} />
    </Menu>
  );
}

/** Mounted at each opening, so that undo and redo are up to date. */
function FileMenuItems({ editor, name }: FileMenuProps) {
  const { menu, keys } = words.editor;
  const hasTab = !useMediaQuery('(pointer: coarse)');
  return (
    <>
      <MenuItem icon={<Undo2 size={16} />} keys={keys.undo} disabled={!editor.canUndo()} onSelect={() => editor.undo()}>
        {menu.undo}
      </MenuItem>
      <MenuItem icon={<Redo2 size={16} />} keys={keys.redo} disabled={!editor.canRedo()} onSelect={() => editor.redo()}>
        {menu.redo}
      </MenuItem>
      <MenuSeparator />
      {hasTab && (
        <MenuItem icon={<ArrowRightToLine size={16} />} keys={keys.tab} onSelect={() => editor.tabKey.toggle()}>
          {editor.tabKey.movesFocus() ? menu.tabIndents : menu.tabMoves}
        </MenuItem>
      )}
      <MenuItem icon={<Download size={16} />} onSelect={() => download(name, editor.text())}>
        {words.sessions.download}
      </MenuItem>
    </>
  );
}
