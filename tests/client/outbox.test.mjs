// The queue of changes, where the service is a script: no edit is lost, none is made twice, and none is called what it was not.
import assert from "node:assert/strict";
import { afterEach, test as testOfNode } from "node:test";

import { MemoryStore, newId } from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { ID, LOST, json, problem, replicaOn, storeWith } from "./script.mjs";

// Where a change is never settled the test ends all the same.
const test = (name, work) => testOfNode(name, { timeout: 20_000 }, work);

const opened = [];
afterEach(() => Promise.all(opened.splice(0).map((replica) => replica.close())));

const fullTask = (version, fields = {}) => ({
  taskId: ID,
  title: "Base",
  description: null,
  status: "NOT_STARTED",
  priority: "MEDIUM",
  tags: [],
  assigneeId: null,
  dueDate: null,
  warningOffset: null,
  lock: null,
  version,
  createdAt: "2026-01-01T00:00:00Z",
  createdBy: "ada",
  updatedAt: "2026-01-01T00:00:00Z",
  updatedBy: "ada",
  ...fields,
});
const result = ({ commandId }, verdict, status, members = {}) => ({ commandId, verdict, status, ...members });
const applied = (version, fields) => (command) =>
  result(command, "applied", 200, { version, body: fullTask(version, fields) });
const conflict = (current, changed, expectedVersion) => (command) =>
  result(command, "rejected", 412, {
    body: {
      code: "VERSION_CONFLICT",
      expectedVersion,
      currentVersion: current.version,
      current,
      changes: changed.map((field) => ({ field, version: current.version, actor: "bob", time: current.updatedAt })),
      conflictingFields: changed,
      mergeable: false,
    },
  });
const rejected = (status, code) => (command) => result(command, "rejected", status, { body: { status, code } });
const skipped = (command) => result(command, "skipped", 424);
/** One batch, each command of it answered by its own function; a function that says nothing leaves its command out. */
const batch =
  (...answers) =>
  (commands) =>
    json(200, { results: commands.map((command, i) => answers[i]?.(command)).filter(Boolean) });

/** A replica that knows the task at version 1. */
async function replicaWith(batches, options = {}) {
  const store = await storeWith(fullTask(1, options.fields));
  const script = await replicaOn(batches, { store, ...options });
  opened.push(script.replica);
  await until(() => script.replica.status.connection === "live", "live");
  return { ...script, store };
}
const nextConflict = (replica) => new Promise((meet) => replica.on("conflict", meet));

test("a decision on a conflict is not taken for one on a newer conflict, which nobody has seen", async () => {
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(2, { title: "Theirs" }), ["title"], 1)),
    batch(conflict(fullTask(3, { title: "Theirs, later" }), ["title"], 2)),
    batch(applied(4, { title: "Mine" })),
  ]);
  const met = nextConflict(replica);
  const change = await replica.edit(ID, { title: "Mine" });
  const first = await met;
  const again = nextConflict(replica);
  await first.overwrite();
  const second = await again;
  await assert.rejects(first.overwrite(), { name: "ConflictChangedError" });
  await assert.rejects(first.merge({ title: "mine" }), { name: "ConflictChangedError" });
  await assert.rejects(first.giveUp(), { name: "ConflictChangedError" });
  assert.equal(replica.conflicts()[0].theirs.title, "Theirs, later");
  await second.overwrite();
  assert.equal((await change.settled).verdict, "merged");
  assert.deepEqual(
    sent.map(([{ expectedVersion }]) => expectedVersion),
    [1, 2, 3],
  );
});

test("a follower whose conflict waits is asked about anew when others change the task meanwhile", async () => {
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(2, { title: "Theirs", tags: ["theirs"] }), ["title", "tags"], 1), skipped),
    batch(conflict(fullTask(3, { title: "Theirs", tags: ["later"] }), ["tags"], 2)),
    batch(applied(4, { title: "Mine" })),
    batch(applied(5)),
  ]);
  const met = nextConflict(replica);
  const [first, second] = await Promise.all([
    replica.edit(ID, { title: "Mine" }),
    replica.edit(ID, { tags: ["mine"] }),
  ]);
  const followed = (await met, nextConflict(replica));
  await replica.conflicts()[0].overwrite();
  const stale = await followed;
  assert.deepEqual([stale.changeId, stale.theirs.tags], [second.changeId, ["theirs"]]);
  assert.equal((await first.settled).verdict, "merged");
  await assert.rejects(stale.overwrite(), { name: "ConflictChangedError" });
  const [now] = replica.conflicts();
  assert.deepEqual([now.changeId, now.theirs.tags], [second.changeId, ["later"]]);
  await now.overwrite();
  await second.settled;
  assert.deepEqual(
    sent.map(([{ expectedVersion }]) => expectedVersion),
    [1, 2, 3, 4],
  );
});

