// What real services will not do on demand: lost answers, gateways that fail, waits that are asked for, broken streams.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  NoAnswerError,
  backoffMs,
  durationMs,
  newId,
  readEvents,
  sameValue,
} from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { LOST, all, json, problem, replicaOn, scripted, task } from "./script.mjs";

const created = () => json(201, task(), { ETag: '"1"', "Event-Id": "e" });

test("a write is sent again with its key after 429, 502, 503, 504 and a lost answer", async () => {
  const script = scripted([
    problem(429, "RATE_LIMITED"),
    json(502, null),
    problem(503, "LOG_UNAVAILABLE"),
    problem(504, "OUTCOME_UNKNOWN"),
    LOST,
    created(),
  ]);
  const { version } = await script.services.createTask({ title: "x" });
  assert.equal(version, 1);
  assert.equal(script.asked.length, 6);
  assert.equal(new Set(script.keys()).size, 1);
  assert.match(script.keys()[0], /^[0-9a-f-]{36}$/);
  assert.deepEqual(script.waits, [200, 400, 800, 1600, 3200]);
});

test("two writes have two keys, and a key that is given is kept", async () => {
  const script = scripted([created(), created(), created()]);
  await script.services.createTask({ title: "x" });
  await script.services.createTask({ title: "x" });
  await script.services.createTask({ title: "x" }, { key: "mine" });
  assert.equal(new Set(script.keys()).size, 3);
  assert.equal(script.keys()[2], "mine");
});

test("every write carries a key, and each precondition its header", async () => {
  const { services, asked } = scripted(Array.from({ length: 16 }, () => created()));
  const id = task().taskId;
  await services.createTask({ title: "x" }, { id });
  await services.editTask(id, { title: "y" }, { version: 1, merge: true });
  await services.setStatus(id, "BLOCKED", { version: "*", reason: "why" });
  for (const call of [
    services.assign(id, id),
    services.unassign(id),
    services.claim(id),
    services.postpone(id, "P1D"),
    services.lock(id, 5),
    services.unlock(id),
    services.deleteTask(id, { reason: "a b" }),
    services.createUser({}),
    services.editUser(id, {}),
    services.deactivateUser(id),
    services.reactivateUser(id),
  ])
    await call;
  assert.ok(asked.every(({ headers }) => headers["Idempotency-Key"]));
  assert.equal(asked[0].headers["If-None-Match"], "*");
  assert.deepEqual([asked[1].headers["If-Match"], asked[1].headers.Prefer], ['"1"', "conflict=merge"]);
  assert.equal(asked[2].headers["If-Match"], "*");
  assert.equal(asked[9].url, `http://command/v1/tasks/${id}?reason=a+b`);
  assert.ok(asked[9].body === undefined && asked[9].headers["Content-Type"] === undefined);
});

test("Retry-After is heeded where it is longer than the backoff", async () => {
  const script = scripted([problem(503, "STARTING", { "Retry-After": "7" }), json(200, { items: [] })]);
  await script.services.listTasks();
  assert.deepEqual(script.waits, [7_000]);
});

test("a wait that no sane service asks for is cut short", async () => {
  const script = scripted([
    problem(503, "STARTING", { "Retry-After": "9999999999" }),
    problem(503, "STARTING", { "Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT" }),
    problem(503, "STARTING", { "Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT" }),
    problem(503, "STARTING", { "Retry-After": "soon" }),
    json(200, { items: [] }),
  ]);
  await script.services.listTasks();
  assert.deepEqual(script.waits, [120_000, 120_000, 800, 1600]);
});

test("half of the wait is chance, and it grows up to a bound", () => {
  assert.equal(backoffMs(0, { random: () => 0 }), 100);
  assert.equal(backoffMs(0, { random: () => 1 }), 200);
  assert.equal(backoffMs(30, { random: () => 1 }), 10_000);
});

test("what cannot get better is told at once", async () => {
  for (const [status, code] of [
    [401, "UNAUTHORIZED"],
    [403, "FORBIDDEN"],
    [404, "NOT_FOUND"],
    [409, "TASK_CLOSED"],
    [412, "VERSION_CONFLICT"],
    [422, "VALIDATION_FAILED"],
    [423, "LOCKED"],
    [503, "STREAM_QUARANTINED"],
    [500, "INTERNAL_SERVER_ERROR"],
  ]) {
    const script = scripted([problem(status, code)]);
    await assert.rejects(script.services.editTask(task().taskId, {}, { version: 1 }), { status, code });
    assert.equal(script.asked.length, 1, code);
  }
});

test("a request that is still under way under the same key is asked for again", async () => {
  const script = scripted([LOST, problem(409, "IN_PROGRESS", { "Retry-After": "1" }), created()]);
  assert.equal((await script.services.createTask({ title: "x" })).version, 1);
});

