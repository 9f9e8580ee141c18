/** The page starts here. */
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { unstable_HistoryRouter as HistoryRouter } from 'react-router';
import { queryClient } from './api/queries';
import { guardedHistory } from './page/history';
import { AppRoutes } from './routes';
import { Quiet } from './ui/quiet';
import './styles.css';

// Not needed for the first paint.
const Toaster = lazy(() => import('./ui/toaster'));

const client = queryClient();
const history = guardedHistory();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <HistoryRouter history={history}>
        <AppRoutes />
        <Quiet>
          <Suspense>
            <Toaster />
          </Suspense>
        </Quiet>
      </HistoryRouter>
    </QueryClientProvider>
  </StrictMode>,
);

// Saves that found no connection the last time. Nothing that is seen waits for them.
window.setTimeout(() => {
  void import('./editor/saving/send-queued').then(({ sendQueued }) => sendQueued(client)).catch(() => undefined);
}, 3_000);
