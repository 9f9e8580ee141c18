/** The page's own paths, each loaded when it is first opened. None of them is one of the API's. */
import { lazy, Suspense, useEffect } from 'react';
import { Navigate, Outlet, Route, Routes, useLocation, useNavigationType } from 'react-router';
import { useAccountWatch } from './accounts/account-watch';
import { lastEnd, useUser } from './accounts/user';
import { ownAddress } from './page/address';
import { Crashed, ErrorBoundary, Waiting } from './page/states';

const Landing = lazy(() => import('./accounts/landing'));
const About = lazy(() => import('./accounts/about'));
const SignIn = lazy(() => import('./accounts/sign-in'));
const SignUp = lazy(() => import('./accounts/sign-up'));
const Dashboard = lazy(() => import('./sessions/dashboard'));
const Editor = lazy(() => import('./editor/editor-page'));
const NotFound = lazy(() => import('./page/not-found'));
const Settings = lazy(() => import('./settings/settings-page'));

/** Only for users who are signed in; others sign in first and come back, unless they have just left on purpose. */
function Private() {
  const { data: user, error, refetch } = useUser();
  const { pathname, search } = useLocation();
  if (user === null) {
    const end = lastEnd();
    if (end === undefined || end.how === 'expired')
      return <Navigate to="/login" replace state={{ from: pathname + search, userId: end?.userId }} />;
    return <Navigate to="/" replace state={{ deleted: end.how === 'deleted' }} />;
  }
  if (user === undefined)
    return error === null ? <Waiting /> : <Crashed error={error} onRetry={() => void refetch()} />;
  // Another user's pages are other pages.
  return <Outlet key={user.id} />;
}

/** A page that is opened by a link begins at its top. Back and forward are left to the browser. */
function useScrollToTop(): void {
  const { pathname, hash } = useLocation();
  const type = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another page.
  useEffect(() => {
    if (type !== 'POP' && hash === '') window.scrollTo(0, 0);
  }, [pathname]);
}

export function AppRoutes() {
  const { pathname, search, hash, state } = useLocation();
  const own = ownAddress(pathname);
  useAccountWatch();
  useScrollToTop();
  // The router itself takes any case and any slash at the end. The server does not, and answers 404 there.
  if (own !== null && own !== pathname) return <Navigate to={{ pathname: own, search, hash }} replace state={state} />;
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={<Waiting />}>{own === null ? <NotFound /> : <Pages />}</Suspense>
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
      <Route element={<Private />}>
        <Route path="/dashboard" element={<Dashboard />} />
        <Route path="/editor/:sessionId" element={<Editor />} />
        <Route path="/settings" element={<Settings />} />
      </Route>
    </Routes>
  );
}
