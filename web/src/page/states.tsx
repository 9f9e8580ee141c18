/** Whole pages that stand for another: waiting, no connection, a crash. */
import { ServerCrash, WifiOff } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { isApiError } from '../api/error';
import { words } from '../shell-words';
import { Button } from '../ui/button';
import { Empty } from '../ui/empty';
import { Spinner } from '../ui/spinner';
import { told } from './failure';
import { Page } from './layout';

const ICON = { size: 56, strokeWidth: 1.25 };

/** A route is being loaded. */
export function Waiting() {
  return (
    <div className="flex h-full items-center justify-center gap-2 text-dim" role="status">
      <Spinner />
      {words.common.loading}
    </div>
  );
}

/** A page that could not be loaded: for want of a connection, or for another reason. */
export function Crashed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const isLost = isApiError(error, 'OFFLINE');
  const { title, next } = saidOf(error);
  return (
    <Page title={title}>
      <Empty
        heading="h1"
        icon={isLost ? <WifiOff {...ICON} /> : <ServerCrash {...ICON} />}
        title={title}
        text={next}
        action={
          <Button look="primary" onClick={onRetry ?? (() => window.location.reload())}>
            {onRetry === undefined ? words.page.reload : words.common.retry}
          </Button>
        }
      />
    </Page>
  );
}

function saidOf(error: unknown): { title: string; next: string } {
  const { page } = words;
  if (isApiError(error, 'OFFLINE')) return { title: page.connectionLost, next: page.connectionLostNext };
  if (isApiError(error)) return told(error);
  // After an update the files of the version before are gone.
  if (isMissingChunk(error)) return { title: page.updated, next: page.updatedNext };
  return { title: page.crashed, next: page.crashedNext };
}

function isMissingChunk(error: unknown): boolean {
  return (
    error instanceof TypeError && /dynamically imported module|importing a module|module script/i.test(error.message)
  );
}

/** Shows `Crashed` in place of a page that throws. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    return this.state.error === null ? this.props.children : <Crashed error={this.state.error} />;
  }
}
