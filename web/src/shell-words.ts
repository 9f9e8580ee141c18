/** The words of what is shown first: the frame of every page, signing in and up, errors. The others are in `words.ts`. */
import type { ErrorCode } from './api/types';

/** What an error is called, and what to do next. */
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
    title: 'This is not yours to open',
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
  DEVICE_NOT_FOUND: { title: 'This device is signed out already', next: 'The list is up to date now.' },
  NOT_FOUND: { title: 'There is nothing at this address', next: 'Reload the page, which may be out of date.' },
  METHOD_NOT_ALLOWED: {
    title: 'The server does not know this request',
    next: 'Reload the page, which may be out of date.',
  },
  INVALID_LANGUAGE: { title: 'Unknown language', next: 'Choose one from the list.' },
  FILE_TOO_LARGE: {
    title: 'The file is over 5 MiB',
    next: 'Split it into smaller modules, or paste the part to review.',
  },
  MESSAGE_TOO_LONG: { title: 'The message is too long', next: 'Shorten it to 5,000 characters.' },
  INVALID_INPUT: { title: 'Something in the form is wrong', next: 'Correct the marked fields and send it again.' },
  RATE_LIMIT_EXCEEDED: { title: 'Too many requests', next: 'Wait until the time is up.' },
  VERSION_CONFLICT: { title: 'The file changed elsewhere', next: 'Merge your changes with the saved ones.' },
  PATCH_CONFLICT: {
    title: 'The patch does not fit any more',
    next: 'The code has changed since. Ask again for a new patch.',
  },
  REQUEST_IN_PROGRESS: {
    title: 'This question is being answered already',
    next: 'Wait for the answer, or ask again in a moment.',
  },
  AI_TIMEOUT: { title: 'AI is taking too long', next: 'Try with a smaller code selection.' },
  AI_MALFORMED_RESPONSE: { title: 'The answer could not be read', next: 'Ask again.' },
  TOKEN_LIMIT_EXCEEDED: {
    title: 'This is too much for the model',
    next: 'Select a smaller region and ask about that.',
  },
  BEDROCK_UNAVAILABLE: { title: 'The model is not available', next: 'Try again in a moment.' },
  SESSION_LIMIT_EXCEEDED: { title: 'You have 100 sessions already', next: 'Delete one that you no longer need.' },
  THREAD_LIMIT_EXCEEDED: {
    title: 'This session has 50 conversations already',
    next: 'Delete one that you no longer need.',
  },
  MESSAGE_LIMIT_EXCEEDED: {
    title: 'This conversation has 500 messages already',
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
    title: 'The server gave an answer that this page does not understand',
    next: 'Reload the page and try again.',
  },
};