test("a refusal soon after a lost answer is not final: the lost request may still be decided", async () => {
  const script = scripted([
    LOST,
    problem(412, "VERSION_CONFLICT"),
    json(200, task(2), { ETag: '"2"', "Idempotency-Replayed": "true" }),
  ]);
  const { replayed } = await script.services.editTask(task().taskId, { title: "y" }, { version: 1 });
  assert.equal(replayed, true);
  assert.ok(
    script.waits[1] > 500 && script.waits[1] <= 1_000,
    `waits until the command timeout is over: ${script.waits}`,
  );
});

test("a refusal after the command timeout is final", async () => {
  const script = scripted([LOST, problem(412, "VERSION_CONFLICT")], { commandTimeoutMs: 0 });
  await assert.rejects(script.services.editTask(task().taskId, {}, { version: 1 }), { name: "ConflictError" });
});

test("after the last attempt the loss is told, with its cause", async () => {
  const script = scripted([LOST, LOST, LOST]);
  await assert.rejects(
    script.services.readTask(task().taskId, { attempts: 3 }),
    (error) => error instanceof NoAnswerError && error.cause === LOST,
  );
});

test("an answer that is cut off in its body is a lost answer", async () => {
  const cut = () =>
    new Response(
      new ReadableStream({
        pull(to) {
          to.enqueue(new TextEncoder().encode('{"taskId"'));
          to.error(LOST);
        },
      }),
      { status: 201 },
    );
  const script = scripted([cut, created()]);
  assert.equal((await script.services.createTask({ title: "x" })).version, 1);
  assert.equal(new Set(script.keys()).size, 1);
});

test("who waits for a free lane and is aborted is never sent, and takes no lane from those behind", async () => {
  const answers = [];
  const script = scripted(Array(40).fill(() => new Promise((answer) => answers.push(answer))));
  const answerAll = () => answers.splice(0).forEach((answer) => answer(json(200, { items: [] })));
  const first = Array.from({ length: 12 }, () => script.services.listTasks());
  await until(() => answers.length === 12, "all lanes are taken");
  const [ending, ended] = [new AbortController(), AbortSignal.abort("never wanted")];
  const aborted = script.services.listTasks({ tag: "aborted", signal: ending.signal });
  const unwanted = script.services.listTasks({ tag: "unwanted", signal: ended });
  const behind = Array.from({ length: 13 }, (_, i) => script.services.listTasks({ tag: `behind-${i}` }));
  ending.abort("no longer wanted");
  await assert.rejects(aborted, { name: "NoAnswerError", cause: "no longer wanted" });
  await assert.rejects(unwanted, { name: "NoAnswerError", cause: "never wanted" });
  answerAll();
  await Promise.all(first);
  await until(() => answers.length === 12, "the lanes are taken again");
  answerAll();
  await until(() => answers.length === 1, "the last");
  answerAll();
  await Promise.all(behind);
  assert.deepEqual(
    script.asked.slice(12).map(({ url }) => new URL(url).searchParams.get("tag")),
    Array.from({ length: 13 }, (_, i) => `behind-${i}`),
    "in the order in which they came",
  );
});

test("requests send the tokens of the answers before them, each once", async () => {
  const page = (token) => json(200, { items: [] }, { "Consistency-Token": token });
  const script = scripted([page("a"), page("b"), page("c")]);
  await Promise.all([script.services.listTasks(), script.services.listUsers()]);
  await script.services.listTasks();
  assert.equal(script.asked[2].headers["Consistency-Token"], "a, b");
  assert.equal(script.services.consistencyToken, "c", "an answer covers the tokens that its request sent");
});

// As the services write them: format, log, how many partitions, the next offset of each (LEB128), FNV-1a of all that.
function tokenOf(log, ...next) {
  const varint = (value) => (value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)]);
  const body = [1, ...Array(16).fill(log), ...[next.length, ...next].flatMap((value) => varint(BigInt(value)))];
  const sum = body.reduce((hash, byte) => ((hash ^ BigInt(byte)) * 16777619n) & 0xffffffffn, 2166136261n);
  return Buffer.from([...body, ...[0n, 8n, 16n, 24n].map((by) => Number((sum >> by) & 255n))]).toString("base64url");
}

