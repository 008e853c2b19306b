// What `status` says of the connection, and what is not sent while it says that the replica is another's.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, test as testOfNode } from "node:test";

import { IndexedDbStore, MemoryStore, Taskstream } from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { LOST, all, json, problem } from "./script.mjs";

const test = (name, work) => testOfNode(name, { timeout: 10_000 }, work);

/** Services that say of themselves what `world` says; `batches` is what they were sent, `breakOff()` ends all streams. */
function services() {
  const streams = new Set();
  const world = { logId: "log", actor: "ada", isAway: false, isBusy: false, meStatus: 200, batches: [] };
  world.breakOff = () => streams.forEach((stream) => stream.error(LOST));
  world.fetch = async (url, { signal, body }) => {
    if (world.isAway) throw LOST;
    if (url.endsWith("/v1/projection")) return json(200, { logId: world.logId }, { "Read-Model-Age": "0" });
    if (url.endsWith("/v1/me"))
      return world.meStatus === 200 ? json(200, { actor: world.actor, role: "manager" }) : problem(world.meStatus, "UNAUTHORIZED");
    if (url.includes("/v1/changes")) return json(200, { items: [], next: "t", more: false });
    if (url.includes("/v1/stream"))
      return new Response(
        new ReadableStream({
          start(stream) {
            streams.add(stream);
            signal.addEventListener("abort", () => streams.delete(stream) && stream.error(LOST));
          },
        }),
      );
    if (world.isBusy) return problem(503, "STARTING", { "Retry-After": "60" });
    world.batches.push(JSON.parse(body).commands);
    return all("applied", 201)(world.batches.at(-1));
  };
  return world;
}

const opened = [];
afterEach(() => Promise.all(opened.splice(0).map((replica) => replica.close())));
async function open(world, options = {}) {
  const replica = await Taskstream.open({
    ...{ commandUrl: "http://command", queryUrl: "http://query", store: new MemoryStore(), firstMs: 1, maxMs: 2 },
    requestTimeoutMs: 200, // for which `flush` waits for a tab that leads
    fetch: world.fetch,
    ...options,
  });
  opened.push(replica);
  return replica;
}
const is = (replica, connection) => until(() => replica.status.connection === connection, connection);

/** A replica that is offline, with a change in its queue that waits for a minute, while `become` happens to the services. */
async function whileAway(become, options) {
  const world = services();
  const replica = await open(world, options);
  await is(replica, "live");
  world.isBusy = true;
  await replica.create({ title: "Not meant for others" });
  await until(() => replica.status.error && replica.status.sending === 0, "put off");
  world.isAway = true;
  world.breakOff();
  await is(replica, "offline");
  become(world);
  world.isAway = world.isBusy = false;
  return { world, replica };
}

for (const [connection, become, name, options] of [
  ["log-changed", (world) => (world.logId = "another"), "LogChangedError", { actor: "ada" }],
  ["actor-changed", (world) => (world.actor = "bob"), "ActorChangedError", { token: "of ada" }],
  ["signed-out", (world) => (world.meStatus = 401), "ProblemError", { token: "of ada" }],
]) {
  test(`who comes back and finds that all is another's says ${connection}, and sends nothing`, async () => {
    const { world, replica } = await whileAway(become, options);
    await is(replica, connection);
    assert.equal(replica.status.error.name, name);
    await replica.flush();
    await replica.create({ title: "Nor this" });
    await replica.flush();
    assert.deepEqual([world.batches, replica.status.queued], [[], 2], "kept, and not sent");
    assert.equal(replica.status.connection, connection, "until it is opened anew");
  });
}

test("who comes back to the same finds the queue sent", async () => {
  const { world, replica } = await whileAway(() => {}, { token: "of ada" });
  await until(() => replica.status.queued === 0, "sent");
  assert.equal(world.batches.length, 1);
});

test("`status` is told whenever it changes, as it is then", async () => {
  const world = services();
  const replica = await open(world, { actor: "ada" });
  const told = [];
  const stop = replica.on("status", (status) => {
    assert.deepEqual(status, replica.status);
    const { connection, queued, sending, error } = status;
    const words = [connection, queued, sending, error?.name ?? null].join(" ");
    if (words !== told.at(-1)) told.push(words);
  });
  await is(replica, "live");
  await (
    await replica.create({ title: "x" })
  ).settled;
  world.isAway = true;
  world.breakOff();
  await is(replica, "offline");
  world.isAway = false;
  await is(replica, "live");
  const [queued, sending, answered] = ["live 1 0 ", "live 1 1 ", "live 1 0 "];
  const begun = ["connecting 0 0 ", "live 0 0 ", queued, sending, answered, "live 0 0 ", "offline 0 0 NoAnswerError"];
  assert.deepEqual(told.slice(0, begun.length), begun);
  assert.equal(told.at(-1), "live 0 0 ");
  const { length } = told;
  stop();
  await replica.create({ title: "y" });
  assert.equal(told.length, length, "nobody listens any more");
});

test("a store is that of one origin and one actor: no other finds what is queued there, nor sends it", async () => {
  const world = services();
  const at = (queryUrl, actor) => open(world, { queryUrl, actor, store: new IndexedDbStore() });
  const first = await at("http://one.example/", "ada");
  await is(first, "live");
  world.isAway = true;
  const { taskId } = await first.create({ title: "Ada's, at one.example" });
  await until(() => first.status.error && first.status.sending === 0, "not sent");
  await first.close();
  world.isAway = false;
  for (const [queryUrl, actor] of [
    ["http://other.example", "ada"],
    ["http://one.example:8080", "ada"],
    ["https://one.example", "ada"],
    ["http://one.example", "bob"],
  ]) {
    const other = await at(queryUrl, actor);
    await is(other, "live");
    await (
      await other.create({ title: "Own" })
    ).settled;
    assert.equal(other.task(taskId).task, null, `${queryUrl} ${actor}`);
    assert.equal(other.tasks().length, 1);
  }
  assert.ok(!JSON.stringify(world.batches).includes(taskId), "nobody has sent it");
  const again = await at("http://one.example", "ada");
  await until(() => again.status.queued === 0, "sent by its own");
  assert.ok(JSON.stringify(world.batches.at(-1)).includes(taskId));
});
