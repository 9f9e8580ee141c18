/** Pages shown instead of a route: loading, offline, crashed. */
import { ServerCrash, WifiOff } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { isApiError } from '../api/error';
import { Button } from '../ui/button';
import { EmptyState } from '../ui/empty-state';
import { Spinner } from '../ui/spinner';
import { words } from '../words/shell';
import { describeError } from './error-notice';
import { Page } from './layout';

const ICON = { size: 56, strokeWidth: 1.25 };

export function LoadingPage() {
  return (
    <div className="flex h-full items-center justify-center gap-2 text-dim" role="status">
      <Spinner />
      {words.common.loading}
    </div>
  );
}

/** Shown instead of a page that could not be loaded. */
export function ErrorPage({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const isLost = isApiError(error, 'OFFLINE');
  const { title, next } = errorPageText(error);
  return (
    <Page title={title}>
      <EmptyState
        heading="h1"
        icon={isLost ? <WifiOff {...ICON} /> : <ServerCrash {...ICON} />}
        title={title}
        text={next}
        action={
          <Button variant="primary" onClick={onRetry ?? (() => window.location.reload())}>
            {onRetry === undefined ? words.page.reload : words.common.retry}
          </Button>
        }
      />
    </Page>
  );
}

function errorPageText(error: unknown): { title: string; next: string } {
  const { page } = words;
  if (isApiError(error, 'OFFLINE')) return { title: page.connectionLost, next: page.connectionLostNext };
  if (isApiError(error)) return describeError(error);
  // After an update, the files of the old version no longer exist.
  if (isMissingChunk(error)) return { title: page.updated, next: page.updatedNext };
  return { title: page.crashed, next: page.crashedNext };
}

function isMissingChunk(error: unknown): boolean {
  return (
    error instanceof TypeError && /dynamically imported module|importing a module|module script/i.test(error.message)
  );
}

/** Shows `ErrorPage` instead of a page that throws. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    return this.state.error === null ? this.props.children : <ErrorPage error={this.state.error} />;
  }
}
