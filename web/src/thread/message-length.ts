/** Validates the length of a message, counted like on the server. */
import { MESSAGE_CHARS } from '../generated/limits';

/** Counts Unicode scalar values; a surrogate pair is one. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether the text shows nothing: only white space and invisible characters. */
export function isBlank(text: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u.test(text);
}

/** Whether the API accepts the text as a message. */
export function isValidMessage(text: string): boolean {
  return !isBlank(text) && countCharacters(text) <= MESSAGE_CHARS;
}