test("tokens of one log are put together, of each partition the furthest", async () => {
  const seen = (...tokens) => {
    const { services } = scripted([]);
    tokens.forEach((token, i) => services.saw(token, `source ${i}`));
    return services.consistencyToken;
  };
  const far = 2 ** 40 + 300;
  assert.equal(seen(tokenOf(7, 1, far, 0, 5), tokenOf(7, 200, 3)), tokenOf(7, 200, far, 0, 5));
  assert.equal(seen(tokenOf(7, 1), tokenOf(9, 2)), `${tokenOf(7, 1)}, ${tokenOf(9, 2)}`, "two logs");
  assert.equal(seen(`c.${tokenOf(7, 1, 4)}`, tokenOf(7, 2)), tokenOf(7, 2, 4), "a place in the order of changes");
  const walk = `w.${tokenOf(7, 3, 0)}.${tokenOf(7, 9, 9)}.${tokenOf(7, 1, 8)}`;
  assert.equal(seen(walk), tokenOf(7, 3, 8), "while one walks, what was seen and the end");
  const damaged = `${tokenOf(7, 1).slice(0, -1)}A`;
  assert.equal(seen(damaged, tokenOf(7, 1)), `${tokenOf(7, 1)}, ${damaged}`, "what cannot be read is sent as it is");
});

test("however much is handed on, the header stays small enough to be taken", () => {
  const { services: ada } = scripted([]);
  const { services: bob } = scripted([]);
  for (let i = 0; i < 1_000; i += 1) {
    ada.saw(`${tokenOf(7, i)}, a-format-of-tomorrow-${i}`, `tab ${i}`);
    ada.saw(bob.consistencyToken, "bob");
    bob.saw(ada.consistencyToken, "ada");
  }
  assert.ok(ada.consistencyToken.length < 2_000, `${ada.consistencyToken.length} characters`);
  assert.ok(ada.consistencyToken.startsWith(tokenOf(7, 999)));
});

test("tokens of another log are forgotten by reads; a write that was made on it does not land", async () => {
  const page = (token) => json(200, { items: [] }, { "Consistency-Token": token });
  const script = scripted([page("old"), problem(400, "TOKEN_UNKNOWN"), page("new"), problem(400, "TOKEN_UNKNOWN")]);
  await script.services.listTasks();
  await script.services.listTasks();
  assert.equal(script.asked[2].headers["Consistency-Token"], undefined);
  await assert.rejects(script.services.createTask({ title: "x" }), { code: "TOKEN_UNKNOWN" });
});

