/** The user's menu in the bar: settings, theme, signing out. */
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, LogOut, Settings } from 'lucide-react';
import { useNavigate } from 'react-router';
import { signOut } from '../accounts/sign-out';
import type { Profile } from '../api/types';
import { Button } from '../ui/button';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu';
import { words } from '../words';
import { type Choice, chooseTheme, useTheme } from './theme';

export default function AccountMenu({ user }: { user: Profile }) {
  const { choice } = useTheme();
  const navigate = useNavigate();
  const client = useQueryClient();
  const options = (['system', 'dark', 'light'] as const).map((value) => ({ value, label: words.common.themes[value] }));
  return (
    <Menu
      trigger={
        <Button look="ghost" aria-label={`${words.common.account} ${user.username}`}>
          <span className="max-w-32 truncate">{user.username}</span>
          <ChevronDown size={14} />
        </Button>
      }
    >
      <MenuItem icon={<Settings size={16} />} onSelect={() => void navigate('/settings')}>
        {words.common.settings}
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>{words.common.theme}</MenuLabel>
      <MenuChoice value={choice} onChange={(value) => chooseTheme(value as Choice)} options={options} />
      <MenuSeparator />
      <MenuItem icon={<LogOut size={16} />} onSelect={() => void signOut(client).then(() => navigate('/'))}>
        {words.common.signOut}
      </MenuItem>
    </Menu>
  );
}
