/** Text of the start page and of About. It is separate so that the sign-in page does not load it. */
import { CODE_SIZE } from './shell';

export const words = {
  landing: {
    title: 'Ask about the lines. Apply the answer.',
    text: 'CodeSensei reviews code in place. Select the lines that you are not sure about and ask. You get an explanation and a patch that fits.',
    start: 'Create your account',
    toSessions: 'Open your sessions',
    picture:
      'The editor: four lines of a Java file are selected, and beside them is the conversation about these lines, with a patch to apply.',
    howTitle: 'How it works',
    moreTitle: 'Made for real files',
    more: [
      {
        title: 'Conversations follow the code',
        text: 'A conversation stays with its lines while the file changes, and tells you when it is no longer sure.',
      },
      {
        title: 'Patches that fit',
        text: 'Each patch is checked against the code before it is offered. One that does not fit is never applied.',
      },
      {
        title: 'No change is lost',
        text: 'Two tabs saved over each other? You merge them. Offline? Your changes are kept on this device.',
      },
      { title: 'Large files', text: `Open files of up to ${CODE_SIZE}. Line endings are preserved.` },
      { title: 'Keyboard support', text: 'Select, ask, read, apply and save without a mouse.' },
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
      text: 'Drop a file, paste code or start with an empty one. Its language is detected from the name.',
    },
    {
      title: 'Select lines and ask',
      text: 'Ask in your own words. The answer appears beside your lines while the model writes it.',
    },
    {
      title: 'Apply the patch',
      text: 'View the diff first. Apply it with one click, and undo it like any other edit.',
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
        text: 'What you delete is gone from your account at once. On AWS the database keeps recovery copies for up to 35 days. After that, those copies are deleted too.',
      },
      {
        title: 'What this device keeps',
        text: 'Text that you have not saved is kept in this browser for 24 hours. Signing out removes it. The sign-in itself is in cookies that no script can read.',
      },
      {
        title: 'No third-party content',
        text: 'This page loads no scripts, fonts or trackers from other sites.',
      },
    ],
    endTitle: 'Try it on your own file',
  },
};
