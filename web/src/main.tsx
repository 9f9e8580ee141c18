/** Entry point of the page. */
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { unstable_HistoryRouter as HistoryRouter } from 'react-router';
import { createQueryClient } from './api/queries';
import { createGuardedHistory } from './page/history';
import { AppRoutes } from './routes';
import { SilentBoundary } from './ui/silent-boundary';
import './styles.css';

// Not needed for the first paint.
const Toaster = lazy(() => import('./ui/toaster'));

const client = createQueryClient();
const history = createGuardedHistory();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <HistoryRouter history={history}>
        <AppRoutes />
        <SilentBoundary>
          <Suspense>
            <Toaster />
          </Suspense>
        </SilentBoundary>
      </HistoryRouter>
    </QueryClientProvider>
  </StrictMode>,
);

// Send saves that were queued offline. The delay keeps them from slowing the first paint.
window.setTimeout(() => {
  void import('./editor/saving/send-queued').then(({ sendQueued }) => sendQueued(client)).catch(() => undefined);
}, 3_000);
