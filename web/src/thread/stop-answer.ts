/** Stops an answer or a waiting message. */
import type { QueryClient } from '@tanstack/react-query';
import { queryKeys } from '../api/queries';
import { toastError } from '../page/error-notice';
import { words } from '../words';
import { getActivity, updateActivity, updateExchange } from './activity';
import { getDraft, markStored, restoreText } from './draft';
import { cancelQuestion, findSentMessage, isQuestion, putMessages, refreshThread } from './messages';
import { abortRequest } from './requests';

/** Stops the exchange. A stored question is cancelled; the text of an unstored one returns to the field. */
export async function stopAnswer(client: QueryClient, key: string): Promise<void> {
  const { exchange } = getActivity(key);
  if (exchange === null || exchange.phase === 'stopping') return;
  if (exchange.phase === 'waiting') {
    abortRequest(key);
    restoreText(key);
    updateActivity(key, { exchange: null });
    return;
  }
  const { phase } = exchange;
  updateExchange(key, (now) => ({ ...now, phase: 'stopping' }));
  try {
    const questionId = exchange.question?.message_id ?? (await findStoredId(key));
    if (questionId === undefined) restoreText(key);
    else await cancelStored(client, key, questionId, exchange.answer);
    abortRequest(key);
    updateActivity(key, { exchange: null });
  } catch (error) {
    updateExchange(key, (now) => ({ ...now, phase }));
    toastError(error);
  }
}

/** Looks up the question's id, because a buffering gateway delays the `accepted` event. */
async function findStoredId(key: string): Promise<string | undefined> {
  const { sent } = getDraft(key);
  return sent === null ? undefined : (await findSentMessage(key, sent.id))?.message_id;
}

async function cancelStored(client: QueryClient, key: string, questionId: string, written: string): Promise<void> {
  const message = await cancelQuestion(key, questionId);
  if (isQuestion(message)) markStored(key, message.client_message_id);
  // The answer was completed just before: show it.
  if (isQuestion(message) && message.reply_state === 'answered') {
    await client.invalidateQueries({ queryKey: queryKeys.messages(key) });
  } else {
    const { exchange, stopped } = getActivity(key);
    // More text may have arrived. If the stream has ended, there is no exchange any more.
    updateActivity(key, { stopped: { ...stopped, [questionId]: exchange?.answer ?? written } });
    await putMessages(client, key, message);
    updateActivity(key, { announcement: words.thread.stopped });
  }
  await refreshThread(client, key);
}
