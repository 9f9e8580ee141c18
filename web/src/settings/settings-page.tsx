/** The settings page. The URL names the tab, so links and Back work. */
import { Activity, KeyRound, MonitorSmartphone, Palette, TriangleAlert, UserRound } from 'lucide-react';
import { Tabs } from 'radix-ui';
import type { ComponentType } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useUser } from '../accounts/user';
import type { User } from '../api/types';
import { Page } from '../page/layout';
import { useMediaQuery } from '../ui/use-media-query';
import { words } from '../words';
import { AccountTab } from './account-tab';
import { AppearanceTab } from './appearance-tab';
import { DevicesTab } from './devices-tab';
import { PasswordTab } from './password-tab';
import { ProfileTab } from './profile-tab';
import { UsageTab } from './usage-tab';

const text = words.settings;

const TABS = {
  profile: { icon: UserRound, panel: ProfileTab },
  password: { icon: KeyRound, panel: PasswordTab },
  devices: { icon: MonitorSmartphone, panel: DevicesTab },
  usage: { icon: Activity, panel: UsageTab },
  appearance: { icon: Palette, panel: AppearanceTab },
  account: { icon: TriangleAlert, panel: AccountTab },
} satisfies Record<string, { icon: ComponentType<{ size: number }>; panel: ComponentType<{ user: User }> }>;

type Tab = keyof typeof TABS;

function isTab(name: string | null): name is Tab {
  return name !== null && Object.hasOwn(TABS, name);
}

const NAMES = Object.keys(TABS).filter(isTab);

export default function SettingsPage() {
  const { data: user } = useUser();
  const [params, setParams] = useSearchParams();
  const isWide = useMediaQuery('(min-width: 1024px)');
  const requested = params.get('tab');
  const tab = isTab(requested) ? requested : 'profile';
  if (!user) return null;
  const { panel: Panel } = TABS[tab];
  return (
    <Page title={`${text.tabs[tab]} · ${text.title}`} bar={<SessionsLink />}>
      <div className="mx-auto max-w-5xl px-4 py-8 sm:px-6 sm:py-10">
        <h1 className="text-2xl font-semibold tracking-tight">{text.title}</h1>
        <Tabs.Root
          value={tab}
          onValueChange={(next) => setParams({ tab: next })}
          orientation={isWide ? 'vertical' : 'horizontal'}
          // Arrow keys only move the focus: each opened tab adds a history entry.
          activationMode="manual"
          className="mt-6 flex flex-col gap-6 lg:flex-row lg:gap-12"
        >
          <Tabs.List
            aria-label={text.tabList}
            className="grid shrink-0 grid-cols-3 gap-1 sm:grid-cols-6 lg:flex lg:w-52 lg:flex-col"
          >
            {NAMES.map((name) => (
              <TabButton key={name} name={name} />
            ))}
          </Tabs.List>
          <Tabs.Content value={tab} className="min-w-0 flex-1 rounded-md outline-offset-8">
            <Panel user={user} />
          </Tabs.Content>
        </Tabs.Root>
      </div>
    </Page>
  );
}

function SessionsLink() {
  return (
    <Link
      to="/dashboard"
      className="flex min-h-9 items-center rounded-md px-2 text-dim hover:text-text pointer-coarse:min-h-11"
    >
      {words.common.sessions}
    </Link>
  );
}

function TabButton({ name }: { name: Tab }) {
  const { icon: Icon } = TABS[name];
  return (
    <Tabs.Trigger
      value={name}
      className="flex min-h-9 items-center justify-center gap-2.5 rounded-md px-3 text-sm font-medium text-dim hover:bg-hover hover:text-text data-[state=active]:bg-wash data-[state=active]:text-accent-text lg:justify-start pointer-coarse:min-h-11"
    >
      <span className="max-lg:hidden" aria-hidden="true">
        <Icon size={16} />
      </span>
      {text.tabs[name]}
    </Tabs.Trigger>
  );
}
