/** Tests the parsing of server-sent events from chunks of bytes. */
import { afterEach, expect, test, vi } from 'vitest';
import { isApiError } from './error';
import { postStream, type StreamEvent } from './stream';

afterEach(() => vi.unstubAllGlobals());

function stubResponse(pieces: Uint8Array[], init: ResponseInit = {}) {
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const headers = { 'Content-Type': 'text/event-stream' };
  vi.stubGlobal('fetch', async () => new Response(body, { headers, ...init }));
}

async function read(): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of postStream('/x', {}, new AbortController().signal)) events.push(event);
  return events;
}

test('parses the same events wherever the bytes are split', async () => {
  const text = 'event: delta\ndata: {"text":"naïve 🦀"}\n\nevent: done\ndata: {"ok":true}\n\n';
  const bytes = new TextEncoder().encode(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    stubResponse([bytes.slice(0, cut), bytes.slice(cut)]);
    expect(await read()).toEqual([
      { event: 'delta', data: { text: 'naïve 🦀' } },
      { event: 'done', data: { ok: true } },
    ]);
  }
});

test('a JSON response is one event', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ message: 1 }));
  expect(await read()).toEqual([{ event: 'json', data: { message: 1 } }]);
});

test('an error response throws its error', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ error: { code: 'FORBIDDEN', message: '' } }, { status: 403 }));
  expect(isApiError(await read().catch((error: unknown) => error), 'FORBIDDEN')).toBe(true);
});

test('a broken connection throws OFFLINE after the events received so far', async () => {
  const first = new TextEncoder().encode('event: delta\ndata: {"text":"a"}\n\n');
  let pulls = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulls += 1;
      if (pulls === 1) controller.enqueue(first);
      else controller.error(new TypeError('network error'));
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  const events: StreamEvent[] = [];
  const failure = await (async () => {
    for await (const event of postStream('/x', {}, new AbortController().signal)) events.push(event);
  })().catch((error: unknown) => error);
  expect(events).toHaveLength(1);
  expect(isApiError(failure, 'OFFLINE')).toBe(true);
});
