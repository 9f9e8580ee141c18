/** All text of the page. Text of the first paint is in `shell.ts` alone, so that the first chunk stays small. */
import { editor, signOut } from './editor';
import { sessions } from './sessions';
import { settings } from './settings';
import { words as shell } from './shell';
import { thread } from './thread';

export const words = { ...shell, sessions, editor, signOut, thread, settings };
