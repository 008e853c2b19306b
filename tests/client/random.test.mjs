// Two replicas, one task and a service in this process, with lost requests, lost answers, faults and restarts in a random order:
// whatever happens, no update is overwritten that its author's rival has not seen, and none is made twice.
import assert from "node:assert/strict";
import { test } from "node:test";

import { MemoryStore, Taskstream, newId } from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { ID, LOST, json, problem } from "./script.mjs";

const SEEDS = Number(process.env.TASKSTREAM_SEEDS ?? 30);
// Given back as TASKSTREAM_TEST_SEED a seed is the same story, but for the time that things take.
const FIRST_SEED = Number(process.env.TASKSTREAM_TEST_SEED ?? Math.floor(Math.random() * 1e9));
const FIELDS = ["title", "description", "priority"];

// mulberry32
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** One task behind `/v1/batch`, `/v1/changes` and `/v1/stream`, by the rules of the real one. */
class OneTask {
  task = { taskId: ID, title: "t", description: "d", priority: "p", tags: [], lock: null, version: 1 };
  history = []; // what was applied: {version, actor, field, from, to, commandId}
  #keys = new Map();
  #streams = new Set();

  fetch(actor, random, isCalm) {
    return async (url, { body, signal }) => {
      if (url.endsWith("/v1/projection")) return json(200, { logId: "log" }, { "Read-Model-Age": "0" });
      if (url.includes("/v1/stream")) return this.#stream(signal);
      if (url.includes("/v1/changes"))
        return json(200, {
          items: [{ taskId: ID, version: this.task.version, deleted: false, task: this.task }],
          next: "t",
          more: false,
        });
      const fault = isCalm() ? 1 : random();
      await new Promise((later) => setTimeout(later, random() * 3));
      if (fault < 0.1 || signal.aborted) throw LOST;
      if (fault < 0.15) return problem(503, "LOG_UNAVAILABLE");
      if (fault < 0.2) return problem(500, "INTERNAL_SERVER_ERROR");
      const { commands } = JSON.parse(body);
      const results = this.#carryOut(actor, commands);
      await new Promise((later) => setTimeout(later, random() * 3));
      if (fault < 0.35 || signal.aborted) throw LOST;
      if (fault < 0.4) return json(200, { results: results.slice(0, -1) });
      return json(200, { results });
    };
  }

  #carryOut(actor, commands) {
    let previous = null;
    let isBroken = false;
    return commands.map(({ commandId, expectedVersion, body }) => {
      const result = (verdict, status, members) => ({ commandId, verdict, status, ...members });
      const answer = (verdict) => result(verdict, 200, { version: this.task.version, body: { ...this.task } });
      if (isBroken) return result("skipped", 424);
      if (this.#keys.has(commandId)) {
        previous = this.#keys.get(commandId);
        return answer("replayed");
      }
      const expected = expectedVersion === "previous" ? previous : expectedVersion;
      if (expected !== "*" && expected !== this.task.version) {
        isBroken = true;
        return result("rejected", 412, { body: this.#conflict(expected) });
      }
      const changed = Object.entries(body).filter(([field, value]) => this.task[field] !== value);
      previous = this.task.version;
      if (!changed.length) return answer("unchanged");
      const version = this.task.version + 1;
      for (const [field, to] of changed)
        this.history.push({ version, actor, field, from: this.task[field], to, commandId });
      this.task = { ...this.task, ...body, version };
      this.#keys.set(commandId, version);
      previous = version;
      for (const stream of this.#streams) stream();
      return answer("applied");
    });
  }

  #conflict(expected) {
    const since = this.history.filter(({ version }) => version > expected);
    const changes = [...new Map(since.map((each) => [each.field, { ...each, time: "2026-01-01T00:00:00Z" }])).values()];
    return { code: "VERSION_CONFLICT", expectedVersion: expected, current: { ...this.task }, changes };
  }

  #stream(signal) {
    return new Response(
      new ReadableStream({
        start: (to) => {
          const tell = () => {
            const { version } = this.task;
            const data = JSON.stringify({ taskId: ID, version, task: this.task });
            to.enqueue(new TextEncoder().encode(`event: task\nid: t${version}\ndata: ${data}\n\n`));
          };
          this.#streams.add(tell);
          signal.addEventListener("abort", () => {
            this.#streams.delete(tell);
            to.error(LOST);
          });
        },
      }),
    );
  }
}

/** Somebody at a replica, who edits what they see or saw, decides on conflicts, sooner or later, and is restarted. */
class Somebody {
  own = new Set(); // values
  shown = new Map(); // by change: values that it was decided upon
  changeOf = new Map(); // by command
  outcomes = new Map();
  #store = new MemoryStore();
  #service;
  #random;
  constructor(name, service, random) {
    this.name = name;
    this.#service = service;
    this.#random = random;
    this.isCalm = false;
  }

