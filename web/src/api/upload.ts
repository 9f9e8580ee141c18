/** Sends large JSON bodies: gzipped, with upload progress, which `fetch` does not report. */

import { BASE } from './client';
import { ApiError, offlineError, toApiError } from './error';
import { withRefresh } from './refresh';

/** Longer bodies are compressed. */
const MIN_COMPRESSED_LENGTH = 100_000;

/** Receives the sent part of a body, from 0 to 100. */
export type OnProgress = (percent: number) => void;

/** Sends JSON and returns the JSON response. Throws an `ApiError` for an error response. */
export async function sendJson<T>(
  method: 'POST' | 'PUT',
  path: string,
  json: unknown,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<T> {
  const text = JSON.stringify(json);
  const isLarge = text.length >= MIN_COMPRESSED_LENGTH;
  const body = isLarge ? await gzip(text) : text;
  const type = isLarge ? 'application/gzip' : 'application/json';
  const response = await withRefresh(() => transfer(method, BASE + path, type, body, onProgress, signal));
  const parsed: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw toApiError(response.status, parsed);
  if (parsed === undefined) throw new ApiError(response.status, 'UNKNOWN');
  return parsed as T;
}

function gzip(text: string): Promise<Blob> {
  const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(compressed).blob();
}

function transfer(
  method: string,
  url: string,
  type: string,
  body: Blob | string,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    // Aborted during compression: the signal does not fire again.
    if (signal?.aborted) return reject(new DOMException('The upload was cancelled.', 'AbortError'));
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader('Content-Type', type);
    request.upload.onprogress = ({ loaded, total }) =>
      onProgress?.(total === 0 ? 0 : Math.floor((loaded / total) * 100));
    request.upload.onload = () => onProgress?.(100);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(offlineError());
    request.ontimeout = () => reject(offlineError());
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
