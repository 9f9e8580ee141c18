/** The frame of every page: the bar, the window title, the content. */
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Link } from 'react-router';
import { useUser } from '../accounts/user';
import { ButtonLink } from '../ui/button';
import { SilentBoundary } from '../ui/silent-boundary';
import { words } from '../words/shell';
import { useOnline } from './connection';

// Visitors have no menu, and the sign-in page must stay small.
const AccountMenu = lazy(() => import('./account-menu'));

interface PageProps {
  /** The window title. */
  title: string;
  /** Shown in the bar beside the logo. */
  bar?: ReactNode;
  /** Whether the content fills the window and scrolls inside, as the editor does. */
  isFull?: boolean;
  children: ReactNode;
}

export function Page({ title, bar, isFull = false, children }: PageProps) {
  const isOnline = useOnline();
  useEffect(() => {
    document.title = title === words.common.product ? title : `${title} · ${words.common.product}`;
  }, [title]);
  return (
    <div className={isFull ? 'flex h-full flex-col' : 'flex min-h-full flex-col'}>
      {/* biome-ignore lint/a11y/useValidAnchor: a skip link without a history entry. */}
      <a
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-raised focus:p-2"
      >
        {words.common.skipToContent}
      </a>
      <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line bg-page px-4 max-sm:gap-2">
        <Logo isAlone={bar !== undefined} />
        <div className="flex min-w-0 flex-1 items-center gap-3 max-sm:gap-2">{bar}</div>
        <Account />
      </header>
      {!isOnline && (
        <p role="status" className="border-b border-line bg-sunken px-4 py-1.5 text-center text-sm text-warn">
          {words.page.offline}
        </p>
      )}
      <main id="content" tabIndex={-1} className={`outline-none ${isFull ? 'flex min-h-0 flex-1 flex-col' : 'flex-1'}`}>
        {children}
      </main>
    </div>
  );
}

function Logo({ isAlone }: { isAlone: boolean }) {
  const { data: user } = useUser();
  return (
    <Link
      to={user ? '/dashboard' : '/'}
      // On phones, the back link in the bar replaces the logo.
      className={`flex min-h-9 shrink-0 items-center gap-2.5 rounded-md font-semibold ${isAlone ? 'max-sm:hidden' : ''}`}
      aria-label={words.common.product}
    >
      <img src="/favicon.svg" alt="" width={24} height={24} />
      {!isAlone && <span className="max-sm:hidden">{words.common.product}</span>}
    </Link>
  );
}

function Account() {
  const { data: user } = useUser();
  if (user === undefined) return null;
  if (user === null) {
    return (
      <nav className="flex items-center gap-1" aria-label={words.common.account}>
        <ButtonLink variant="ghost" to="/about">
          {words.common.about}
        </ButtonLink>
        <ButtonLink variant="ghost" to="/login">
          {words.common.signIn}
        </ButtonLink>
        <ButtonLink to="/signup">{words.common.signUp}</ButtonLink>
      </nav>
    );
  }
  return (
    <SilentBoundary>
      <Suspense>
        <AccountMenu user={user} />
      </Suspense>
    </SilentBoundary>
  );
}
