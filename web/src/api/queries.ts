/** The names under which server state is kept, and how requests are repeated. */
import { QueryClient } from '@tanstack/react-query';
import { isApiError } from './error';

/** Keys of cached answers. Whatever changes data on the server says here what is stale. */
export const keys = {
  me: ['me'] as const,
  sessions: ['sessions'] as const,
  session: (id: string) => ['session', id] as const,
  messages: (threadId: string) => ['messages', threadId] as const,
  devices: ['devices'] as const,
  usage: ['usage'] as const,
};

/** A failure that may be over in a moment; the client itself refreshes tokens. */
function passes(error: unknown): boolean {
  return isApiError(error, 'DATABASE_ERROR', 'NETWORK_ERROR');
}

/** The cache of one page. */
export function queryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && passes(error),
        // The page itself says that the connection is lost, and asks again when it is back.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
