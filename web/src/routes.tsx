/** The page's own paths, each loaded when it is first opened. None of them is one of the API's. */
import { lazy, Suspense } from 'react';
import { Navigate, Outlet, Route, Routes, useLocation } from 'react-router';
import { useUser } from './accounts/user';
import { Crashed, ErrorBoundary, NotFound, Waiting } from './page/states';

const Landing = lazy(() => import('./accounts/landing'));
const About = lazy(() => import('./accounts/about'));
const SignIn = lazy(() => import('./accounts/sign-in'));
const SignUp = lazy(() => import('./accounts/sign-up'));
const Dashboard = lazy(() => import('./sessions/dashboard'));
const Editor = lazy(() => import('./editor/editor-page'));
const Settings = lazy(() => import('./settings/settings-page'));

/** Only for users who are signed in; others sign in first and come back. */
function Private() {
  const { data: user, error, refetch } = useUser();
  const { pathname, search } = useLocation();
  if (user === null) return <Navigate to="/login" replace state={{ from: pathname + search }} />;
  if (user === undefined)
    return error === null ? <Waiting /> : <Crashed error={error} onRetry={() => void refetch()} />;
  return <Outlet />;
}

export function AppRoutes() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={<Waiting />}>
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
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}
