/** What the editor asks of the API. */
import { api, data } from '../api/client';
import { ApiError, errorOf } from '../api/error';
import type { Language, Session, SessionWithCode, Thread } from '../api/types';
import { send } from '../api/upload';

export interface Opened {
  session: Session;
  code: string;
  threads: Thread[];
  /** Tells the server which answer is known here. */
  etag: string | null;
}

export interface Saved {
  session: Session;
  threads: Thread[];
}

/** The session with its code and threads; `null` when it is still what the tag stands for. */
export async function readSession(id: string, etag?: string | null): Promise<Opened | null> {
  const header = etag ? { header: { 'if-none-match': etag } } : {};
  const answer = await api.GET('/sessions/{id}', {
    params: { path: { id }, query: { include: 'threads' }, ...header },
    // The tag is ours: the browser's own cache would answer 200.
    cache: 'no-store',
  });
  if (answer.response.status === 304) return null;
  if (answer.data === undefined) throw errorOf(answer.response.status, answer.error);
  const { session, threads } = answer.data;
  return { ...withoutCode(session), threads: threads ?? [], etag: answer.response.headers.get('ETag') };
}

function withoutCode({ code_content, ...session }: SessionWithCode): { session: Session; code: string } {
  return { session, code: code_content };
}

/** The session whatever is known here. */
export async function openSession(id: string): Promise<Opened> {
  const opened = await readSession(id);
  if (opened === null) throw new ApiError(304, 'UNKNOWN');
  return opened;
}

export function putCode(id: string, version: number, text: string): Promise<Saved> {
  return send<Saved>('PUT', `/sessions/${id}`, { expected_version_number: version, code_content: text });
}

interface Renamed {
  session: Session;
  filename_given?: string;
}

export function patchMetadata(
  id: string,
  body: { filename: string } | { language_override: Language | null },
): Promise<Renamed> {
  return data(api.PATCH('/sessions/{id}/metadata', { params: { path: { id } }, body }));
}
