/** Starts `codesensei serve` for the tests, with an in-memory table by default and on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const PROGRAM = process.env.CODESENSEI ?? resolve(import.meta.dirname, '../../target/debug/codesensei');
const START_TIMEOUT_MS = 60_000;

export interface Server {
  /** `http://localhost:PORT`, because browsers do not send Secure cookies to an IP address. */
  url: string;
  stop: () => Promise<void>;
}

/** Starts a server and waits until it is ready. Rate limits are off by default. */
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
    const late = setTimeout(() => reject(new Error(`The server was not ready in time:\n${banner}`)), START_TIMEOUT_MS);
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
    server.once('exit', (code) => reject(new Error(`The server exited with code ${code}:\n${banner}`)));
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await ended;
}
