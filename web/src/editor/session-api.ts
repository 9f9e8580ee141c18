/** The editor's API requests. */
import { api, unwrap } from '../api/client';
import { ApiError, toApiError } from '../api/error';
import type { Language, Session, SessionWithCode, Thread } from '../api/types';
import { sendJson } from '../api/upload';

export interface OpenedSession {
  session: Session;
  code: string;
  threads: Thread[];
  /** For conditional requests. */
  etag: string | null;
}

export interface Saved {
  session: Session;
  threads: Thread[];
}

/** Reads a session with code and threads; `null` if it still matches the ETag. */
export async function readSession(id: string, etag?: string | null): Promise<OpenedSession | null> {
  const header = etag ? { header: { 'if-none-match': etag } } : {};
  const response = await api.GET('/sessions/{id}', {
    params: { path: { id }, query: { include: 'threads' }, ...header },
    // Bypass the browser's cache, which would turn a 304 into a 200.
    cache: 'no-store',
  });
  if (response.response.status === 304) return null;
  if (response.data === undefined) throw toApiError(response.response.status, response.error);
  const { session, threads } = response.data;
  return { ...withoutCode(session), threads: threads ?? [], etag: response.response.headers.get('ETag') };
}

function withoutCode({ code_content, ...session }: SessionWithCode): { session: Session; code: string } {
  return { session, code: code_content };
}

/** Reads a session unconditionally. */
export async function openSession(id: string): Promise<OpenedSession> {
  const opened = await readSession(id);
  if (opened === null) throw new ApiError(304, 'UNKNOWN');
  return opened;
}

export function putCode(id: string, version: number, text: string): Promise<Saved> {
  return sendJson<Saved>('PUT', `/sessions/${id}`, { expected_version_number: version, code_content: text });
}

interface PatchedMetadata {
  session: Session;
  filename_given?: string;
}

export function patchMetadata(
  id: string,
  body: { filename: string } | { language_override: Language | null },
): Promise<PatchedMetadata> {
  return unwrap(api.PATCH('/sessions/{id}/metadata', { params: { path: { id } }, body }));
}
