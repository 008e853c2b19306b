// The replica against real services on the embedded log.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { MemoryStore, Services, Taskstream, newId } from "../../projection-service/web/taskstream.js";
import { startProxy } from "../support/web/proxy.mjs";
import { startServices, until } from "../support/web/services.mjs";

let services;
before(async () => {
  services = await startServices({ command: ["--command-timeout-ms", "2500"] });
});
after(() => services.stop());

const opened = [];
async function open(actor, options = {}) {
  const replica = await Taskstream.open({
    commandUrl: services.command.url,
    queryUrl: services.projection.url,
    actor,
    store: new MemoryStore(),
    firstMs: 20,
    maxMs: 200,
    commandTimeoutMs: 2_500,
    ...options,
  });
  opened.push(replica);
  return replica;
}
after(() => Promise.all(opened.map((replica) => replica.close())));

// A client of its own, which sees what is there as of now.
const judge = () =>
  new Services({ commandUrl: services.command.url, queryUrl: services.projection.url, actor: "judge" });
const live = (replica) => until(() => replica.status.connection === "live", "live");
const shows = (replica, id, fits, what) => until(() => replica.task(id).task && fits(replica.task(id).task), what);

async function anEditThatConflicts(options = {}) {
  const [ada, bob] = await Promise.all([open("ada", options), open("bob")]);
  await Promise.all([live(ada), live(bob)]);
  const { taskId, settled } = await ada.create({ title: "Write the guide", description: "Short" });
  await settled;
  const seen = ada.task(taskId);
  await shows(bob, taskId, (task) => task.version === 1, "bob sees it");
  assert.equal((await (await bob.edit(taskId, { title: "Bob's", priority: "HIGH" })).settled).verdict, "applied");
  const met = new Promise((meet) => ada.on("conflict", meet));
  const change = await ada.edit(taskId, { title: "Ada's", description: "Long" }, { seen });
  return { ada, bob, taskId, change, conflict: await met };
}

test("what is created is shown at once, then kept, and seen by another client", async () => {
  const [ada, bob] = await Promise.all([open("ada"), open("bob")]);
  const change = await ada.create({ title: "Write the guide", tags: ["docs"] });
  const view = ada.task(change.taskId);
  assert.equal(view.task.title, "Write the guide");
  assert.equal(view.task.version, 0);
  assert.deepEqual(
    view.pending.map(({ kind, fields }) => [kind, fields]),
    [["create", ["title", "tags"]]],
  );
  const outcome = await change.settled;
  assert.equal(outcome.verdict, "applied");
  assert.equal(ada.task(change.taskId).task.version, 1);
  assert.deepEqual(ada.task(change.taskId).pending, []);
  await shows(bob, change.taskId, (task) => task.createdBy === "ada", "bob hears of it");
});

test("every kind of change is shown at once and comes to what the service says", async () => {
  const { userId } = await services.addUser("Grace");
  const ada = await open("ada");
  const { taskId } = await ada.create({ title: "All of them", dueDate: "2099-01-01T00:00:00Z" });
  const seen = [];
  const settled = [];
  const made = async (change) => {
    settled.push((await change).settled);
    seen.push(ada.task(taskId).task);
  };
  await made(ada.edit(taskId, { title: "Edited", tags: ["a"] }));
  await made(ada.setStatus(taskId, "IN_PROGRESS", { reason: "begun" }));
  await made(ada.claim(taskId, { userId }));
  await made(ada.postpone(taskId, "P2D"));
  await made(ada.unassign(taskId));
  await made(ada.assign(taskId, userId));
  assert.deepEqual(
    seen.map((task) => task.title),
    Array(6).fill("Edited"),
  );
  assert.deepEqual(
    seen.map((task) => task.assigneeId),
    [null, null, userId, userId, null, userId],
  );
  assert.equal(Date.parse(seen.at(-1).dueDate), Date.parse("2099-01-03T00:00:00Z"));
  assert.deepEqual(
    (await Promise.all(settled)).map((outcome) => outcome.verdict),
    Array(6).fill("applied"),
  );
  const { task } = await judge().readTask(taskId);
  assert.deepEqual(ada.task(taskId).task, task);
  assert.equal(task.version, 7);
  const last = await (await ada.delete(taskId, { reason: "done with it" })).settled;
  assert.equal(last.verdict, "applied");
  assert.equal(ada.task(taskId).task, null);
});