test("a create that meets another task under its id becomes an edit of it once one overwrites, and takes its followers along", async () => {
  const id = newId();
  const theirs = fullTask(7, { taskId: id, title: "Theirs" });
  const { replica, sent } = await replicaWith([
    batch(conflict(theirs, [], 0), skipped),
    batch(
      (command) => result(command, "applied", 200, { version: 8, body: { ...theirs, title: "Mine", version: 8 } }),
      (command) => result(command, "applied", 200, { version: 9, body: { ...theirs, title: "Mine", version: 9 } }),
      (command) => result(command, "applied", 200, { version: 10, body: { ...theirs, title: "Mine", version: 10 } }),
    ),
  ]);
  const met = nextConflict(replica);
  const [created, followed] = await Promise.all([
    replica.create({ title: "Mine", priority: "MEDIUM", assigneeId: "ada" }, { id }),
    replica.edit(id, { tags: ["mine"] }),
  ]);
  const conflictOfBoth = await met;
  assert.deepEqual(conflictOfBoth.conflictingFields, ["title", "assigneeId"], "what both say alike is no conflict");
  await conflictOfBoth.overwrite();
  assert.equal((await created.settled).verdict, "merged");
  assert.equal((await followed.settled).verdict, "applied");
  assert.deepEqual(
    sent[1].map(({ method, path, expectedVersion, body }) => [method, path, expectedVersion, body]),
    [
      ["PATCH", `/v1/tasks/${id}`, 7, { title: "Mine", priority: "MEDIUM" }],
      ["PUT", `/v1/tasks/${id}/assignee`, "previous", { userId: "ada" }],
      ["PATCH", `/v1/tasks/${id}`, "previous", { tags: ["mine"] }],
    ],
  );
  assert.equal(new Set(sent.flat().map(({ commandId }) => commandId)).size, 4, "another request has another key");
});

test("a create that is given up takes what was built on it along, and leaves the other task alone", async () => {
  const id = newId();
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(7, { taskId: id, title: "Theirs" }), [], 0), skipped),
  ]);
  const met = nextConflict(replica);
  const [created, followed] = await Promise.all([
    replica.create({ title: "Mine" }, { id }),
    replica.edit(id, { tags: ["mine"] }),
  ]);
  await (await met).giveUp();
  const outcomes = await Promise.all([created.settled, followed.settled]);
  assert.deepEqual(
    outcomes.map(({ verdict }) => verdict),
    ["given-up", "given-up"],
  );
  assert.equal(replica.task(id).task.title, "Theirs");
  assert.equal(sent.length, 1);
});

test("who lost sight of a task by a change sees it again when it comes back; who deleted it does not", async () => {
  const gone = (command) => result(command, "applied", 204);
  const { replica } = await replicaWith([batch(gone), batch(applied(4)), batch(gone)], { fields: { assigneeId: "x" } });
  await (
    await replica.unassign(ID)
  ).settled;
  assert.equal(replica.task(ID).task, null);
  replica.services.lock = async () => ({ task: fullTask(3) }); // as an event of the stream would bring it
  await replica.lock(ID, 5);
  assert.equal(replica.task(ID).task?.version, 3, "given back");
  await (
    await replica.edit(ID, { title: "x" })
  ).settled;
  await (
    await replica.delete(ID)
  ).settled;
  replica.services.lock = async () => ({ task: fullTask(9) });
  await replica.lock(ID, 5);
  assert.equal(replica.task(ID).task, null, "deleted for good");
});

