// Services that answer as they are told to: for what real ones will not do on demand.
import { MemoryStore, Services, Taskstream } from "../../projection-service/web/taskstream.js";

export const LOST = new TypeError("fetch failed");
export const json = (status, body, headers = {}) =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers });
export const problem = (status, code, headers) => json(status, { status, code, detail: code }, headers);

/** Answers in this order, and remembers what was asked and for how long was waited. */
export function scripted(answers, options = {}) {
  const asked = [];
  const waits = [];
  const services = new Services({
    commandUrl: "http://command",
    queryUrl: "http://query/",
    random: () => 1,
    commandTimeoutMs: 1_000,
    sleep: async (ms) => {
      waits.push(ms);
    },
    fetch: async (url, request) => {
      asked.push({ url, ...request });
      const answer = answers.shift();
      if (answer === undefined) throw new Error("nothing more was expected");
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(request) : answer;
    },
    ...options,
  });
  return { services, asked, waits, keys: () => asked.map(({ headers }) => headers["Idempotency-Key"]) };
}

export const ID = "00000000-0000-4000-8000-000000000001";
export const task = (version = 1) => ({ taskId: ID, title: "x", version });

/** What `replicaOn` opens, with these tasks in it already. */
export async function storeWith(...tasks) {
  const store = new MemoryStore();
  await store.open("taskstream|http://query|log|ada");
  await store.write(tasks.map((value) => ({ in: "tasks", key: value.taskId, value })));
  await store.close();
  return store;
}

/** A replica whose batches are answered in this order; `sent` is what was in them. */
export async function replicaOn(batches, options = {}) {
  const sent = [];
  const open = (signal) =>
    new ReadableStream({
      start(to) {
        signal.addEventListener("abort", () => to.error(LOST));
      },
    });
  const replica = await Taskstream.open({
    commandUrl: "http://command",
    queryUrl: "http://query",
    actor: "ada",
    store: new MemoryStore(),
    firstMs: 1,
    maxMs: 2,
    commandTimeoutMs: 1,
    fetch: async (url, request) => {
      if (url.endsWith("/v1/projection")) return json(200, { logId: "log" }, { "Read-Model-Age": "0" });
      if (url.includes("/v1/changes")) return json(200, { items: [], next: "t", more: false });
      if (url.includes("/v1/stream")) return new Response(open(request.signal));
      sent.push(JSON.parse(request.body).commands);
      const answer = batches.shift();
      if (answer instanceof Error) throw answer;
      return answer(sent.at(-1), request);
    },
    ...options,
  });
  return { replica, sent };
}
/** Answers every command of a batch alike. */
export const all =
  (verdict, status = 200) =>
  (commands) =>
    json(200, {
      results: commands.map(({ commandId, path }, i) => ({
        commandId,
        verdict,
        status,
        version: i + 1,
        body: { ...task(i + 1), taskId: path.split("/")[3] },
      })),
    });
