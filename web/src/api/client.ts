/** The API, typed by its OpenAPI document. Every request of the page goes through here, `stream.ts` or `upload.ts`. */
import createClient from 'openapi-fetch';
import { ApiError, errorOf } from './error';
import { withRefresh } from './refresh';
import type { paths } from './schema';

/** Where the API is on the page's own site. */
export const BASE = '/api';

/** Its methods are `api.GET('/sessions', …)`; `data` turns what they answer into the data or an `ApiError`. */
export const api = createClient<paths>({
  baseUrl: BASE,
  // A request's body can be read once, so each try sends a copy.
  fetch: (request) => withRefresh(() => fetch(request.clone())),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws an `ApiError` otherwise. */
export async function data<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data: found, error, response } = await answer;
  if (error !== undefined || !response.ok) throw errorOf(response.status, error);
  if (found === undefined) throw new ApiError(response.status, 'UNKNOWN');
  return found;
}
