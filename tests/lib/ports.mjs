// Ports for programs that must be told theirs. A server that takes port 0 needs none of this.
import net from 'node:net';

// Below Linux' ephemeral range (32768-60999), from which the kernel serves port 0 and outgoing
// connections: a port that was free a moment ago stays free while other tests run.
const FIRST = 10240, COUNT = 32768 - FIRST;

const isFree = (port) => new Promise((resolve) => {
  const server = net.createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
});

/** A port on which nothing listens. */
export async function freePort() {
  for (let tries = 0; tries < 100; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port in 100 tries');
}
