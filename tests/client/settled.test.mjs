// What is told of a change whose replica goes before the change is settled, and of one whose tab went: `settled` never waits for good.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, test as testOfNode } from "node:test";

import { IndexedDbStore } from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { ID, all, json, problem, replicaOn, task } from "./script.mjs";

// A promise that never resolves ends its test all the same.
const test = (name, work) => testOfNode(name, { timeout: 10_000 }, work);

const opened = [];
afterEach(() => Promise.all(opened.splice(0).map((replica) => replica.close())));
async function replica(batches, options) {
  const script = await replicaOn(batches, options);
  opened.push(script.replica);
  return script;
}
const tab = (batches, actor) => replica(batches, { store: new IndexedDbStore(), actor });

const forAMinute = () => problem(503, "STARTING", { "Retry-After": "60" });
const never = (_, { signal }) =>
  new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))));
const heard = (one) => {
  const outcomes = [];
  for (const name of ["settled", "refused"]) one.on(name, (outcome) => outcomes.push([name, outcome]));
  return outcomes;
};

test("a change whose replica is closed before says `closed`, and is sent by the next one", async () => {
  const store = new IndexedDbStore();
  const first = await replica([never], { store, actor: "closes" });
  const events = heard(first.replica);
  const [waiting, follower] = [
    await first.replica.create({ title: "Kept" }),
    await first.replica.create({ title: "Kept too" }),
  ];
  await until(() => first.sent.length === 1, "under way");
  await first.replica.close();
  const { taskId, changeId } = waiting;
  const what = { title: "Kept" };
  const expected = { changeId, taskId, kind: "create", what, verdict: "closed", task: null, problem: null };
  assert.deepEqual(await waiting.settled, expected);
  assert.equal((await follower.settled).verdict, "closed");
  assert.deepEqual(events, [], "it is not settled yet: no event says so");
  const second = await replica([all("applied", 201)], { store, actor: "closes" });
  await until(() => second.replica.status.queued === 0, "sent");
  assert.equal(second.sent[0].length, 2);
});

test("what came before the closing is told as it was", async () => {
  const { replica: one } = await replica([all("applied", 201)]);
  const change = await one.create({ title: "x" });
  await change.settled;
  await one.close();
  assert.equal((await change.settled).verdict, "applied");
});

test("a change of somebody who signs out says `erased`, in every tab", async () => {
  const tabs = [await tab([forAMinute], "leaves"), await tab([], "leaves")];
  const changes = await Promise.all(tabs.map((each) => each.replica.create({ title: "Never sent" })));
  await until(() => tabs[0].replica.status.queued === 2, "both are queued at both");
  assert.equal(await tabs[0].replica.signOut({ confirm: () => true }), true);
  const outcomes = await Promise.all(changes.map(({ settled }) => settled));
  assert.deepEqual(
    outcomes.map(({ verdict }) => verdict),
    ["erased", "erased"],
  );
});

/** Tabs of which the leading one, dying, has still kept `operations`, but told nobody. */
async function leaderThatDies(actor, operations) {
  const tabs = [await tab([forAMinute], actor), await tab([], actor), await tab([], actor)];
  await until(() => tabs.every((each) => each.replica.status.connection === "live"), "live");
  assert.ok(tabs[0].replica.status.leads);
  const change = await tabs[2].replica.create({ title: "Settled by a tab that died" });
  await until(() => tabs.every((each) => each.replica.status.queued === 1), "queued in all");
  await until(() => tabs[0].sent.length === 1 && tabs[0].replica.status.sending === 0, "put off");
  const store = new IndexedDbStore();
  await store.open(`taskstream|http://query|log|${actor}`);
  await store.write(operations(change));
  await store.close();
  const events = tabs.slice(1).map((each) => heard(each.replica));
  await tabs[0].replica.close();
  return { change, events, tabs };
}

test("what came of a change whose leading tab died before it told so is told by the next", async () => {
  const outcome = ({ changeId, taskId }) => ({
    ...{ changeId, taskId, kind: "create", what: {}, verdict: "refused", task: null },
    problem: { status: 422, code: "VALIDATION_FAILED" },
  });
  const { change, events, tabs } = await leaderThatDies("dies", (each) => [
    { in: "queue", key: each.changeId, value: undefined },
    { in: "meta", key: "outcomes", value: [outcome(each)] },
  ]);
  assert.deepEqual(await change.settled, outcome(change));
  await until(() => events.every((each) => each.length), "both are told");
  // What the dead tab had said all the same, and after it something that shows.
  const line = new BroadcastChannel("taskstream|http://query|log|dies");
  const said = (operations, settled) => line.postMessage({ from: "the dead", operations, settled });
  said([{ in: "queue", key: change.changeId, value: undefined }], [outcome(change)]);
  said([{ in: "tasks", key: ID, value: task() }], []);
  await until(() => tabs.slice(1).every((each) => each.replica.task(ID).task), "heard");
  line.close();
  assert.deepEqual(events, Array(2).fill([["refused", outcome(change)]]), "once");
  assert.ok(tabs.slice(1).every((each) => each.replica.task(change.taskId).task === null));
});

test("where that was written over since, nobody waits for good: `unknown`", async () => {
  const { change, events } = await leaderThatDies("forgotten", ({ changeId }) => [
    { in: "queue", key: changeId, value: undefined },
  ]);
  assert.equal((await change.settled).verdict, "unknown");
  await until(() => events.every((each) => each.length), "both are told");
  assert.deepEqual(
    events.map(([[name, { verdict }], ...others]) => [name, verdict, others.length]),
    Array(2).fill(["settled", "unknown", 0]),
  );
});

test("what came of changes is kept in the write that takes them out of the queue", async () => {
  const writes = [];
  const store = new IndexedDbStore();
  const write = store.write.bind(store);
  store.write = (operations) => writes.push(operations) && write(operations);
  const rejected = ([{ commandId }]) =>
    json(200, { results: [{ commandId, verdict: "rejected", status: 422, body: { code: "VALIDATION_FAILED" } }] });
  const { replica: one } = await replica([rejected], { store, actor: "keeps" });
  const change = await one.create({ title: "x" });
  const outcome = await change.settled;
  const last = writes.find((operations) => operations.some(({ key }) => key === "outcomes"));
  assert.deepEqual(
    last.filter(({ key }) => key === "outcomes" || key === change.changeId).map(({ value }) => value),
    [undefined, [outcome]],
  );
});
