/** The typed API client. All requests go through this file, `stream.ts` or `upload.ts`. */
import createClient from 'openapi-fetch';
import { ApiError, toApiError } from './error';
import { withRefresh } from './refresh';
import type { paths } from './schema';

/** The path of the API on the page's origin. */
export const BASE = '/api';

/** Call `api.GET('/sessions', …)` and pass the result to `unwrap`. */
export const api = createClient<paths>({
  baseUrl: BASE,
  // A body can be read once, so each attempt sends a clone.
  fetch: (request) => withRefresh(() => fetch(request.clone())),
});

interface ApiResponse<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns the data of a response. Throws an `ApiError` for an error response. */
export async function unwrap<T>(request: Promise<ApiResponse<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (error !== undefined || !response.ok) throw toApiError(response.status, error);
  if (data === undefined) throw new ApiError(response.status, 'UNKNOWN');
  return data;
}
