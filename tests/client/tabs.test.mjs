// Several replicas on one IndexedDB, as the tabs of a browser have it: one leads, all see the same. Here without Web Locks,
// by the leased row; tests/browser has them in a real browser.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { IndexedDbStore, Services, Taskstream } from "../../projection-service/web/taskstream.js";
import { startProxy } from "../support/web/proxy.mjs";
import { startServices, until } from "../support/web/services.mjs";

let services;
let proxy;
before(async () => {
  services = await startServices();
  proxy = await startProxy(services.command.url);
});
after(async () => {
  await proxy.close();
  await services.stop();
});

const tab = (actor, options = {}) =>
  Taskstream.open({
    commandUrl: proxy.url,
    queryUrl: services.projection.url,
    actor,
    firstMs: 20,
    maxMs: 100,
    commandTimeoutMs: 100,
    ...options,
  });
const judge = () =>
  new Services({ commandUrl: services.command.url, queryUrl: services.projection.url, actor: "judge" });
const batches = () => proxy.passed.filter(({ path }) => path === "/v1/batch");

test("one of several tabs leads; what any of them changes is sent by it alone, and settles where it was made", async () => {
  const tabs = [await tab("ada"), await tab("ada"), await tab("ada")];
  await until(() => tabs.every((each) => each.status.connection === "live"), "all know that they are live");
  assert.deepEqual(
    tabs.map((each) => each.status.leads),
    [true, false, false],
  );
  const change = await tabs[2].create({ title: "From the third tab" });
  assert.equal((await change.settled).verdict, "applied");
  await until(() => tabs.every((each) => each.task(change.taskId).task?.version === 1), "all tabs show it");
  assert.equal(batches().length, 1);
  const { taskId } = await judge()
    .createTask({ title: "From elsewhere" })
    .then(({ task }) => task);
  await until(() => tabs.every((each) => each.task(taskId).task), "all tabs hear of it");

  await tabs[0].close();
  await until(() => tabs[1].status.leads || tabs[2].status.leads, "another one leads");
  const second = await tabs[1].edit(change.taskId, { title: "Edited" });
  assert.equal((await second.settled).verdict, "applied");
  await Promise.all(tabs.slice(1).map((each) => each.close()));
});

test("a conflict is told in every tab, and settled in one", async () => {
  const tabs = [await tab("ada"), await tab("ada")];
  const { taskId, settled } = await tabs[1].create({ title: "Base" });
  await settled;
  const seen = tabs[1].task(taskId);
  await judge().editTask(taskId, { title: "Theirs" }, { version: 1 });
  const told = tabs.map((each) => new Promise((tell) => each.on("conflict", tell)));
  const change = await tabs[1].edit(taskId, { title: "Mine" }, { seen });
  const [conflict] = await Promise.all(told);
  await conflict.overwrite();
  assert.equal((await change.settled).verdict, "merged");
  await until(() => tabs.every((each) => each.status.conflicts === 0), "settled in both");
  assert.equal((await judge().readTask(taskId)).task.title, "Mine");
  await Promise.all(tabs.map((each) => each.close()));
});

test("the queue of one actor survives, and is not flushed by another", async () => {
  const ada = await tab("ada");
  proxy.away();
  const { taskId } = await ada.create({ title: "Ada's own" });
  await ada.close();
  proxy.back();
  const bob = await tab("bob");
  await until(() => bob.status.connection === "live", "bob is live");
  await (
    await bob.create({ title: "Bob's" })
  ).settled;
  assert.equal(bob.task(taskId).task, null);
  await assert.rejects(judge().readTask(taskId), { code: "NOT_FOUND" });
  await bob.close();
  const again = await tab("ada");
  await until(() => again.task(taskId).task?.version === 1, "flushed under its own actor");
  assert.equal((await judge().readTask(taskId)).task.createdBy, "ada");
  await again.close();
});

test("what was read before is there at once, also without a network", async () => {
  const ada = await tab("ada");
  const { taskId, settled } = await ada.create({ title: "Kept" });
  await settled;
  await ada.close();
  proxy.away();
  const query = await startProxy(services.projection.url);
  const first = await tab("carol", { queryUrl: query.url });
  await until(() => first.task(taskId).task, "carol has it");
  await first.close();
  query.away();
  const offline = await tab("carol", { queryUrl: query.url });
  assert.equal(offline.task(taskId).task.title, "Kept");
  await offline.edit(taskId, { title: "Edited offline" });
  assert.equal(offline.task(taskId).task.title, "Edited offline");
  await until(() => offline.status.connection === "offline", "it says so");
  await assert.rejects(
    tab("dave", { queryUrl: query.url, attempts: 2 }),
    { name: "NoAnswerError" },
    "nothing is known of dave",
  );
  query.back();
  proxy.back();
  await until(() => offline.status.queued === 0 && offline.status.connection === "live", "back, and flushed");
  await offline.close();
  await query.close();
});

