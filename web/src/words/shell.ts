/** Text of the first paint: the frame of every page, sign-in, sign-up and errors. */
import type { ErrorCode } from '../api/types';
import {
  CODE_BYTES,
  MESSAGE_CHARS,
  MESSAGES_PER_THREAD,
  NAME_CHARS,
  PASSWORD_MAX_BYTES,
  PASSWORD_MIN_CHARS,
  SESSIONS_PER_USER,
  THREADS_PER_SESSION,
  USERNAME_MAX_CHARS,
  USERNAME_MIN_CHARS,
} from '../generated/limits';

/** The maximum size of a file. */
export const CODE_SIZE = `${CODE_BYTES / 1024 / 1024} MiB`;
const USERNAME_LENGTH = `${USERNAME_MIN_CHARS} to ${USERNAME_MAX_CHARS}`;

/** The title of an error, and what the user can do next. */
export interface ErrorWords {
  title: string;
  next: string;
}

const errors: Record<ErrorCode, ErrorWords> = {
  INVALID_CREDENTIALS: { title: 'Username or password is wrong', next: 'Check both and try again.' },
  USER_ALREADY_EXISTS: { title: 'Already taken', next: 'Choose another one, or sign in if the account is yours.' },
  WEAK_PASSWORD: { title: 'The password is too weak', next: 'Follow the rules below the field.' },
  TOKEN_EXPIRED: { title: 'Your sign-in has expired', next: 'Sign in again. Unsaved text is kept on this device.' },
  REFRESH_TOKEN_INVALID: { title: 'You are signed out', next: 'Sign in again. Unsaved text is kept on this device.' },
  UNAUTHORIZED: { title: 'You are signed out', next: 'Sign in again. Unsaved text is kept on this device.' },
  FORBIDDEN: {
    title: 'You do not have access to this',
    next: 'Sign in with the account that it belongs to, or go back to your sessions.',
  },
  SESSION_NOT_FOUND: {
    title: 'This session does not exist',
    next: 'It may have been deleted. Go back to your sessions.',
  },
  THREAD_NOT_FOUND: {
    title: 'This conversation does not exist',
    next: 'It may have been deleted. Reload the session.',
  },
  MESSAGE_NOT_FOUND: { title: 'This message does not exist', next: 'It may have expired. Reload the conversation.' },
  DEVICE_NOT_FOUND: { title: 'This device is already signed out', next: 'The list is up to date now.' },
  NOT_FOUND: { title: 'Nothing was found at this address', next: 'Reload the page, which may be out of date.' },
  METHOD_NOT_ALLOWED: {
    title: 'The server does not support this request',
    next: 'Reload the page, which may be out of date.',
  },
  INVALID_LANGUAGE: { title: 'Unknown language', next: 'Choose one from the list.' },
  FILE_TOO_LARGE: {
    title: `The file is over ${CODE_SIZE}`,
    next: 'Split it into smaller modules, or paste the part to review.',
  },
  MESSAGE_TOO_LONG: {
    title: 'The message is too long',
    next: `Shorten it to ${MESSAGE_CHARS.toLocaleString('en')} characters.`,
  },
  INVALID_INPUT: { title: 'The form has errors', next: 'Correct the marked fields and send it again.' },
  RATE_LIMIT_EXCEEDED: { title: 'Too many requests', next: 'Wait a moment, then try again.' },
  VERSION_CONFLICT: { title: 'The file changed elsewhere', next: 'Merge your changes with the saved ones.' },
  PATCH_CONFLICT: {
    title: 'The patch no longer fits',
    next: 'The code has changed since. Ask again for a new patch.',
  },
  REQUEST_IN_PROGRESS: {
    title: 'This question is already being answered',
    next: 'Wait for the answer, or ask again in a moment.',
  },
  AI_TIMEOUT: { title: 'AI is taking too long', next: 'Try with a smaller code selection.' },
  AI_MALFORMED_RESPONSE: { title: 'The answer could not be read', next: 'Ask again.' },
  TOKEN_LIMIT_EXCEEDED: {
    title: 'This is too long for the model',
    next: 'Select fewer lines and ask about them.',
  },
  BEDROCK_UNAVAILABLE: { title: 'The model is not available', next: 'Try again in a moment.' },
  SESSION_LIMIT_EXCEEDED: {
    title: `You already have ${SESSIONS_PER_USER} sessions`,
    next: 'Delete one that you no longer need.',
  },
  THREAD_LIMIT_EXCEEDED: {
    title: `This session already has ${THREADS_PER_SESSION} conversations`,
    next: 'Delete one that you no longer need.',
  },
  MESSAGE_LIMIT_EXCEEDED: {
    title: `This conversation already has ${MESSAGES_PER_THREAD} messages`,
    next: 'Start a new conversation on the same lines.',
  },
  INTERNAL_ERROR: {
    title: 'Something went wrong on our side',
    next: 'Try again. If it happens again, report it with the trace id.',
  },
  DATABASE_ERROR: { title: 'Service temporarily busy', next: 'Try again in a moment.' },
  NETWORK_ERROR: { title: 'A service that we depend on cannot be reached', next: 'Try again in a moment.' },
  OFFLINE: { title: 'Connection lost', next: 'Check your internet and try again.' },
  UNKNOWN: {
    title: 'The server sent an unexpected response',
    next: 'Reload the page and try again.',
  },
};

