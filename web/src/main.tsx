/** The page starts here. */
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { unstable_HistoryRouter as HistoryRouter } from 'react-router';
import { queryClient } from './api/queries';
import { guardedHistory } from './page/history';
import { AppRoutes } from './routes';
import './styles.css';

// Not needed for the first paint.
const Toaster = lazy(() => import('./ui/toaster'));

const history = guardedHistory();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient()}>
      <HistoryRouter history={history}>
        <AppRoutes />
        <Suspense>
          <Toaster />
        </Suspense>
      </HistoryRouter>
    </QueryClientProvider>
  </StrictMode>,
);
