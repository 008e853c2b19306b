// The board behind one address, as compose/haproxy.cfg has it: commands go to a path of the page's own origin.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";

import { startServices, until } from "../support/web/services.mjs";
import { Person, startBrowser } from "./browser.mjs";

let services;
let browser;
let origin;
let server;

/** `/command/…` to the command-service without that prefix, all else to the projection-service; the host stays as it is. */
function route(incoming, outgoing) {
  const isCommand = incoming.url.startsWith("/command/");
  const { hostname, port } = new URL((isCommand ? services.command : services.projection).url);
  const path = isCommand ? incoming.url.slice("/command".length) : incoming.url;
  const onward = request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => incoming.socket.destroy());
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

before(async () => {
  [services, browser] = await Promise.all([startServices({ commandUrl: "/command" }), startBrowser()]);
  server = createServer(route);
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await services.stop();
});

test("what is written there goes to the path, and shows", async () => {
  const ada = await (await Person.at(browser, { ...services, projection: { url: origin } })).signInAs("Ada");
  await ada.create("Water the plants");
  await ada.edit("Water the plants", { Priority: "Urgent" });
  await ada.card("Water the plants").getByText("Urgent").waitFor();
  // The card shows it before it is sent, and the list has it only some time after.
  await ada.sent("Water the plants");
  const stored = await until(async () => {
    const list = await (await fetch(`${services.projection.url}/v1/tasks`)).json();
    return list.items.some(({ priority }) => priority === "URGENT") && list;
  }, "the list has the change");
  assert.deepEqual(
    stored.items.map(({ title, priority, createdBy }) => [title, priority, createdBy]),
    [["Water the plants", "URGENT", "Ada"]],
  );
  assert.deepEqual(await ada.leave(), [], "nothing on the console, and no breach of the policy");
});

test("its policy names no other origin", async () => {
  const policy = (await fetch(origin)).headers.get("Content-Security-Policy");
  assert.ok(policy.includes("; connect-src 'self'; "), policy);
  assert.deepEqual(await (await fetch(`${origin}/config.json`)).json(), { commandUrl: "/command" });
});