/** A count with its noun: "1 line", "2 lines". */
export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

export const words = {
  errors,

  common: {
    product: 'CodeSensei',
    close: 'Close',
    cancel: 'Cancel',
    retry: 'Retry',
    refresh: 'Refresh',
    loading: 'Loading…',
    saving: 'Saving…',
    notifications: 'Notifications',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    skipToContent: 'Skip to content',
    traceId: (id: string) => `Trace id ${id}`,
    waitSeconds: (seconds: number) => `Try again in ${count(seconds, 'second', 'seconds')}.`,
    sessions: 'Sessions',
    settings: 'Settings',
    about: 'About',
    signIn: 'Sign in',
    signUp: 'Sign up',
    signOut: 'Sign out',
    account: 'Account',
    theme: 'Theme',
    themes: { system: 'System', dark: 'Dark', light: 'Light' },
  },

  page: {
    notFound: 'There is no page at this address',
    notFoundNext: 'The address may be mistyped, or the page has moved.',
    toSessions: 'Go to your sessions',
    toStart: 'Go to the start page',
    connectionLost: 'Connection lost',
    connectionLostNext: 'Check your internet and try again. Unsaved changes are kept on this device.',
    crashed: 'This page has stopped working',
    crashedNext: 'Reload it. Unsaved changes are kept on this device.',
    reload: 'Reload the page',
    reloadNext: 'The page may have been updated, or the connection is lost. Save, then reload the page.',
    updated: 'This part of the page could not be loaded',
    updatedNext:
      'The page may have been updated, or the connection is lost. Reload it. Unsaved changes are kept on this device.',
    offline: 'You are offline. Saves are kept on this device and sent when the connection is back.',
  },

  accounts: {
    signInTitle: 'Sign in to CodeSensei',
    signUpTitle: 'Create your account',
    toContinue: 'Sign in to continue where you left off.',
    newHere: 'New to CodeSensei?',
    newHereAction: 'Create an account',
    haveAccount: 'Do you have an account?',
    signingIn: 'Signing in…',
    signingUp: 'Creating your account…',
    signUpAction: 'Create account',
    afterWait: 'You can try again now.',
    fields: {
      name: 'Name',
      email: 'E-mail address',
      username: 'Username',
      usernameHint: `${USERNAME_LENGTH} letters and digits. You sign in with it.`,
      password: 'Password',
      confirm: 'Password again',
    },
    invalid: {
      name: 'Enter your name.',
      nameLong: `A name has at most ${NAME_CHARS} characters.`,
      email: 'Enter your e-mail address.',
      emailForm: 'An e-mail address looks like name@example.com.',
      username: 'Enter your username.',
      usernameForm: `Use ${USERNAME_LENGTH} letters and digits, without spaces, symbols or accents.`,
      password: 'Enter your password.',
      newPassword: 'Choose a password.',
      rules: 'The password does not follow all rules yet.',
      confirm: 'Enter the password again.',
      differs: 'The two passwords differ.',
    },
    rules: {
      title: 'A password has:',
      length: `At least ${PASSWORD_MIN_CHARS} characters`,
      upper: 'An upper-case letter',
      digit: 'A number',
      special: 'A special character',
      bytes: `At most ${PASSWORD_MAX_BYTES} bytes (letters other than A to Z take 2 to 4 bytes)`,
      control: 'No control characters',
      met: 'met',
      unmet: 'not met yet',
    },
    strength: {
      label: 'Strength of the password',
      levels: ['Too weak', 'Weak', 'Fair', 'Good', 'Strong'],
    },
    signedOut: 'You are signed out',
    signedOutKept: 'Sign in again to continue. Unsaved text is kept on this device.',
    signOutUnsaved: 'You have unsaved changes. Signing out removes them from this device.',
    signedOutElsewhere: 'You signed out or deleted the account in another tab.',
    menu: (username: string) => `Account of ${username}`,
  },
};