test("a clock that is set back holds up neither what waits nor what is refused", async (t) => {
  const { replica, sent } = await replicaWith(
    [() => problem(503, "STARTING"), LOST, ...Array(8).fill(batch(rejected(423, "LOCKED")))],
    { firstMs: 30, maxMs: 30, commandTimeoutMs: 30 },
  );
  const real = Date.now;
  t.after(() => (Date.now = real));
  const change = await replica.edit(ID, { title: "x" });
  await until(() => sent.length >= 1, "sent once");
  Date.now = () => real() - 86_400_000;
  await until(() => sent.length >= 3, "sent again, and lost, and again", 2_000);
  Date.now = () => real() - 2 * 86_400_000;
  const outcome = await Promise.race([
    change.settled,
    new Promise((late) => setTimeout(late, 2_000, { verdict: "late" })),
  ]);
  assert.equal(outcome.verdict, "refused");
});

for (const [words, answer] of [
  ["an item that failed with 500", batch(rejected(500, "INTERNAL_SERVER_ERROR"))],
  ["an item that was one too many", batch(rejected(429, "RATE_LIMITED"))],
  ["an item that is missing in the answer", batch(() => null)],
  ["an item of another command", batch(() => ({ commandId: "another", verdict: "applied", status: 200, version: 2 }))],
  ["an item without a status", batch((command) => result(command, "unforeseen", undefined))],
  ["an item that was skipped behind nothing", batch(skipped)],
  ["an answer without results", () => json(200, {})],
  ["an answer that is no object", () => json(200, null)],
  ["a batch that failed with 500", () => problem(500, "INTERNAL_SERVER_ERROR")],
]) {
  test(`${words} is sent again with its key, after a growing wait`, async () => {
    const answers = [...Array(5).fill(answer), batch(applied(2))];
    const { replica, sent } = await replicaWith(answers, { firstMs: 20, maxMs: 80, random: () => 1 });
    const begun = Date.now();
    const change = await replica.edit(ID, { title: "x" });
    assert.equal((await change.settled).verdict, "applied");
    assert.equal(sent.length, 6);
    assert.equal(new Set(sent.flat().map(({ commandId }) => commandId)).size, 1);
    assert.ok(Date.now() - begun >= 20 + 40 + 80, `no hot loop: ${Date.now() - begun} ms`);
  });
}

test("an item that can never be read is told as refused, and what else was in the batch is sent", async () => {
  const malformed = (commands) =>
    commands.some(({ body }) => body.title === "bad")
      ? problem(400, "MALFORMED")
      : batch(applied(2), applied(3))(commands);
  const { replica } = await replicaWith(Array(8).fill(malformed));
  const [good, bad, other] = await Promise.all([
    replica.edit(ID, { description: "good" }),
    replica.create({ title: "bad" }),
    replica.edit(ID, { description: "other" }),
  ]);
  assert.deepEqual([(await bad.settled).verdict, (await bad.settled).problem.code], ["refused", "MALFORMED"]);
  assert.deepEqual([(await good.settled).verdict, (await other.settled).verdict], ["applied", "applied"]);
});

test("a success that this library does not know by name is one", async () => {
  const { replica } = await replicaWith([
    batch((command) => result(command, "absorbed", 200, { version: 2, body: fullTask(2, { title: "x" }) })),
  ]);
  const change = await replica.edit(ID, { title: "x" });
  assert.equal((await change.settled).verdict, "applied");
});

test("a conflict does not come back for ever for a change that was made behind one that is settled", async () => {
  const { replica, sent } = await replicaWith([
    batch(applied(2, { title: "First" })),
    batch(conflict(fullTask(5, { description: "theirs" }), ["description"], 2)),
    batch(applied(6, { description: "mine" })),
  ]);
  const seen = (await replica.edit(ID, { title: "First" }), replica.task(ID));
  await until(() => replica.status.queued === 0, "settled");
  const met = nextConflict(replica);
  const change = await replica.edit(ID, { description: "mine" }, { seen });
  await (await met).overwrite();
  assert.equal((await change.settled).verdict, "merged");
  assert.deepEqual(
    sent.map(([{ expectedVersion }]) => expectedVersion),
    [1, 2, 5],
  );
});

test("a conflict with a version below the expected one is settled on the version that is there", async () => {
  const { replica, sent } = await replicaWith(
    [batch(conflict(fullTask(3, { title: "Theirs" }), [], 9)), batch(applied(4))],
    {},
  );
  const met = nextConflict(replica);
  const view = replica.task(ID);
  const change = await replica.edit(ID, { title: "x" }, { seen: { ...view, task: { ...view.task, version: 9 } } });
  await (await met).overwrite();
  assert.equal((await change.settled).verdict, "merged");
  assert.equal(sent[1][0].expectedVersion, 3);
});

