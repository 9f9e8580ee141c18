/** The page starts here. */
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { queryClient } from './api/queries';
import { AppRoutes } from './routes';
import './styles.css';

// Not needed for the first paint.
const Toaster = lazy(() => import('./ui/toaster'));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient()}>
      <BrowserRouter>
        <AppRoutes />
        <Suspense>
          <Toaster />
        </Suspense>
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
);
