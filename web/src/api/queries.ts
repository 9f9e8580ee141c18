/** Query keys, and the retry policy of the query cache. */
import { QueryClient } from '@tanstack/react-query';
import { isApiError } from './error';

/** Keys of cached responses. Code that changes data on the server invalidates the matching key. */
export const queryKeys = {
  me: ['me'] as const,
  sessions: ['sessions'] as const,
  session: (id: string) => ['session', id] as const,
  messages: (threadId: string) => ['messages', threadId] as const,
  devices: ['devices'] as const,
  usage: ['usage'] as const,
};

/** Whether a retry may succeed soon. The API client refreshes tokens by itself. */
function isTransient(error: unknown): boolean {
  return isApiError(error, 'DATABASE_ERROR', 'NETWORK_ERROR');
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && isTransient(error),
        // The page shows its own offline notice and retries when the connection is back.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
