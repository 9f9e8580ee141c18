/** The frame that sign-in and sign-up share, and the redirect after them. */
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Link, Navigate, useLocation } from 'react-router';
import type { User } from '../api/types';
import { LoadingPage } from '../page/fallback-pages';
import { Page } from '../page/layout';
import { readMarker } from './sign-in-marker';
import { useUser } from './user';

/** The page that a visitor asked for, and the user who was signed in then. */
interface ReturnTarget {
  from?: string;
  userId?: string;
}

/** Reads the return target from the router state. Rejects addresses on other sites. */
function parseReturnTarget(state: unknown): ReturnTarget {
  if (typeof state !== 'object' || state === null) return {};
  const { from, userId } = state as Record<string, unknown>;
  if (typeof from !== 'string' || !/^\/(?![/\\])/.test(from)) return {};
  return typeof userId === 'string' ? { from, userId } : { from };
}

/** The page to open after signing in. A page of a different user is not opened. */
export function destination(state: unknown, user: User): string {
  const { from, userId } = parseReturnTarget(state);
  return from === undefined || (userId !== undefined && userId !== user.id) ? '/dashboard' : from;
}

interface SignInFrameProps {
  title: string;
  /** The link to the other form, and the question before it. */
  alternative: { question: string; action: string; to: string };
  /** Shown to visitors who were redirected here. */
  returnHint?: string;
  children: ReactNode;
}

export function SignInFrame({ title, alternative, returnHint, children }: SignInFrameProps) {
  const { data: user, error } = useUser();
  const { state } = useLocation();
  const form = useRef<HTMLDivElement>(null);
  const isFormShown = !user && (user === null || error !== null || readMarker()?.kind !== 'user');
  useFocusFirstField(form, isFormShown);
  if (user) return <Navigate to={destination(state, user)} replace />;
  // A signed-in user must not see the form flash.
  if (!isFormShown) return <LoadingPage />;
  return (
    <Page title={title}>
      <div className="mx-auto flex w-full max-w-[440px] flex-col px-4 py-10 sm:py-16">
        <img src="/favicon.svg" alt="" width={44} height={44} className="mb-5 self-center" />
        <h1 className="text-center text-2xl font-semibold tracking-tight">{title}</h1>
        {returnHint !== undefined && parseReturnTarget(state).from !== undefined && (
          <p className="mt-2 text-center text-dim">{returnHint}</p>
        )}
        <div
          ref={form}
          className="mt-8 rounded-md border border-line bg-raised p-6 max-sm:border-0 max-sm:bg-transparent max-sm:p-0"
        >
          {children}
        </div>
        <p className="mt-6 text-center text-dim">
          {alternative.question}{' '}
          <Link
            to={alternative.to}
            state={state}
            className="inline-flex items-center font-medium text-accent-text underline-offset-4 hover:underline pointer-coarse:min-h-11"
          >
            {alternative.action}
          </Link>
        </p>
      </div>
    </Page>
  );
}

/** Focuses the first field. Not on touch devices, where the on-screen keyboard would cover the page. */
function useFocusFirstField(form: RefObject<HTMLElement | null>, isShown: boolean): void {
  useEffect(() => {
    if (!isShown || window.matchMedia('(pointer: coarse)').matches) return;
    if (document.activeElement === document.body) form.current?.querySelector('input')?.focus();
  }, [form, isShown]);
}
