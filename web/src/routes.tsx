/** Routes of the page, each loaded on first use. No path collides with the API's. */
import { lazy, Suspense, useEffect } from 'react';
import { Navigate, Outlet, Route, Routes, useLocation, useNavigationType } from 'react-router';
import { useAccountWatch } from './accounts/account-watch';
import { lastSignOut, useUser } from './accounts/user';
import { canonicalPath } from './page/address';
import { ErrorBoundary, ErrorPage, LoadingPage } from './page/fallback-pages';

const Landing = lazy(() => import('./accounts/landing'));
const About = lazy(() => import('./accounts/about'));
const SignIn = lazy(() => import('./accounts/sign-in'));
const SignUp = lazy(() => import('./accounts/sign-up'));
const Dashboard = lazy(() => import('./sessions/dashboard'));
const Editor = lazy(() => import('./editor/editor-page'));
const NotFound = lazy(() => import('./page/not-found'));
const Settings = lazy(() => import('./settings/settings-page'));

/** Routes for signed-in users. Others are redirected to sign-in, or to the start page after they signed out. */
function SignedInRoutes() {
  const { data: user, error, refetch } = useUser();
  const { pathname, search } = useLocation();
  if (user === null) {
    const end = lastSignOut();
    if (end === undefined || end.reason === 'expired')
      return <Navigate to="/login" replace state={{ from: pathname + search, userId: end?.userId }} />;
    return <Navigate to="/" replace state={{ deleted: end.reason === 'deleted' }} />;
  }
  if (user === undefined)
    return error === null ? <LoadingPage /> : <ErrorPage error={error} onRetry={() => void refetch()} />;
  // Remount everything when the user changes.
  return <Outlet key={user.id} />;
}

/** Scrolls to the top after following a link. The browser restores the position for Back and Forward. */
function useScrollToTop(): void {
  const { pathname, hash } = useLocation();
  const type = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once per path.
  useEffect(() => {
    if (type !== 'POP' && hash === '') window.scrollTo(0, 0);
  }, [pathname]);
}

export function AppRoutes() {
  const { pathname, search, hash, state } = useLocation();
  const canonical = canonicalPath(pathname);
  useAccountWatch();
  useScrollToTop();
  // The router ignores case and trailing slashes. The server does not, and answers such paths with 404.
  if (canonical !== null && canonical !== pathname)
    return <Navigate to={{ pathname: canonical, search, hash }} replace state={state} />;
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={<LoadingPage />}>{canonical === null ? <NotFound /> : <Pages />}</Suspense>
    </ErrorBoundary>
  );
}

function Pages() {
  return (
    <Routes>
      <Route path="/" element={<Landing />} />
      <Route path="/about" element={<About />} />
      <Route path="/login" element={<SignIn />} />
      <Route path="/signup" element={<SignUp />} />
      <Route element={<SignedInRoutes />}>
        <Route path="/dashboard" element={<Dashboard />} />
        <Route path="/editor/:sessionId" element={<Editor />} />
        <Route path="/settings" element={<Settings />} />
      </Route>
    </Routes>
  );
}
