/** The state of sending a message and receiving its answer, updated by stream events. */
import { toApiError } from '../api/error';
import type { StreamEvent } from '../api/stream';
import type { ErrorCode, MessageEvent, UserMessage } from '../api/types';

export type Phase =
  /** Saves unsaved code. */
  | 'saving'
  /** Stores a new thread. */
  | 'opening'
  /** The request was sent. */
  | 'sending'
  /** Waits for a rate limit or a running request. */
  | 'waiting'
  /** The question is stored; the answer has not started. */
  | 'thinking'
  | 'writing'
  | 'stopping';

/** A message to send: a question for the model, or a note. */
export interface NewMessage {
  text: string;
  ask: boolean;
}

/** A wait before the message is sent again. */
export interface RetryWait {
  until: Date;
  reason: ErrorCode;
}

export interface Exchange extends NewMessage {
  phase: Phase;
  /** The stored question or note. */
  question: UserMessage | null;
  /** The part of the answer received so far. */
  answer: string;
  /** Set while the message waits. */
  wait: RetryWait | null;
  /** The version that was saved before sending. */
  savedVersion: number | null;
}

export function startExchange(newMessage: NewMessage, phase: Phase): Exchange {
  return { ...newMessage, phase, question: null, answer: '', wait: null, savedVersion: null };
}

/** Starts an exchange that repeats a stored question. */
export function restartExchange(question: UserMessage): Exchange {
  const asked: UserMessage = { ...question, reply_state: 'pending' };
  delete asked.reply_error;
  return { ...startExchange({ text: question.content, ask: true }, 'sending'), question: asked };
}

/** Whether the server stored the message. Its state can be read from then on. */
export function isAccepted({ phase }: Exchange): boolean {
  return phase === 'thinking' || phase === 'writing' || phase === 'stopping';
}

/** Converts a stream event to an API event. A JSON response is the final event. */
export function toMessageEvent({ event, data }: StreamEvent): MessageEvent {
  if (event === 'json') return { event: 'done', data: { replayed: false, ...(data as object) } } as MessageEvent;
  return { event, data } as MessageEvent;
}

/** Applies an event. Throws an `ApiError` for an error event. */
export function applyEvent(exchange: Exchange, { event, data }: MessageEvent): Exchange {
  switch (event) {
    case 'accepted':
      return { ...exchange, question: data.message, phase: exchange.phase === 'stopping' ? 'stopping' : 'thinking' };
    case 'delta':
      return {
        ...exchange,
        answer: exchange.answer + data.text,
        phase: exchange.phase === 'stopping' ? 'stopping' : 'writing',
      };
    case 'done':
      return { ...exchange, question: data.message };
    case 'error':
      throw toApiError(0, data);
    default:
      // The final event repeats the patch. Ignore events of a newer API.
      return exchange;
  }
}
