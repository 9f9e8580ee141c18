/** What can go wrong with a request, as one type. */
import type { ErrorBody, ErrorCode } from './types';

/** An answer that is an error, or no answer. Its words are in `words/`, by its code. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: ErrorCode,
    /** The error as it was sent: its fields, times and ids. */
    readonly body: Partial<ErrorBody> = {},
  ) {
    super(body.message ?? code);
  }

  /** When the same request may pass, of a rate limit or a busy model. */
  get retryAfter(): Date | undefined {
    return this.body.retry_after === undefined ? undefined : new Date(this.body.retry_after);
  }

  /** The message for each wrong field. */
  get fields(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const { field, message } of this.body.fields ?? []) found[field] = message;
    if (this.body.field !== undefined && this.body.message !== undefined) found[this.body.field] ??= this.body.message;
    return found;
  }
}

/** No answer came: the connection is gone, or the server is. */
export function offline(): ApiError {
  return new ApiError(0, 'OFFLINE');
}

/** The error that an answer with a failing status carries. */
export function errorOf(status: number, body: unknown): ApiError {
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const sent = (body as { error: Partial<ErrorBody> }).error;
    if (typeof sent?.code === 'string') return new ApiError(status, sent.code as ErrorCode, sent);
  }
  return new ApiError(status, 'UNKNOWN');
}

/** Whether a mistake is this error. */
export function isApiError(error: unknown, ...codes: ErrorCode[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
}
