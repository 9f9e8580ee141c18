/** A question while it is asked and answered, as a state that each event of the stream changes. */
import { errorOf } from '../api/error';
import type { StreamEvent } from '../api/stream';
import type { ErrorCode, MessageEvent, UserMessage } from '../api/types';

export type Phase =
  /** Unsaved text is saved first. */
  | 'saving'
  /** A new conversation is stored. */
  | 'opening'
  /** The message is on its way. */
  | 'sending'
  /** A limit holds: it is sent when the time has come. */
  | 'waiting'
  /** The question is stored, and no word of the answer is there yet. */
  | 'thinking'
  | 'writing'
  | 'stopping';

/** What is said: a question that the model answers, or a note. */
export interface Said {
  text: string;
  ask: boolean;
}

/** A pause before a message is sent again. */
export interface Wait {
  until: Date;
  reason: ErrorCode;
}

export interface Exchange extends Said {
  phase: Phase;
  /** The question or note as it is stored. */
  question: UserMessage | null;
  /** As much of the answer as has arrived. */
  answer: string;
  /** When a message that waits is sent, and which error told it to. */
  wait: Wait | null;
  /** The version that was saved first. */
  savedVersion: number | null;
}

export function begun(said: Said, phase: Phase): Exchange {
  return { ...said, phase, question: null, answer: '', wait: null, savedVersion: null };
}

/** A stored question that is asked again. */
export function begunAgain(question: UserMessage): Exchange {
  const asked: UserMessage = { ...question, reply_state: 'pending' };
  delete asked.reply_error;
  return { ...begun({ text: question.content, ask: true }, 'sending'), question: asked };
}

/** Whether the server has taken it: from here on what becomes of it can be read there. */
export function isAccepted({ phase }: Exchange): boolean {
  return phase === 'thinking' || phase === 'writing' || phase === 'stopping';
}

/** The event by its name, as the API documents it. An answer that is no stream is its end. */
export function eventOf({ event, data }: StreamEvent): MessageEvent {
  if (event === 'json') return { event: 'done', data: { replayed: false, ...(data as object) } } as MessageEvent;
  return { event, data } as MessageEvent;
}

/** The exchange after an event. An error is thrown as the `ApiError` that it is. */
export function after(exchange: Exchange, { event, data }: MessageEvent): Exchange {
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
      throw errorOf(0, data);
    default:
      // The patch comes again with the end, and events of a later API say nothing to this page.
      return exchange;
  }
}