test("ids are UUIDv7, and all different", () => {
  const ids = Array.from({ length: 1_000 }, newId);
  assert.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

test("values are the same when they are the same JSON", () => {
  const day = () => new Date("2099-01-01T00:00:00Z");
  for (const [one, other] of [
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [null, undefined],
    [
      { a: 1, b: [{ c: null }] },
      { b: [{}], a: 1 },
    ],
    [day(), day()],
    [day(), day().toISOString()],
  ])
    assert.ok(sameValue(one, other), JSON.stringify([one, other]));
  for (const [one, other] of [
    [
      ["a", "b"],
      ["b", "a"],
    ],
    [["a"], ["a", null]],
    [[], {}],
    [[], null],
    ["1", 1],
    [{ a: [1] }, { a: [2] }],
    [day(), new Date(0)],
    [day(), {}],
  ])
    assert.ok(!sameValue(one, other), JSON.stringify([one, other]));
});

test("durations are read as the service reads them", () => {
  assert.deepEqual(["P2D", "PT90M", "P1W", "P1DT1H", "PT0.5S", "P", "PT", "2D", "P1M"].map(durationMs), [
    172_800_000,
    5_400_000,
    604_800_000,
    90_000_000,
    500,
    null,
    null,
    null,
    null,
  ]);
});

// ---- Server-Sent Events

const chunked = (...pieces) =>
  new ReadableStream({
    start(to) {
      for (const piece of pieces) to.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      to.close();
    },
  });
async function framesOf(...pieces) {
  const frames = [];
  for await (const { event, data, id, comments } of readEvents(chunked(...pieces)))
    frames.push([event, data, id, comments.join()]);
  return frames;
}

test("events are read wherever the bytes are cut", async () => {
  const text =
    ': hello\nid: 0\n\nevent: task\r\nid: 1\r\ndata: {"title":\r\ndata: "ü€𝄞"}\r\n\r\ndata:a\rdata: b\r\rid: 2\n\nevent: cut off';
  const expected = [
    ["message", "", "0", "hello"],
    ["task", '{"title":\n"ü€𝄞"}', "1", ""],
    ["message", "a\nb", null, ""],
    ["message", "", "2", ""],
  ];
  const bytes = new TextEncoder().encode(text);
  for (let cut = 0; cut <= bytes.length; ++cut) {
    assert.deepEqual(await framesOf(bytes.slice(0, cut), bytes.slice(cut)), expected, `cut at ${cut}`);
  }
  assert.deepEqual(await framesOf(...Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
});

const change = (version) =>
  `event: task\nid: t${version}\ndata: ${JSON.stringify({ taskId: task().taskId, version, task: task(version) })}\n\n`;

test("a stream that breaks off is resumed from the last event, without one twice", async () => {
  const broken = () =>
    new Response(
      new ReadableStream({
        pull(to) {
          to.enqueue(new TextEncoder().encode(change(1) + "event: task\nid: t9\ndata: {"));
          this.pull = () => to.error(LOST);
        },
      }),
    );
  const ending = new AbortController();
  const script = scripted([
    broken,
    problem(503, "STARTING"),
    () => new Response(chunked(change(2), 'event: resync\nid: t3\ndata: {"token":"t3"}\n\n')),
    () => new Response(chunked(change(4))),
  ]);
  const told = [];
  for await (const event of script.services.follow({ since: "t0", tag: "docs", signal: ending.signal })) {
    told.push(event.kind === "task" ? event.change.version : event.kind);
    if (event.change?.version === 4) ending.abort();
  }
  assert.deepEqual(told, ["open", 1, "lost", "lost", "open", 2, "resync", "lost", "open", 4]);
  assert.deepEqual(
    script.asked.map(({ headers }) => headers["Last-Event-ID"]),
    ["t0", "t1", "t1", "t3"],
  );
  assert.ok(script.asked.every(({ url }) => url === "http://query/v1/stream?tag=docs"));
});

test("a stream that falls silent is given up as dead", async () => {
  const silent = (request) =>
    new Response(
      new ReadableStream({
        start(to) {
          request.signal.addEventListener("abort", () => to.error(request.signal.reason));
        },
      }),
    );
  const script = scripted([silent], { silenceMs: 5 });
  await assert.rejects(async () => {
    for await (const _ of script.services.stream());
  }, NoAnswerError);
});

test("a read after an event of the stream is at least as fresh, at whichever replica", async () => {
  const script = scripted([
    () => new Response(chunked(change(1))),
    json(200, task(), { "Consistency-Token": "covers" }),
  ]);
  for await (const _ of script.services.stream());
  await script.services.getTask(task().taskId);
  assert.equal(script.asked[1].headers["Consistency-Token"], "t1");
  assert.equal(script.services.consistencyToken, "covers");
});

// ---- the queue, where the service is a script

test("a batch that may have happened is sent again under the same keys", async () => {
  const { replica, sent } = await replicaOn([
    LOST,
    () => json(502, null),
    () => new Response('{"results":['),
    all("replayed", 201),
  ]);
  const change = await replica.create({ title: "x" });
  assert.equal((await change.settled).verdict, "replayed");
  assert.equal(sent.length, 4);
  assert.equal(new Set(sent.flat().map(({ commandId }) => commandId)).size, 1);
  await replica.close();
});

test("a batch that is too large is halved", async () => {
  const { replica, sent } = await replicaOn(
    [() => problem(413, "CONTENT_TOO_LARGE"), all("applied", 201), all("applied", 201), all("applied", 201)],
    { attempts: 1 },
  );
  const changes = await Promise.all([1, 2, 3].map((i) => replica.create({ title: `${i}` })));
  await Promise.all(changes.map((each) => each.settled));
  assert.ok(
    sent.slice(1).every((commands) => commands.length <= Math.max(1, Math.ceil(sent[0].length / 2))),
    JSON.stringify(sent.map((each) => each.length)),
  );
  await replica.close();
});

test("of a batch that cannot be read, what is named in the refusal is rolled back, and the rest is sent", async () => {
  const refusal = () =>
    json(422, { code: "VALIDATION_FAILED", errors: [{ field: "commands/0/body", reason: "must be an object" }] });
  const { replica } = await replicaOn([refusal, all("applied", 201)]);
  const change = await replica.create({ title: "x" });
  assert.equal((await change.settled).verdict, "refused");
  assert.equal((await (await replica.create({ title: "y" })).settled).verdict, "applied");
  await replica.close();
});

test("what follows a replayed change expects the version that this one made, not the one that is there by now", async () => {
  let follower;
  const replayedLate = async ([{ commandId, path }]) => {
    follower = await replica.edit(path.split("/")[3], { title: "follower" });
    return json(200, {
      results: [
        { commandId, verdict: "replayed", status: 200, version: 7, body: { ...task(7), taskId: path.split("/")[3] } },
      ],
    });
  };
  const { replica, sent } = await replicaOn([all("applied", 201), LOST, replayedLate, all("applied")]);
  const { taskId, settled } = await replica.create({ title: "x" });
  await settled;
  const change = await replica.edit(taskId, { description: "lost" });
  assert.equal((await change.settled).verdict, "replayed");
  await follower.settled;
  assert.deepEqual(
    sent.map(([{ expectedVersion }]) => expectedVersion),
    [0, 1, 1, 2],
  );
  await replica.close();
});
