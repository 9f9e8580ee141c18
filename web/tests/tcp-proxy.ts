/** A TCP proxy that can cut connections in the middle of a request. Chromium's offline mode lets requests finish. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The proxy's URL. */
  url: string;
  /** Closes all connections and rejects new ones. */
  cutConnections: () => void;
  acceptConnections: () => void;
  stop: () => Promise<void>;
}

export async function startTcpProxy(to: string): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const target = connect(Number(new URL(to).port), 'localhost');
    for (const [socket, other] of [
      [client, target],
      [target, client],
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
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const destroySockets = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    cutConnections: () => {
      isCut = true;
      destroySockets();
    },
    acceptConnections: () => {
      isCut = false;
    },
    stop: async () => {
      destroySockets();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