test("signing out in one tab erases the store and signs out the others", async () => {
  const tabs = [await tab("erin"), await tab("erin")];
  await (
    await tabs[0].create({ title: "Secret" })
  ).settled;
  const told = new Promise((tell) => tabs[1].on("signed-out", tell));
  assert.equal(await tabs[0].signOut(), true);
  await told;
  assert.deepEqual(
    tabs.map((each) => each.tasks().length),
    [0, 0],
  );
  assert.deepEqual(
    tabs.map((each) => each.status.connection),
    ["signed-out", "signed-out"],
  );
  const names = (await indexedDB.databases()).map(({ name }) => name);
  assert.ok(names.some((name) => name.endsWith("|ada")) && !names.some((name) => name.endsWith("|erin")), names.join());
});

test("signing out erases the store of this log and this actor, and no other's", async () => {
  const origin = services.projection.url;
  const others = [`taskstream|${origin}|another-log|gina`, `taskstream|${origin}|another-log|hal`, "something else"];
  for (const name of others) {
    const store = new IndexedDbStore();
    await store.open(name);
    await store.write([{ in: "queue", key: "a", value: { changeId: "a" } }]);
    await store.close();
  }
  const gina = await tab("gina");
  await gina.signOut();
  for (const name of others) {
    const store = new IndexedDbStore();
    assert.deepEqual((await store.open(name)).queue, [{ changeId: "a" }], name);
    await store.close();
  }
});

test("the lease of a tab that died is taken over, and one that is renewed is not", async () => {
  const stores = [new IndexedDbStore(), new IndexedDbStore()];
  await Promise.all(stores.map((store) => store.open("lease")));
  assert.equal(await stores[0].lease("one", 60_000), true);
  assert.equal(await stores[1].lease("other", 60_000), false);
  assert.equal(await stores[0].lease("one", -1), true, "renewed, and over at once");
  assert.equal(await stores[1].lease("other", 60_000), true);
  assert.equal(await stores[0].lease("one", 60_000), false);
  await Promise.all(stores.map((store) => store.close()));
});

test(
  "a tab that follows has the leading one send what is queued, and knows when that is done",
  { timeout: 20_000 },
  async () => {
    const tabs = [
      await tab("ada", { firstMs: 60_000, maxMs: 60_000 }),
      await tab("ada", { firstMs: 60_000, maxMs: 60_000 }),
    ];
    await until(() => tabs[1].status.connection === "live", "live");
    proxy.away();
    const change = await tabs[1].create({ title: "Held back for a minute" });
    await until(() => tabs[0].status.error, "the leading tab has failed to send it");
    proxy.back();
    await tabs[1].flush();
    assert.equal((await change.settled).verdict, "applied");
    await Promise.all(tabs.map((each) => each.close()));
  },
);

test("what tabs tell each other of what they have seen does not grow", async () => {
  const tabs = [await tab("ada"), await tab("ada"), await tab("ada")];
  const settled = [];
  for (let i = 0; i < 60; i += 1) settled.push((await tabs[i % 3].create({ title: `Task ${i}` })).settled);
  await Promise.all(settled);
  const { task } = await tabs[1].services.getTask((await Promise.all(settled))[0].taskId);
  assert.equal(task.title, "Task 0");
  for (const each of tabs) assert.ok(each.services.consistencyToken.length < 300, each.services.consistencyToken);
  await Promise.all(tabs.map((each) => each.close()));
});

test("a tab that goes, by closing or with its page, gives back that it leads", async (t) => {
  const onPage = new Map();
  globalThis.addEventListener = (name, listener) => onPage.set(name, listener);
  globalThis.removeEventListener = () => {};
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  const first = await tab("frank");
  await until(() => first.status.leads && first.status.connection === "live", "it leads");
  const store = new IndexedDbStore();
  await store.open(`taskstream|${services.projection.url}|${first.identity.logId}|frank`);
  assert.equal(await store.lease("another", 6_000), false);
  onPage.get("pagehide")({ persisted: false });
  await until(() => store.lease("another", 6_000), "given back at once", 1_000);
  await store.release("another");
  await first.close();
  assert.equal(await store.lease("another", 6_000), true, "given back");
  await store.close();
});

test("a lease is over when the clock was set back since it was taken", async (t) => {
  const stores = [new IndexedDbStore(), new IndexedDbStore()];
  await Promise.all(stores.map((store) => store.open("lease of tomorrow")));
  const real = Date.now;
  t.after(() => (Date.now = real));
  assert.equal(await stores[0].lease("one", 6_000), true);
  assert.equal(await stores[1].lease("other", 6_000), false);
  Date.now = () => real() - 86_400_000;
  assert.equal(await stores[1].lease("other", 6_000), true);
  await Promise.all(stores.map((store) => store.close()));
});

test("a store of another log is not opened for this one", async () => {
  const ada = await tab("ada");
  const { logId } = ada.identity;
  const names = (await indexedDB.databases()).map(({ name }) => name);
  assert.ok(names.includes(`taskstream|${services.projection.url}|${logId}|ada`), names.join());
  await ada.close();
});
