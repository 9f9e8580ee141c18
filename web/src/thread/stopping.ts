/** Stopping an answer, or a message that waits. */
import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/queries';
import { toastError } from '../page/failure';
import { words } from '../words';
import { activity, change, changeExchange } from './activity';
import { arrived, draft, giveBack } from './draft';
import { cancelQuestion, findSent, isQuestion, putMessages, refreshThread } from './messages';
import { interrupt } from './running';

/** Stops what goes on. A question that is stored stays, as a cancelled one; one that is not comes back into the field. */
export async function stop(client: QueryClient, key: string): Promise<void> {
  const { exchange } = activity(key);
  if (exchange === null || exchange.phase === 'stopping') return;
  if (exchange.phase === 'waiting') {
    interrupt(key);
    giveBack(key);
    change(key, { exchange: null });
    return;
  }
  const { phase } = exchange;
  changeExchange(key, (now) => ({ ...now, phase: 'stopping' }));
  try {
    const questionId = exchange.question?.message_id ?? (await storedId(key));
    if (questionId === undefined) giveBack(key);
    else await cancelled(client, key, questionId, exchange.answer);
    interrupt(key);
    change(key, { exchange: null });
  } catch (error) {
    changeExchange(key, (now) => ({ ...now, phase }));
    toastError(error);
  }
}

/** A gateway that buffers does not tell the id before the answer is there. */
async function storedId(key: string): Promise<string | undefined> {
  const { sent } = draft(key);
  return sent === null ? undefined : (await findSent(key, sent.id))?.message_id;
}

async function cancelled(client: QueryClient, key: string, questionId: string, written: string): Promise<void> {
  const message = await cancelQuestion(key, questionId);
  if (isQuestion(message)) arrived(key, message.client_message_id);
  // Answered a moment before: the answer is shown.
  if (isQuestion(message) && message.reply_state === 'answered') {
    await client.invalidateQueries({ queryKey: keys.messages(key) });
  } else {
    const { exchange, stopped } = activity(key);
    // Words may have come in while it was being stopped; with the stream's own end there is no exchange any more.
    change(key, { stopped: { ...stopped, [questionId]: exchange?.answer ?? written } });
    await putMessages(client, key, message);
    change(key, { announcement: words.thread.stopped });
  }
  await refreshThread(client, key);
}
