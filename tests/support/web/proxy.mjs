// Stands between a client and one service, and can lose answers after the service has given them.
import { createServer, request } from "node:http";

export async function startProxy(target) {
  const { hostname, port } = new URL(target);
  let loseNext = () => false;
  let isAway = false;
  const passed = [];
  const server = createServer(async (incoming, outgoing) => {
    if (isAway) return incoming.socket.destroy();
    const isLost = loseNext(incoming);
    const pieces = [];
    try {
      for await (const piece of incoming) pieces.push(piece);
    } catch {
      return; // the client has gone
    }
    const body = Buffer.concat(pieces);
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const onward = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
      passed.push({
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
        body: body.toString(),
        status: answer.statusCode,
        isLost,
      });
      if (isLost) {
        answer.resume();
        answer.on("end", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => incoming.socket.destroy());
    onward.end(body);
    outgoing.on("close", () => onward.destroy());
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    passed,
    /** Loses the answers of the next requests that fit, so many of them. */
    lose(fits, count = 1) {
      loseNext = (incoming) => fits(incoming) && count-- > 0;
    },
    /** The network is gone: what is open breaks, and nothing else gets through, until it is `back`. */
    away() {
      isAway = true;
      server.closeAllConnections();
    },
    back() {
      isAway = false;
    },
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}
