/** How long a message is, counted as the API counts it. */

/** The most characters that a message may have. */
export const MESSAGE_CHARACTERS = 5_000;

/** Characters as Unicode scalar values: an emoji outside of the first plane is one of them. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether nothing of it would be seen: white space, and characters that show nothing. */
export function isBlank(text: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u.test(text);
}

/** Whether the API would take it as a message. */
export function isMessage(text: string): boolean {
  return !isBlank(text) && characters(text) <= MESSAGE_CHARACTERS;
}