test("what changed nothing made no version: its followers stand on what was seen", async () => {
  const { replica, sent } = await replicaWith(
    [
      batch((command) => result(command, "unchanged", 200, { version: 2, body: fullTask(2, { assigneeId: "u" }) })),
      batch(applied(3)),
      batch((command) => result(command, "unchanged", 200)),
      batch(applied(4)),
    ],
    {},
  );
  const [claim, edit] = await Promise.all([replica.claim(ID, { userId: "u" }), replica.edit(ID, { title: "x" })]);
  assert.equal((await claim.settled).verdict, "unchanged");
  await edit.settled;
  assert.equal(sent[1][0].expectedVersion, 1, "what made version 2 was seen by nobody here");
  const [same] = await Promise.all([replica.edit(ID, { title: "x" })]);
  const after = replica.task(ID);
  assert.equal((await same.settled).verdict, "unchanged");
  await (
    await replica.edit(ID, { title: "y" }, { seen: after })
  ).settled;
  assert.equal(sent[3][0].expectedVersion, sent[2][0].expectedVersion);
});

test("a change is what it was when it was made, whatever becomes of the values that were given", async () => {
  const { replica, sent } = await replicaWith([LOST, batch(applied(2))]);
  const tags = ["one"];
  const dueDate = new Date("2099-01-01T00:00:00Z");
  const change = await replica.edit(ID, { tags, dueDate });
  tags.push("two");
  dueDate.setFullYear(2000);
  assert.equal(replica.task(ID).task.dueDate, "2099-01-01T00:00:00.000Z");
  await change.settled;
  const meant = { tags: ["one"], dueDate: "2099-01-01T00:00:00.000Z" };
  assert.deepEqual(
    sent.map(([{ body }]) => body),
    [meant, meant],
  );
});

test("flush sends now what waits after a failure", async () => {
  const { replica, sent } = await replicaWith([
    () => problem(503, "STARTING", { "Retry-After": "60" }),
    batch(applied(2)),
  ]);
  const change = await replica.edit(ID, { title: "x" });
  await until(() => sent.length === 1 && replica.status.sending === 0, "refused for a minute");
  await replica.flush();
  assert.equal((await change.settled).verdict, "applied");
});

test("a flush that is asked for while an attempt is under way does not wait either when that one fails", async () => {
  for (const [words, fail] of [
    ["refused", (answer) => answer(problem(503, "STARTING", { "Retry-After": "60" }))],
    ["lost", (_, lose) => lose(LOST)],
  ]) {
    let end;
    const { replica, sent } = await replicaWith(
      [() => new Promise((answer, lose) => (end = () => fail(answer, lose))), batch(applied(2))],
      { firstMs: 60_000, maxMs: 60_000 },
    );
    const change = await replica.edit(ID, { title: "x" });
    await until(() => sent.length === 1, "under way");
    const flushed = replica.flush();
    end();
    await flushed;
    assert.equal(sent.length, 2, words);
    assert.equal((await change.settled).verdict, "applied", words);
  }
});

test("what is asked of a replica leaves nothing behind", async () => {
  const { replica } = await replicaWith([]);
  const ids = Array.from({ length: 3 }, newId);
  const views = ids.map((id) => replica.task(id));
  assert.ok(
    views.every((view, i) => view !== replica.task(ids[i])),
    "views of tasks that nobody knows are not kept",
  );
  assert.equal(replica.task(ID), replica.task(ID));
});

test("a change that was decided on an older view is not merged over what it has not seen", async () => {
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(6, { title: "Theirs", status: "BLOCKED" }), ["status"], 5), skipped),
    batch(applied(7), conflict(fullTask(7, { title: "Theirs" }), ["title"], 1)),
    batch(conflict(fullTask(7, { title: "Theirs" }), ["title"], 1)),
  ]);
  const view = replica.task(ID);
  const newer = { ...view, task: { ...view.task, title: "Theirs", version: 5 } };
  const met = nextConflict(replica);
  const [first, second] = await Promise.all([
    replica.edit(ID, { priority: "HIGH" }, { seen: newer }),
    replica.edit(ID, { title: "Mine" }, { seen: view }),
  ]);
  assert.equal((await first.settled).verdict, "merged");
  assert.equal((await met).changeId, second.changeId, "version 2 to 5 were not seen by it");
  assert.deepEqual(
    sent
      .flat()
      .map(({ body, expectedVersion }) => [Object.keys(body)[0], expectedVersion])
      .filter(([name]) => name === "title")
      .at(-1),
    ["title", 1],
  );
});

