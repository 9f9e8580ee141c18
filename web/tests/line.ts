/** A line to a server that can be cut in the middle of a request, as a cable can: going offline in Chromium lets it end. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Line {
  /** The server's address at this end. */
  url: string;
  /** Ends all connections and takes no new ones. */
  cut: () => void;
  mend: () => void;
  stop: () => Promise<void>;
}

/** Lays a line to a server. */
export async function layLine(to: string): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const entry = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(Number(new URL(to).port), 'localhost');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => entry.listen(0, 'localhost', resolve));
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://localhost:${(entry.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      end();
    },
    mend: () => {
      isCut = false;
    },
    stop: async () => {
      end();
      await new Promise((resolve) => entry.close(resolve));
    },
  };
}