test("what is refused is rolled back, and the change is told with its words", async () => {
  const ada = await open("ada");
  const { taskId, settled } = await ada.create({ title: "Not yet begun" });
  await settled;
  const told = new Promise((tell) => ada.on("refused", tell));
  const change = await ada.setStatus(taskId, "COMPLETED");
  assert.equal(ada.task(taskId).task.status, "COMPLETED");
  const outcome = await change.settled;
  assert.equal(outcome.verdict, "refused");
  assert.equal(outcome.problem.code, "ILLEGAL_TRANSITION");
  assert.deepEqual((await told).what, { to: "COMPLETED" });
  assert.equal(ada.task(taskId).task.status, "NOT_STARTED");
});

test("what others changed in other fields is merged by itself", async () => {
  const [ada, bob] = await Promise.all([open("ada"), open("bob")]);
  const { taskId, settled } = await ada.create({ title: "Write the guide" });
  await settled;
  const seen = ada.task(taskId);
  await shows(bob, taskId, () => true, "bob sees it");
  await (
    await bob.edit(taskId, { priority: "URGENT" })
  ).settled;
  const edits = await Promise.all([
    ada.edit(taskId, { title: "Ada's" }, { seen }),
    ada.setStatus(taskId, "IN_PROGRESS"),
  ]);
  const outcomes = await Promise.all(edits.map((change) => change.settled));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.verdict),
    ["merged", "merged"],
  );
  const { task } = await judge().readTask(taskId);
  assert.deepEqual([task.title, task.priority, task.status, task.version], ["Ada's", "URGENT", "IN_PROGRESS", 4]);
});

test("a conflict tells base, mine and theirs, and shows theirs until it is settled", async () => {
  const { ada, taskId, conflict } = await anEditThatConflicts();
  assert.deepEqual(conflict.conflictingFields, ["title"]);
  assert.deepEqual(conflict.changes.map(({ field, actor }) => [field, actor]).sort(), [
    ["priority", "bob"],
    ["title", "bob"],
  ]);
  assert.deepEqual(
    [conflict.base.title, conflict.mine.title, conflict.theirs.title],
    ["Write the guide", "Ada's", "Bob's"],
  );
  assert.equal(ada.task(taskId).task.title, "Bob's");
  assert.equal(ada.task(taskId).conflict.changeId, conflict.changeId);
  assert.equal(ada.status.conflicts, 1);
  assert.throws(() => conflict.merge(), /choose for title/);
});

test("a conflict is merged field by field", async () => {
  const { taskId, change, conflict } = await anEditThatConflicts();
  await conflict.merge({ title: { value: "Both" } });
  const outcome = await change.settled;
  assert.equal(outcome.verdict, "merged");
  const { task } = await judge().readTask(taskId);
  assert.deepEqual([task.title, task.description, task.priority], ["Both", "Long", "HIGH"]);
});

test("theirs is taken where it is chosen, mine where nobody else was", async () => {
  const { taskId, change, conflict } = await anEditThatConflicts();
  await conflict.merge({ title: "theirs" });
  await change.settled;
  const { task } = await judge().readTask(taskId);
  assert.deepEqual([task.title, task.description], ["Bob's", "Long"]);
});

test("a conflict is overwritten on purpose, but not what came after it was shown", async () => {
  const { ada, bob, taskId, change, conflict } = await anEditThatConflicts();
  await (
    await bob.edit(taskId, { title: "Bob again" })
  ).settled;
  const again = new Promise((meet) => ada.on("conflict", meet));
  await conflict.overwrite();
  const second = await again;
  assert.equal(second.theirs.title, "Bob again");
  await second.overwrite();
  assert.equal((await change.settled).verdict, "merged");
  assert.equal((await judge().readTask(taskId)).task.title, "Ada's");
});

test("a conflict is given up", async () => {
  const { ada, taskId, change, conflict } = await anEditThatConflicts();
  await conflict.giveUp();
  assert.equal((await change.settled).verdict, "given-up");
  assert.deepEqual((await judge().readTask(taskId)).task, ada.task(taskId).task);
  await assert.rejects(conflict.overwrite(), /settled already/);
});