test("who goes on after a replica that died while it was sending believes no refusal too soon", async () => {
  const store = await storeWith(fullTask(1));
  const never = ({ signal }) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(LOST)));
  const first = await replicaOn([(_, request) => never(request)], { store });
  await until(() => first.replica.status.connection === "live", "live");
  const change = await first.replica.edit(ID, { title: "Mine" });
  await until(() => first.sent.length === 1, "under way");
  await first.replica.close();
  const mine = fullTask(2, { title: "Mine" });
  const { replica, sent } = await replicaOn(
    [
      batch(conflict({ ...mine, title: "Other" }, ["title"], 1)),
      batch((command) => result(command, "replayed", 200, { version: 2, body: mine })),
    ],
    { store, commandTimeoutMs: 300 },
  );
  opened.push(replica);
  const settled = new Promise((tell) => replica.on("settled", tell));
  replica.on("conflict", () => assert.fail("it was this very change"));
  assert.deepEqual([(await settled).changeId, (await settled).verdict, sent.length], [change.changeId, "replayed", 2]);
});

test("the page asks before it is left while a change is not kept, or in a store that goes with it", async (t) => {
  const listening = new Set();
  globalThis.addEventListener = (name, listener) => listening.add(`${name}`) && listener;
  globalThis.removeEventListener = (name) => listening.delete(name);
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  let keep = null;
  const slow = await storeWith(fullTask(1));
  const held = { open: (name) => slow.open(name), close: async () => {}, isShared: false };
  held.write = async (operations) => {
    if (operations.some(({ in: map }) => map === "queue") && keep === null) await new Promise((kept) => (keep = kept));
    return slow.write(operations);
  };
  const { replica } = await replicaOn([], { store: held });
  opened.push(replica);
  await until(() => replica.status.connection === "live", "live");
  assert.ok(!listening.has("beforeunload"));
  const change = replica.edit(ID, { title: "x" });
  await until(() => keep, "on its way into the store");
  assert.ok(listening.has("beforeunload"), "not kept yet");
  keep();
  await change;
  assert.ok(!listening.has("beforeunload"), "kept");

  const mortal = await replicaWith([() => problem(503, "STARTING", { "Retry-After": "60" }), batch(applied(2))]);
  const lost = await mortal.replica.edit(ID, { title: "x" });
  assert.ok(listening.has("beforeunload"), "not sent, and kept in memory alone");
  await mortal.replica.flush(); // refused for a minute
  await mortal.replica.flush();
  await lost.settled;
  assert.ok(!listening.has("beforeunload"));
});

test("a value of one's own settles a conflict of any kind that has one, and no other word does", async () => {
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(2, { status: "BLOCKED" }), ["status"], 1)),
    batch(applied(3, { status: "DEFERRED" })),
    batch(conflict(fullTask(4, { title: "Theirs" }), ["title"], 3)),
    batch(applied(5)),
  ]);
  const met = nextConflict(replica);
  const change = await replica.setStatus(ID, "IN_PROGRESS", { reason: "begun" });
  const first = await met;
  assert.throws(() => first.merge({ status: "Mine" }), /cannot be "Mine"/);
  assert.throws(() => first.merge({ status: { values: 1 } }), /cannot be/);
  await first.merge({ status: { value: "DEFERRED" } });
  assert.equal((await change.settled).verdict, "merged");
  assert.deepEqual(sent[1][0].body, { to: "DEFERRED", reason: "begun" });
  const again = nextConflict(replica);
  const edit = await replica.edit(ID, { title: "Mine", description: "Mine" });
  await (await again).merge({ title: "mine", description: { value: "Better" } });
  await edit.settled;
  assert.deepEqual(sent[3][0].body, { title: "Mine", description: "Better" }, "also where nobody else was");
});

test("a clock that is set back makes nothing look fresher than it is", async (t) => {
  const { replica } = await replicaWith([]);
  const real = Date.now;
  t.after(() => (Date.now = real));
  Date.now = () => real() - 86_400_000;
  const before = replica.age;
  await new Promise((later) => setTimeout(later, 60));
  assert.ok(replica.age - before > 0.04 && replica.age < 60, `${before} s, then ${replica.age} s`);
});

