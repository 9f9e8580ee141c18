/** `ApiError`: the one error type for failed requests. */
import type { ErrorBody, ErrorCode } from './types';

/** An error response, or no response. `words/shell.ts` has the text for each code. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** The HTTP status; 0 without a response. */
    readonly status: number,
    readonly code: ErrorCode,
    /** The error object that the API sent: fields, times and ids. */
    readonly body: Partial<ErrorBody> = {},
  ) {
    super(body.message ?? code);
  }

  /** The time from which a retry can succeed, for rate limits and a busy model. */
  get retryAfter(): Date | undefined {
    return this.body.retry_after === undefined ? undefined : new Date(this.body.retry_after);
  }

  /** The message of each invalid field. */
  get fields(): Record<string, string> {
    const messages: Record<string, string> = {};
    for (const { field, message } of this.body.fields ?? []) messages[field] = message;
    if (this.body.field !== undefined && this.body.message !== undefined)
      messages[this.body.field] ??= this.body.message;
    return messages;
  }
}

/** Error for a request without a response: no connection, or no server. */
export function offlineError(): ApiError {
  return new ApiError(0, 'OFFLINE');
}

/** Converts an error response to an `ApiError`. */
export function toApiError(status: number, body: unknown): ApiError {
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const sent = (body as { error: Partial<ErrorBody> }).error;
    if (typeof sent?.code === 'string') return new ApiError(status, sent.code as ErrorCode, sent);
  }
  return new ApiError(status, 'UNKNOWN');
}

/** Whether an error is an `ApiError`, with one of the codes if any are given. */
export function isApiError(error: unknown, ...codes: ErrorCode[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
}