test("without merging by itself every change of somebody else asks", async () => {
  const [ada, bob] = await Promise.all([open("ada", { autoMerge: false }), open("bob")]);
  const { taskId, settled } = await ada.create({ title: "Write the guide" });
  await settled;
  const seen = ada.task(taskId);
  await shows(bob, taskId, () => true, "bob sees it");
  await (
    await bob.edit(taskId, { priority: "URGENT" })
  ).settled;
  const met = new Promise((meet) => ada.on("conflict", meet));
  const change = await ada.edit(taskId, { title: "Ada's" }, { seen });
  const conflict = await met;
  assert.deepEqual([conflict.conflictingFields, conflict.mergeable], [[], true]);
  await conflict.merge();
  assert.equal((await change.settled).verdict, "merged");
});

test("an offline queue is flushed in one batch; a conflict stops its own task alone", async () => {
  const proxies = await Promise.all([startProxy(services.command.url), startProxy(services.projection.url)]);
  const [ada, bob] = await Promise.all([
    open("ada", { commandUrl: proxies[0].url, queryUrl: proxies[1].url }),
    open("bob"),
  ]);
  try {
    const [one, other] = [await ada.create({ title: "One" }), await ada.create({ title: "Other" })];
    await Promise.all([one.settled, other.settled, live(ada)]);
    proxies.forEach((proxy) => proxy.away());
    await until(() => ada.status.connection === "offline", "offline");

    const edits = [
      await ada.edit(one.taskId, { title: "One, offline" }),
      await ada.setStatus(one.taskId, "IN_PROGRESS"),
      await ada.edit(other.taskId, { title: "Other, offline" }),
    ];
    const born = await ada.create({ title: "Born offline" });
    const followed = await ada.edit(born.taskId, { tags: ["offline"] });
    assert.equal(ada.status.queued, 5);
    assert.equal(ada.task(born.taskId).task.tags[0], "offline");
    await shows(bob, one.taskId, () => true, "bob sees one");
    await (
      await bob.edit(one.taskId, { title: "Bob's" })
    ).settled;

    await until(() => ada.status.sending === 0, "the attempt that was under way has failed");
    proxies[0].passed.length = 0;
    const met = new Promise((meet) => ada.on("conflict", meet));
    proxies.forEach((proxy) => proxy.back());
    const conflict = await met;
    const outcomes = await Promise.all([edits[2], born, followed].map((change) => change.settled));
    assert.deepEqual(
      outcomes.map((outcome) => outcome.verdict),
      ["applied", "applied", "applied"],
    );
    assert.deepEqual(conflict.conflictingFields, ["title"]);
    assert.deepEqual(
      ada.task(one.taskId).pending.map((each) => each.state),
      ["conflict", "blocked"],
    );
    const sent = proxies[0].passed.map(({ body }) => JSON.parse(body).commands);
    assert.deepEqual(
      sent[0].map(({ method, expectedVersion }) => [method, expectedVersion]),
      [
        ["PATCH", 1],
        ["POST", "previous"],
        ["PATCH", 1],
        ["PUT", 0],
        ["PATCH", "previous"],
      ],
    );
    // A refusal right after an outage may speak of an attempt that is still under way, so that one is asked again.
    assert.ok(
      sent.slice(1).every((commands) => commands.length <= 2 && commands[0].path === `/v1/tasks/${one.taskId}`),
    );
    await conflict.overwrite();
    assert.deepEqual(
      (await Promise.all(edits.slice(0, 2).map((change) => change.settled))).map(({ verdict }) => verdict),
      ["merged", "applied"],
    );
    const { task } = await judge().readTask(one.taskId);
    assert.deepEqual([task.title, task.status, task.version], ["One, offline", "IN_PROGRESS", 4]);
    assert.equal(ada.status.queued, 0);
  } finally {
    await ada.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
});

test("a batch whose answer is lost is sent again, and nothing is done twice", async () => {
  const proxy = await startProxy(services.command.url);
  const ada = await open("ada", { commandUrl: proxy.url });
  try {
    const { taskId, settled } = await ada.create({ title: "Once", dueDate: "2099-01-01T00:00:00Z" });
    await settled;
    proxy.lose((request) => request.url === "/v1/batch", 2);
    const changes = [await ada.postpone(taskId, "P1D"), await ada.edit(taskId, { title: "Twice?" })];
    const outcomes = await Promise.all(changes.map((change) => change.settled));
    assert.equal(outcomes[0].verdict, "replayed");
    const { task } = await judge().readTask(taskId);
    assert.equal(Date.parse(task.dueDate), Date.parse("2099-01-02T00:00:00Z"));
    assert.deepEqual([task.title, task.version], ["Twice?", 3]);
    assert.ok(proxy.passed.filter(({ isLost }) => isLost).length >= 1);
  } finally {
    await ada.close();
    await proxy.close();
  }
});

test("a follower of a change whose answer was lost still meets what came in between", async () => {
  const proxy = await startProxy(services.command.url);
  const [ada, bob] = await Promise.all([
    open("ada", { commandUrl: proxy.url, firstMs: 1_500, maxMs: 1_500 }),
    open("bob"),
  ]);
  try {
    const { taskId, settled } = await ada.create({ title: "Base" });
    await settled;
    proxy.lose((request) => request.url === "/v1/batch");
    const first = await ada.edit(taskId, { description: "landed, answer lost" });
    await until(() => proxy.passed.some(({ isLost }) => isLost), "the answer is lost");
    await shows(bob, taskId, (task) => task.version === 2, "bob sees what landed");
    await (
      await bob.edit(taskId, { title: "Bob's" })
    ).settled;
    const met = new Promise((meet) => ada.on("conflict", meet));
    const view = ada.task(taskId);
    await ada.edit(
      taskId,
      { title: "Ada's" },
      { seen: { ...view, task: { ...view.task, title: "Base", version: 1 } } },
    );
    assert.equal((await first.settled).verdict, "replayed");
    assert.equal((await met).theirs.title, "Bob's");
  } finally {
    await ada.close();
    await proxy.close();
  }
});

test("one of two claims wins, and the other is rolled back", async () => {
  const users = await Promise.all(["Edsger", "Barbara"].map((name) => services.addUser(name)));
  const [ada, bob] = await Promise.all([open("ada"), open("bob")]);
  const { taskId, settled } = await ada.create({ title: "Claim me" });
  await settled;
  await shows(bob, taskId, () => true, "bob sees it");
  const claims = await Promise.all([
    ada.claim(taskId, { userId: users[0].userId }),
    bob.claim(taskId, { userId: users[1].userId }),
  ]);
  const outcomes = await Promise.all(claims.map((claim) => claim.settled));
  assert.deepEqual(outcomes.map((outcome) => outcome.verdict).sort(), ["applied", "refused"]);
  assert.equal(outcomes.find((outcome) => outcome.verdict === "refused").problem.code, "ALREADY_ASSIGNED");
  const { task } = await judge().readTask(taskId);
  await Promise.all(
    [ada, bob].map((each) => shows(each, taskId, (shown) => shown.assigneeId === task.assigneeId, "the winner")),
  );
});

test("a lock held by another refuses, and says by whom", async () => {
  const [ada, bob] = await Promise.all([open("ada"), open("bob")]);
  const { taskId, settled } = await ada.create({ title: "Hands off" });
  await settled;
  const { task } = await ada.lock(taskId, 60);
  assert.equal(ada.task(taskId).task.lock.holder, "ada");
  assert.equal(task.lock.fencingToken, 2);
  await shows(bob, taskId, (shown) => shown.lock, "bob sees the lock");
  const outcome = await (await bob.edit(taskId, { title: "Bob's" })).settled;
  assert.deepEqual([outcome.verdict, outcome.problem.code, outcome.problem.holder], ["refused", "LOCKED", "ada"]);
  await ada.unlock(taskId);
  await shows(bob, taskId, (shown) => !shown.lock, "bob sees it go");
});

test("live updates go on across a restart of the projection, without a gap", async () => {
  const [ada, bob] = await Promise.all([open("ada"), open("bob")]);
  await Promise.all([live(ada), live(bob)]);
  const { taskId, settled } = await ada.create({ title: "Before" });
  await settled;
  await services.projection.stop();
  await until(() => bob.status.connection === "offline", "bob is offline");
  const outcome = await (await ada.edit(taskId, { title: "While it was away" })).settled;
  assert.equal(outcome.verdict, "applied", "commands need no projection");
  const during = await ada.create({ title: "Born while it was away" });
  await during.settled;
  await services.projection.start();
  await shows(bob, taskId, (task) => task.title === "While it was away", "bob resumes");
  await shows(bob, during.taskId, () => true, "bob hears of what was born meanwhile");
  await live(bob);
  assert.ok(bob.age !== null && bob.age < 60);
});

test("a task that is deleted goes, also for who was away meanwhile", async () => {
  const [ada, bob] = await Promise.all([open("ada"), open("bob")]);
  const [one, other] = [
    await ada.create({ title: "Goes while watched" }),
    await ada.create({ title: "Goes meanwhile" }),
  ];
  await Promise.all([one.settled, other.settled]);
  await shows(bob, other.taskId, () => true, "bob sees both");
  await (
    await ada.delete(one.taskId)
  ).settled;
  await until(() => bob.task(one.taskId).task === null, "gone at bob's");
  await services.projection.stop();
  await (
    await ada.delete(other.taskId)
  ).settled;
  await services.projection.start();
  await until(() => bob.task(other.taskId).task === null, "gone at bob's after the restart");
  const outcome = await (await bob.create({ title: "x" }, { id: other.taskId })).settled;
  assert.equal(outcome.problem.code, "GONE");
});

test("reads see one's own writes, and what another client hands on", async () => {
  const [ada, bob] = [judge(), judge()];
  for (let i = 0; i < 20; ++i) {
    const { task } = await ada.createTask({ title: `Own ${i}` });
    assert.equal((await ada.getTask(task.taskId)).version, 1);
    const { version } = await ada.editTask(task.taskId, { title: "Edited" }, { version: 1 });
    bob.saw(ada.consistencyToken, "ada");
    assert.equal((await bob.getTask(task.taskId)).version, version);
  }
});

test("a second replica of the same store finds the queue again, and only the same actor's", async () => {
  const proxy = await startProxy(services.command.url);
  const store = new MemoryStore();
  const first = await open("ada", { commandUrl: proxy.url, store });
  proxy.away();
  const { taskId } = await first.create({ title: "Survives" });
  assert.equal(first.status.queued, 1);
  await first.close();
  proxy.back();
  const second = await open("ada", { commandUrl: proxy.url, store });
  await until(() => second.task(taskId).task?.version === 1, "flushed by the second");
  assert.equal((await judge().readTask(taskId)).task.createdBy, "ada");
  await second.close();
  await proxy.close();
});

test("signing out warns of what is queued, and then erases it", async () => {
  const proxy = await startProxy(services.command.url);
  const store = new MemoryStore();
  const ada = await open("ada", { commandUrl: proxy.url, store });
  proxy.away();
  await ada.create({ title: "Never sent" });
  assert.equal(await ada.signOut(), false, "nobody was asked");
  let warned = null;
  assert.equal(
    await ada.signOut({
      confirm: async (risk) => {
        warned = risk;
        return false;
      },
    }),
    false,
  );
  assert.deepEqual(warned, { queued: 1, conflicts: 0 });
  assert.equal(ada.tasks().filter(({ task }) => task.title === "Never sent").length, 1);
  assert.equal(await ada.signOut({ confirm: async () => true }), true);
  assert.deepEqual(ada.tasks(), []);
  assert.deepEqual(await store.open(), { tasks: [], queue: [], meta: {} });
  await proxy.close();
});

test("the typed client reads and writes what the services offer", async () => {
  const ada = judge();
  const { user } = await ada.createUser({ firstName: "Radia", lastName: "Perlman", email: "radia@example.org" });
  const { task, version } = await ada.createTask({ title: "Typed", tags: ["typed"] }, { id: newId() });
  await ada.assign(task.taskId, user.userId, { version });
  assert.equal((await ada.userTasks(user.userId)).items[0].taskId, task.taskId);
  assert.equal((await ada.listUsers({ q: "perl" })).items[0].userId, user.userId);
  const titles = [];
  for await (const each of ada.all("listTasks", { tag: "typed", limit: 1 })) titles.push(each.title);
  assert.deepEqual(titles, ["Typed"]);
  assert.deepEqual(
    (await ada.history(task.taskId)).items.map((item) => item.version),
    [1, 2],
  );
  assert.equal((await ada.getTask(task.taskId, { version: 1 })).task.assigneeId, null);
  assert.ok((await ada.stats()).total >= 1);
  await assert.rejects(ada.editTask(task.taskId, { title: "x" }, { version: 1 }), {
    name: "ConflictError",
    currentVersion: 2,
  });
  await assert.rejects(ada.editTask(task.taskId, { title: "" }, { version: 2 }), { code: "VALIDATION_FAILED" });
  const merged = await ada.editTask(task.taskId, { title: "Merged" }, { version: 1, merge: true });
  assert.equal(merged.merged, true);
  await ada.deactivateUser(user.userId);
  await ada.reactivateUser(user.userId);
});
