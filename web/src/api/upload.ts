/** Large files: gzipped, and with the progress that `fetch` does not tell. */

import { BASE } from './client';
import { ApiError, errorOf, offline } from './error';
import { withRefresh } from './refresh';

/** From this many characters on a body is sent compressed. */
const COMPRESSED_FROM = 100_000;

/** How much of a body is sent, from 0 to 100. */
export type Progress = (percent: number) => void;

/** Sends JSON, gzipped when it is large, and answers the JSON that comes back. Throws an `ApiError` when it is refused. */
export async function send<T>(
  method: 'POST' | 'PUT',
  path: string,
  json: unknown,
  onProgress?: Progress,
  signal?: AbortSignal,
): Promise<T> {
  const text = JSON.stringify(json);
  const isLarge = text.length >= COMPRESSED_FROM;
  const body = isLarge ? await gzip(text) : text;
  const type = isLarge ? 'application/gzip' : 'application/json';
  const answer = await withRefresh(() => transfer(method, BASE + path, type, body, onProgress, signal));
  const parsed: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw errorOf(answer.status, parsed);
  if (parsed === undefined) throw new ApiError(answer.status, 'UNKNOWN');
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
  onProgress?: Progress,
  signal?: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    // Stopped while the body was being compressed: the signal does not tell that again.
    if (signal?.aborted) return reject(new DOMException('The upload was stopped.', 'AbortError'));
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader('Content-Type', type);
    request.upload.onprogress = ({ loaded, total }) =>
      onProgress?.(total === 0 ? 0 : Math.floor((loaded / total) * 100));
    request.upload.onload = () => onProgress?.(100);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(offline());
    request.ontimeout = () => reject(offline());
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