  async open() {
    this.replica = await Taskstream.open({
      commandUrl: "http://command",
      queryUrl: "http://query",
      actor: this.name,
      store: this.#store,
      autoMerge: true,
      firstMs: 1,
      maxMs: 4,
      commandTimeoutMs: 20,
      random: this.#random,
      fetch: this.#service.fetch(this.name, this.#random, () => this.isCalm),
    });
    for (const event of ["settled", "refused"]) {
      this.replica.on(event, (outcome) => {
        assert.ok(!this.outcomes.has(outcome.changeId), "a change is settled once");
        this.outcomes.set(outcome.changeId, outcome);
      });
    }
    this.replica.on("tasks", () => {
      for (const { commandId, changeId } of this.replica.task(ID).pending) this.changeOf.set(commandId, changeId);
    });
    await until(() => this.replica.task(ID).task, "the task is known");
  }
  async restart() {
    await this.replica.close();
    this.conflict = null;
    await this.open();
  }

  #show(changeId, task) {
    this.shown.set(changeId, this.shown.get(changeId) ?? new Set());
    for (const field of FIELDS) this.shown.get(changeId).add(task[field]);
  }
  #word() {
    const word = newId();
    this.own.add(word);
    return word;
  }

  async edit(view = this.replica.task(ID)) {
    const fields = FIELDS.filter(() => this.#random() < 0.5);
    const patch = Object.fromEntries(fields.map((field) => [field, this.#word()]));
    const { changeId } = await this.replica.edit(ID, patch, { seen: view });
    this.changeOf.set(changeId, changeId);
    this.#show(changeId, view.task);
    // Under what was pending they had seen what that was decided upon.
    for (const each of view.pending)
      for (const value of this.shown.get(each.changeId)) this.shown.get(changeId).add(value);
  }

  async decide() {
    this.conflict ??= this.replica.conflicts()[0] ?? null;
    if (!this.conflict || (!this.isCalm && this.#random() < 0.3)) return; // for later
    const { conflict } = this;
    this.conflict = null;
    this.#show(conflict.changeId, conflict.theirs);
    const choice = () => ["mine", "theirs", { value: this.#word() }][Math.floor(this.#random() * 3)];
    const choices = Object.fromEntries(conflict.conflictingFields.map((field) => [field, choice()]));
    const way = this.#random();
    const decision = way < 0.2 ? conflict.giveUp() : way < 0.5 ? conflict.overwrite() : conflict.merge(choices);
    await decision.catch((error) => assert.match(error.message, /settled already|others changed the task again/));
  }

  /** Whether the author of the command knew what it took the place of. */
  knew(commandId, value) {
    return this.own.has(value) || this.shown.get(this.changeOf.get(commandId)).has(value);
  }
}

async function run(seed) {
  const random = randomFrom(seed);
  const service = new OneTask();
  const people = ["ada", "bob"].map((name) => new Somebody(name, service, random));
  for (const one of people) await one.open();
  for (let step = 0; step < 40; step += 1) {
    const one = people[Math.floor(random() * 2)];
    const what = random();
    if (what < 0.5) await one.edit();
    else if (what < 0.6) one.view = one.replica.task(ID);
    else if (what < 0.7) await one.edit(one.view?.pending.length ? undefined : one.view);
    else if (what < 0.9) await one.decide();
    else if (what < 0.95) await one.restart();
    await new Promise((later) => setTimeout(later, random() * 6));
  }
  for (const one of people) one.isCalm = true;
  await until(async () => {
    for (const one of people) await one.decide();
    return people.every((one) => one.replica.status.queued === 0);
  }, "everything is settled");
  for (const { version, actor, field, from, commandId } of service.history) {
    const author = people.find(({ name }) => name === actor);
    assert.ok(
      author.knew(commandId, from),
      `${actor} overwrote at version ${version} a ${field} without having seen it`,
    );
  }
  const versionsOf = new Map();
  for (const { commandId, version } of service.history)
    versionsOf.set(commandId, (versionsOf.get(commandId) ?? new Set()).add(version));
  for (const [commandId, versions] of versionsOf) assert.equal(versions.size, 1, `${commandId} was made twice`);
  for (const { outcomes, shown, replica } of people) {
    assert.deepEqual(
      [...shown.keys()].filter((changeId) => !outcomes.has(changeId)),
      [],
      "each change was settled",
    );
    assert.deepEqual(
      [...outcomes.values()].filter(({ verdict }) => verdict === "refused"),
      [],
      "none was refused",
    );
    await until(() => replica.task(ID).task.version === service.task.version, "and both see the same");
    assert.deepEqual(replica.task(ID).task, service.task);
    await replica.close();
  }
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
  test(`seed ${seed}`, { timeout: 30_000 }, () => run(seed));
}
