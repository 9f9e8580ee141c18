/** Reads responses of server-sent events. */
import { createParser } from 'eventsource-parser';
import { BASE } from './client';
import { offlineError, toApiError } from './error';
import { withRefresh } from './refresh';

export interface StreamEvent {
  event: string;
  data: unknown;
}

/**
 * Posts a body and yields the events of the response. A JSON response is one event named `json`.
 *
 * Throws an `ApiError` for an error response or a broken connection, and an `AbortError` after an abort.
 */
export async function* postStream(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const response = await withRefresh(() =>
    fetch(BASE + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify(body),
      signal,
    }),
  );
  const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream') ?? false;
  if (!response.ok) throw toApiError(response.status, await response.json().catch(() => undefined));
  if (!isStream) {
    yield { event: 'json', data: await response.json() };
    return;
  }
  if (response.body === null) throw offlineError();
  yield* readEvents(response.body, signal);
}

async function* readEvents(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const received: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => received.push({ event: event ?? 'message', data: JSON.parse(data) }),
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (value !== undefined) parser.feed(decoder.decode(value, { stream: true }));
      yield* received.splice(0);
      if (done) return;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw offlineError();
  } finally {
    // Close the connection if the consumer stops early.
    reader.cancel().catch(() => undefined);
  }
}
