/** Answers that arrive while they are written, as server-sent events. */
import { createParser } from 'eventsource-parser';
import { BASE } from './client';
import { errorOf, offline } from './error';
import { withRefresh } from './refresh';

/** One event: its name and what its data is. */
export interface StreamEvent {
  event: string;
  data: unknown;
}

/**
 * Posts a body and yields the events of the answer. An answer that is no stream comes as one event named `json`.
 *
 * Throws an `ApiError` when the request is refused or the connection breaks; aborting ends it with an `AbortError`.
 */
export async function* postStream(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const answer = await withRefresh(() =>
    fetch(BASE + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify(body),
      signal,
    }),
  );
  const isStream = answer.headers.get('Content-Type')?.startsWith('text/event-stream') ?? false;
  if (!answer.ok) throw errorOf(answer.status, await answer.json().catch(() => undefined));
  if (!isStream) {
    yield { event: 'json', data: await answer.json() };
    return;
  }
  if (answer.body === null) throw offline();
  yield* events(answer.body, signal);
}

async function* events(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const arrived: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => arrived.push({ event: event ?? 'message', data: JSON.parse(data) }),
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (value !== undefined) parser.feed(decoder.decode(value, { stream: true }));
      yield* arrived.splice(0);
      if (done) return;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw offline();
  } finally {
    // A consumer that stops early closes the connection.
    reader.cancel().catch(() => undefined);
  }
}
