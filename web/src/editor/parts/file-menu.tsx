/** The menu of the file: what has no button in the bar, and on phones no key. */
import { ArrowRightToLine, Download, Ellipsis, Redo2, Undo2 } from 'lucide-react';
import { download } from '../../page/download';
import { IconButton } from '../../ui/button';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu';
import { useMedia } from '../../ui/use-media';
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
      <Items {...props} />
    </Menu>
  );
}

/** Made anew whenever the menu opens: what can be undone is asked for then. */
function Items({ editor, name }: FileMenuProps) {
  const { menu, keys } = words.editor;
  const hasTab = !useMedia('(pointer: coarse)');
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
          {editor.tabKey.leaves() ? menu.tabIndents : menu.tabMoves}
        </MenuItem>
      )}
      <MenuItem icon={<Download size={16} />} onSelect={() => download(name, editor.text())}>
        {words.sessions.download}
      </MenuItem>
    </>
  );
}
