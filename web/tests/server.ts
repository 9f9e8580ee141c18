/** A `codesensei serve` of the tests' own: a table in memory unless the options name a folder, any free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const PROGRAM = process.env.CODESENSEI ?? resolve(import.meta.dirname, '../../target/debug/codesensei');
const READY_IN = 60_000;

export interface Server {
  /** `http://localhost:PORT`: browsers send Secure cookies to that name, not to an address. */
  url: string;
  stop: () => Promise<void>;
}

/** Starts a server and waits until it is ready. Nothing limits requests unless the options say so. */
export async function startServer(...options: string[]): Promise<Server> {
  const limits = options.includes('--rate-limits') ? [] : ['--rate-limits', 'off'];
  const store = options.includes('--data-dir') ? [] : ['--store', 'memory'];
  const args = ['serve', ...store, '--port', '0', '--shutdown-timeout', '1', ...limits, ...options];
  const server = spawn(PROGRAM, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CODESENSEI_LOG: 'error' },
  });
  const url = await readUrl(server);
  return { url, stop: () => stop(server) };
}

function readUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let banner = '';
    const late = setTimeout(() => reject(new Error(`The server was not ready in time:\n${banner}`)), READY_IN);
    const read = (piece: Buffer) => {
      banner += piece.toString();
      const url = /^CodeSensei is at (\S+)/m.exec(banner)?.[1];
      if (url !== undefined && banner.includes('Ctrl-C stops it')) {
        clearTimeout(late);
        resolve(url);
      }
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${banner}`)));
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await ended;
}