test("signing out asks again when more was changed meanwhile", async () => {
  const { replica } = await replicaWith([() => problem(503, "STARTING", { "Retry-After": "60" })]);
  await replica.edit(ID, { title: "one" });
  const asked = [];
  const confirm = async ({ queued }) => {
    asked.push(queued);
    if (asked.length === 1) await replica.edit(ID, { title: "two" });
    return true;
  };
  assert.equal(await replica.signOut({ confirm }), true);
  assert.deepEqual(asked, [1, 2]);
});

test("a store in memory keeps each replica for itself, and erases one alone", async () => {
  const store = new MemoryStore();
  const keep = (map, key) => store.write([{ in: map, key, value: { key } }]);
  await store.open("of one log");
  await keep("queue", "a");
  await assert.rejects(store.open("of another log"), /is open for of one log/);
  await store.close();
  assert.deepEqual((await store.open("of another log")).queue, []);
  await keep("queue", "b");
  await store.erase();
  assert.deepEqual((await store.open("of another log")).queue, []);
  await store.close();
  assert.deepEqual((await store.open("of one log")).queue, [{ key: "a" }]);
});

test("what was built on a change that is given up has not seen the others' change either, and asks", async () => {
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(2, { title: "Theirs" }), ["title"], 1), skipped, skipped),
    batch(applied(3, { title: "Theirs", description: "Mine" })),
    batch(applied(4, { title: "Mine, later" })),
  ]);
  const met = nextConflict(replica);
  const [first, second, third] = await Promise.all([
    replica.edit(ID, { description: "Mine" }),
    replica.edit(ID, { title: "Mine" }),
    replica.edit(ID, { title: "Mine, later" }),
  ]);
  const asked = await met;
  assert.equal(asked.changeId, second.changeId);
  assert.equal((await first.settled).verdict, "merged");
  const again = nextConflict(replica);
  await asked.giveUp();
  const next = await again;
  assert.deepEqual([next.changeId, next.theirs.title, sent.length], [third.changeId, "Theirs", 2]);
  await next.overwrite();
  assert.equal((await third.settled).verdict, "merged");
});

test("who is asked again is asked of all that they have not seen, and so is what was built on it", async () => {
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(2, { title: "Theirs" }), ["title"], 1), skipped, skipped),
    batch(conflict(fullTask(3, { title: "Theirs", priority: "LOW" }), ["priority"], 2)),
  ]);
  const asked = (change, ...fields) =>
    until(() => {
      const conflict = replica.conflicts().find(({ changeId }) => changeId === change.changeId);
      return conflict && conflict.conflictingFields.join() === fields.join() && conflict;
    }, `${fields} are asked about`);
  const [first, second, third] = await Promise.all([
    replica.edit(ID, { title: "A", priority: "HIGH" }),
    replica.edit(ID, { title: "B", priority: "URGENT" }),
    replica.edit(ID, { title: "C" }),
  ]);
  await (await asked(first, "title")).overwrite();
  await (await asked(first, "priority")).giveUp();
  await (await asked(second, "title", "priority")).giveUp();
  assert.equal((await asked(third, "title")).theirs.title, "Theirs");
  assert.equal(sent.length, 2);
});

test("what follows a change that was made long ago stands on the version that it was made on, not on the one that it was put on", async () => {
  const replayed = (command) => result(command, "replayed", 200, { version: 4, body: fullTask(4, { title: "Theirs" }) });
  const { replica, sent } = await replicaWith([
    batch(conflict(fullTask(3, { title: "Theirs" }), ["title"], 1), skipped, skipped),
    batch(applied(4, { title: "Theirs", priority: "HIGH" })),
    batch(replayed),
    batch(applied(5, { description: "C" })),
  ]);
  const met = nextConflict(replica);
  const [first, second, third] = await Promise.all([
    replica.edit(ID, { priority: "HIGH" }),
    replica.edit(ID, { title: "B" }),
    replica.edit(ID, { description: "C" }),
  ]);
  const asked = await met;
  assert.equal(asked.changeId, second.changeId);
  await first.settled;
  await asked.overwrite();
  await third.settled;
  assert.equal((await second.settled).verdict, "replayed");
  assert.deepEqual(
    sent.map((commands) => commands.map(({ expectedVersion }) => expectedVersion)),
    [[1, "previous", "previous"], [3], [4, "previous"], [2]],
  );
});
