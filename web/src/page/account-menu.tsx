/** The user menu in the bar: settings, theme, sign-out. */
import { ChevronDown, Info, LogOut, Settings } from 'lucide-react';
import { useNavigate } from 'react-router';
import { useSignOut } from '../accounts/use-sign-out';
import type { User } from '../api/types';
import { Button } from '../ui/button';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu';
import { words } from '../words/shell';
import { guardSignOut } from './history';
import { chooseTheme, type ThemeChoice, useTheme } from './theme';

export default function AccountMenu({ user }: { user: User }) {
  const { choice } = useTheme();
  const navigate = useNavigate();
  const signingOut = useSignOut(user);
  const options = (['system', 'dark', 'light'] as const).map((value) => ({ value, label: words.common.themes[value] }));
  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost" aria-label={words.accounts.menu(user.username)} className="max-sm:px-1.5">
            <Initial name={user.name} />
            <span className="max-w-32 truncate max-sm:hidden">{user.username}</span>
            <ChevronDown size={14} className="max-sm:hidden" />
          </Button>
        }
      >
        <div className="max-w-64 px-2.5 pt-1.5 pb-2">
          <p className="truncate text-sm font-semibold">{user.name}</p>
          <p className="truncate text-xs text-dim">{user.email}</p>
        </div>
        <MenuSeparator />
        <MenuItem icon={<Settings size={16} />} onSelect={() => void navigate('/settings')}>
          {words.common.settings}
        </MenuItem>
        <MenuItem icon={<Info size={16} />} onSelect={() => void navigate('/about')}>
          {words.common.about}
        </MenuItem>
        <MenuSeparator />
        <MenuLabel>{words.common.theme}</MenuLabel>
        <MenuChoice value={choice} onChange={(value) => chooseTheme(value as ThemeChoice)} options={options} />
        <MenuSeparator />
        <MenuItem icon={<LogOut size={16} />} onSelect={() => guardSignOut(signingOut.begin)}>
          {words.common.signOut}
        </MenuItem>
      </Menu>
      {signingOut.question}
    </>
  );
}

/** The avatar: the first letter of the name. */
function Initial({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="flex size-6 items-center justify-center rounded-full bg-wash text-xs font-semibold text-accent-text uppercase"
    >
      {[...name][0]}
    </span>
  );
}
