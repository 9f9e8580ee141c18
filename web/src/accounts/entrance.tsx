/** What signing in and signing up have in common: the frame, and where it leads to. */
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Link, Navigate, useLocation } from 'react-router';
import type { User } from '../api/types';
import { Page } from '../page/layout';
import { Waiting } from '../page/states';
import { readMark } from './signed-in-mark';
import { useUser } from './user';

/** Where a visitor wanted to go, and as which user. */
interface Wish {
  from?: string;
  userId?: string;
}

/** The wish that came with the address, if it leads to a page of ours. */
function wishOf(state: unknown): Wish {
  if (typeof state !== 'object' || state === null) return {};
  const { from, userId } = state as Record<string, unknown>;
  if (typeof from !== 'string' || !/^\/(?![/\\])/.test(from)) return {};
  return typeof userId === 'string' ? { from, userId } : { from };
}

/** Where to go after signing in: another user's pages are of no use to this one. */
export function destination(state: unknown, user: User): string {
  const { from, userId } = wishOf(state);
  return from === undefined || (userId !== undefined && userId !== user.id) ? '/dashboard' : from;
}

interface EntranceProps {
  title: string;
  /** The other way in: a question, and the link that answers it. */
  other: { question: string; action: string; to: string };
  /** What is said to those who were sent here. */
  sent?: string;
  children: ReactNode;
}

export function Entrance({ title, other, sent, children }: EntranceProps) {
  const { data: user, error } = useUser();
  const { state } = useLocation();
  const form = useRef<HTMLDivElement>(null);
  const isShown = !user && (user === null || error !== null || readMark()?.kind !== 'user');
  useFocusOnFirst(form, isShown);
  if (user) return <Navigate to={destination(state, user)} replace />;
  // A user who is signed in already must not see a form for a moment.
  if (!isShown) return <Waiting />;
  return (
    <Page title={title}>
      <div className="mx-auto flex w-full max-w-[440px] flex-col px-4 py-10 sm:py-16">
        <img src="/favicon.svg" alt="" width={44} height={44} className="mb-5 self-center" />
        <h1 className="text-center text-2xl font-semibold tracking-tight">{title}</h1>
        {sent !== undefined && wishOf(state).from !== undefined && <p className="mt-2 text-center text-dim">{sent}</p>}
        <div
          ref={form}
          className="mt-8 rounded-md border border-line bg-raised p-6 max-sm:border-0 max-sm:bg-transparent max-sm:p-0"
        >
          {children}
        </div>
        <p className="mt-6 text-center text-dim">
          {other.question}{' '}
          <Link
            to={other.to}
            state={state}
            className="inline-flex items-center font-medium text-accent-text underline-offset-4 hover:underline pointer-coarse:min-h-11"
          >
            {other.action}
          </Link>
        </p>
      </div>
    </Page>
  );
}

/** One who comes to sign in may type at once; where that would open a keyboard over the page, it stays closed. */
function useFocusOnFirst(form: RefObject<HTMLElement | null>, isShown: boolean): void {
  useEffect(() => {
    if (!isShown || window.matchMedia('(pointer: coarse)').matches) return;
    if (document.activeElement === document.body) form.current?.querySelector('input')?.focus();
  }, [form, isShown]);
}