/** How many of something, with its noun in the right form. */
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
    notFoundNext: 'The address may be mistyped, or what was here has moved.',
    toSessions: 'Go to your sessions',
    toStart: 'Go to the start page',
    connectionLost: 'Connection lost',
    connectionLostNext: 'Check your internet and try again. What you have not saved is kept on this device.',
    crashed: 'This page has stopped working',
    crashedNext: 'Reload it. What you have not saved is kept on this device.',
    reload: 'Reload the page',
    reloadNext: 'The page may have been updated, or the connection is lost. Save, then reload the page.',
    updated: 'This part of the page could not be loaded',
    updatedNext:
      'The page may have been updated, or the connection is lost. Reload it. What you have not saved is kept on this device.',
    offline: 'You are offline. Saves wait on this device and go out when the connection is back.',
  },

  accounts: {
    landing: {
      title: 'Ask about the lines. Apply the answer.',
      text: 'CodeSensei reviews code where it stands. Select the lines that you are not sure about and ask. You get an explanation and a patch that fits.',
      start: 'Create your account',
      toSessions: 'Open your sessions',
      picture:
        'The editor: four lines of a Java file are selected, and beside them is the conversation about these lines, with a patch to apply.',
      howTitle: 'How it works',
      moreTitle: 'Made for real files',
      more: [
        {
          title: 'Conversations follow the code',
          text: 'A conversation stays at its lines while the file changes, and says so when it can no longer be sure.',
        },
        {
          title: 'Patches that fit',
          text: 'Each patch is checked against the code before it is offered. One that does not fit is never applied.',
        },
        {
          title: 'No change is lost',
          text: 'Two tabs saved over each other? You merge them. Offline? Your text waits on this device.',
        },
        { title: 'Large files', text: 'Open files of up to 5 MiB. Line ends stay as they were.' },
        { title: 'All by keyboard', text: 'Select, ask, read, apply and save without a mouse.' },
        { title: 'What it costs', text: 'You see the tokens and the cost of each day in your settings.' },
      ],
      privacyTitle: 'Your code stays yours',
      privacy: 'No code, question or answer is written to a log. What you delete is gone from your account at once.',
      privacyMore: 'What happens to your code',
      endTitle: 'Review your first file',
      endText: 'All it takes is a name, an e-mail address, a username and a password.',
      deleted: 'Your account is deleted',
      deletedText: 'Its sessions, conversations and settings are gone. The username and the address are free again.',
    },
    steps: [
      {
        title: 'Open a file',
        text: 'Drop a file, paste code or start with an empty one. Its language follows from the name.',
      },
      {
        title: 'Select lines and ask',
        text: 'Ask in your own words. The answer appears while it is written, beside the lines that it is about.',
      },
      {
        title: 'Apply the patch',
        text: 'See the difference first. Apply it with one click, and undo it like any other edit.',
      },
    ],
    about: {
      title: 'About CodeSensei',
      lead: 'CodeSensei is code review inside the editor. You open a file, start a conversation on some of its lines, and get an explanation and a patch that applies.',
      codeTitle: 'What happens to your code',
      code: [
        {
          title: 'It is stored in your account',
          text: 'Files, questions and answers are stored on the server, so that you can return to them. Other users cannot read them.',
        },
        {
          title: 'A question is sent to a model',
          text: 'The model reads your question, the conversation so far and the file. Of a large file it reads only the part around your lines. A server in production asks models on Amazon Bedrock. A server without a model answers by rules and says so in each answer.',
        },
        {
          title: 'Logs have no content',
          text: 'Passwords, names, e-mail addresses, file names, code, questions and answers are never logged. A log line has a random user id, the route, the time and the cost.',
        },
        {
          title: 'Deleting means deleting',
          text: 'What you delete is gone from your account at once. On AWS the database keeps recovery copies for up to 35 days; after that it is in no copy either.',
        },
        {
          title: 'What this device keeps',
          text: 'Text that you have not saved is kept in this browser for 24 hours. Signing out removes it. The sign-in itself is in cookies that no script can read.',
        },
        {
          title: 'Nothing from elsewhere',
          text: 'This page loads no scripts, fonts or trackers from other sites.',
        },
      ],
      endTitle: 'Try it on a file of yours',
    },
    signInTitle: 'Sign in to CodeSensei',
    signUpTitle: 'Create your account',
    toContinue: 'Sign in to continue where you were.',
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
      usernameHint: '3 to 20 letters and digits. You sign in with it.',
      password: 'Password',
      confirm: 'Password again',
    },
    wrong: {
      name: 'Enter your name.',
      nameLong: 'A name has at most 100 characters.',
      email: 'Enter your e-mail address.',
      emailForm: 'An e-mail address looks like name@example.com.',
      username: 'Enter your username.',
      usernameForm: 'Use 3 to 20 letters and digits: no spaces or signs, no accents.',
      password: 'Enter your password.',
      newPassword: 'Choose a password.',
      rules: 'The password does not follow all rules yet.',
      confirm: 'Enter the password again.',
      differs: 'The two passwords differ.',
    },
    rules: {
      title: 'A password has:',
      length: 'At least 8 characters',
      upper: 'An upper-case letter',
      digit: 'A number',
      special: 'A special character',
      bytes: 'At most 71 bytes (other alphabets take 2 to 4 each)',
      control: 'No control characters',
      met: 'met',
      unmet: 'not met yet',
    },
    strength: {
      label: 'Strength of the password',
      levels: ['Too weak', 'Weak', 'Fair', 'Good', 'Strong'],
    },
    signedOut: 'You are signed out',
    signedOutKept: 'Sign in again to go on. Unsaved text is kept on this device.',
    signOutUnsaved: 'You have unsaved changes. Signing out removes them from this device.',
    signedOutElsewhere: 'You signed out in another tab.',
    menu: (username: string) => `Account of ${username}`,
  },
};
