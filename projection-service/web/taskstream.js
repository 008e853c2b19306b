// The client of Taskstream, for browsers and Node >= 18: one module, no dependencies. docs/client.md is the guide.
// One file, since programs copy one; each part of it knows those before it alone, to which a test holds it.
//
//   1 What can go wrong      errors that a program can tell apart
//   2 Small tools            ids, backoff, the words of the domain
//   3 Server-Sent Events     read from a fetch, as EventSource cannot send `Authorization`
//   4 Services               every endpoint of both services; keys, retries, consistency tokens
//   5 Stores                 where a replica keeps things: memory, IndexedDB
//   6 Changes                what is queued: the request it becomes, the fields it touches, how it looks meanwhile
//   7 Conflicts              base, mine, theirs, and the ways out
//   8 Outbox                 the queue: what is sent next, and what becomes of it
//   9 Tabs                   one of several tabs leads: it alone streams and flushes
//  10 Taskstream             the replica: local view, delta sync, live updates, flushing, signing in and out

// Node 18 has it in a module alone.
const webCrypto = globalThis.crypto ?? (await import("node:crypto")).webcrypto;

// ---------------------------------------------------------------------------------------------- 1 What can go wrong

export class TaskstreamError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A service refused. Branch on `code`; `problem` is the whole document (docs/errors.md). */
export class ProblemError extends TaskstreamError {
  constructor(status, problem, retryAfterMs = null) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? null;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** 412: somebody changed it since the version that was expected. */
export class ConflictError extends ProblemError {
  get expectedVersion() {
    return this.problem.expectedVersion;
  }
  get currentVersion() {
    return this.problem.currentVersion;
  }
  get current() {
    return this.problem.current ?? null;
  }
  get changes() {
    return this.problem.changes ?? [];
  }
  get conflictingFields() {
    return this.problem.conflictingFields ?? [];
  }
  get mergeable() {
    return this.problem.mergeable ?? false;
  }
}

/** No answer came: whether it happened is not known. Repeated with the same key it cannot happen twice. */
export class NoAnswerError extends TaskstreamError {}

/** Others changed the task again since the conflict was looked at: decide on the one that there is now. */
export class ConflictChangedError extends TaskstreamError {}

/** The services follow another log than the store was filled from: open it anew. */
export class LogChangedError extends TaskstreamError {}

/** The token belongs to somebody else than the store does. */
export class ActorChangedError extends TaskstreamError {}

function refusal(status, problem, retryAfterMs) {
  return status === 412
    ? new ConflictError(status, problem, retryAfterMs)
    : new ProblemError(status, problem, retryAfterMs);
}

// -------------------------------------------------------------------------------------------------- 2 Small tools

/** Where a task may go from each status. */
export const TRANSITIONS = Object.freeze({
  NOT_STARTED: ["IN_PROGRESS", "BLOCKED", "DEFERRED", "CANCELLED"],
  IN_PROGRESS: ["BLOCKED", "DEFERRED", "COMPLETED", "CANCELLED"],
  BLOCKED: ["IN_PROGRESS", "DEFERRED", "CANCELLED"],
  DEFERRED: ["NOT_STARTED", "IN_PROGRESS", "CANCELLED"],
  COMPLETED: ["IN_PROGRESS"],
  CANCELLED: ["NOT_STARTED"],
});

let newestMs = 0;

/** A UUIDv7: an id for a task made here, or a key. Ids made later in this process sort later, to the millisecond. */
export function newId() {
  const bytes = webCrypto.getRandomValues(new Uint8Array(16));
  newestMs = Math.max(newestMs, Date.now());
  for (let i = 5, ms = newestMs; i >= 0; --i, ms = Math.floor(ms / 256)) bytes[i] = ms % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/** How long to wait before trying again. Half of it is chance, so that clients who failed together do not return together. */
export function backoffMs(attempt, { firstMs = 200, maxMs = 10_000, random = Math.random } = {}) {
  const whole = Math.min(maxMs, firstMs * 2 ** attempt);
  return whole / 2 + (random() * whole) / 2;
}

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of a duration such as `P2D` or `PT90M`; null for anything else. */
export function durationMs(text) {
  const match = DURATION.exec(text);
  if (!match || !/\d/.test(text)) return null;
  const unitsMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];
  return unitsMs.reduce((sum, unit, i) => sum + Number(match[i + 1] ?? 0) * unit, 0);
}

/** Whether two values are the same JSON: lists item by item, objects member by member in any order, an absent member as null. */
export function sameValue(one, other) {
  if ((one ?? null) === (other ?? null)) return true;
  if (one instanceof Date || other instanceof Date) return JSON.stringify(one) === JSON.stringify(other);
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  if (Array.isArray(one) && one.length !== other.length) return false;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => sameValue(one[name], other[name]));
}
const isObject = (value) => typeof value === "object" && value !== null;

// What is left of a wait that was set by this machine's clock. Longer than it ever was it can only be because the clock was
// set back since; then it is over.
function leftOf(untilMs, atMostMs) {
  const left = untilMs - Date.now();
  return left > atMostMs ? 0 : Math.max(0, left);
}

// Calls once the signal aborts, at once if it has already; the answer stops that.
function whenAborted(signal, call) {
  if (signal?.aborted) call();
  else signal?.addEventListener("abort", call, { once: true });
  return () => signal?.removeEventListener("abort", call);
}

// Aborted by another signal too, until it ends (Node 18 has no `AbortSignal.any`).
class LinkedAbort extends AbortController {
  #unlink;
  constructor(signal) {
    super();
    this.#unlink = whenAborted(signal, () => this.abort());
  }
  end() {
    this.#unlink();
    this.abort();
  }
}

// Resolves after the time, or at once when the signal aborts.
async function sleep(ms, signal) {
  let timer, stop;
  await new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
    stop = whenAborted(signal, resolve);
  });
  clearTimeout(timer);
  stop();
}

// At most so many at one time; the others wait in the order in which they came, as long as their signal lets them.
class Lanes {
  #free;
  #waiting = new Set();
  constructor(count) {
    this.#free = count;
  }

  async run(work, signal) {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    }
  }

  #wait(signal) {
    return new Promise((resolve, reject) => {
      const go = () => {
        this.#waiting.delete(go);
        stop();
        resolve();
      };
      this.#waiting.add(go);
      const stop = whenAborted(signal, () => {
        this.#waiting.delete(go);
        reject(new NoAnswerError("given up before it was sent", { cause: signal.reason }));
      });
    });
  }
}

class Emitter {
  #listeners = new Map();

  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  // A listener that throws is its own trouble: the replica goes on, and the error is told as an unhandled one.
  emit(name, value) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

// ------------------------------------------------------------------------------------------ 3 Server-Sent Events

/** The events of a `text/event-stream` body, comments among them: `{event, data, id, comments}`. */
export async function* readEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let frame = { event: "message", data: [], id: null, comments: [] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the very end may be half of a line break: its line is not over before more has come.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line !== "") {
          readField(frame, line);
        } else if (frame.data.length || frame.comments.length || frame.id !== null) {
          yield { ...frame, data: frame.data.join("\n") };
          frame = { event: "message", data: [], id: null, comments: [] };
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function readField(frame, line) {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (colon === 0) frame.comments.push(value);
  else if (name === "data") frame.data.push(value);
  else if (name === "event") frame.event = value;
  else if (name === "id" && !value.includes("\0")) frame.id = value;
}

// ---------------------------------------------------------------------------------------------------- 4 Services

// A consistency token as the services write it (format 1): the log, and the next offset of each of its partitions. Null for
// any other: that one is sent as it is.
function readToken(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const body = bytes.subarray(0, -4);
    if (bytes.length < 22 || bytes[0] !== 1 || writeToken(body) !== text) return null;
    const log = String.fromCharCode(...body.subarray(1, 17));
    const numbers = [];
    for (let at = 17, value = 0, unit = 1; at < body.length; at += 1) {
      value += (body[at] & 0x7f) * unit;
      unit *= 128;
      if (body[at] & 0x80) continue;
      numbers.push(value);
      [value, unit] = [0, 1];
    }
    const [count, ...next] = numbers;
    return count === next.length && next.every(Number.isSafeInteger) ? { log, next } : null;
  } catch {
    return null; // no base64
  }
}

// With the checksum behind it (FNV-1a, least significant byte first).
function writeToken(body) {
  let sum = 2166136261;
  for (const byte of body) sum = Math.imul(sum ^ byte, 16777619);
  const bytes = [...body, sum & 0xff, (sum >>> 8) & 0xff, (sum >>> 16) & 0xff, sum >>> 24];
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function tokenOf({ log, next }) {
  const body = [1, ...Array.from(log, (char) => char.charCodeAt(0))];
  for (let value of [next.length, ...next]) {
    for (; value >= 128; value = Math.floor(value / 128)) body.push((value % 128) | 0x80);
    body.push(value);
  }
  return writeToken(body);
}

const UNREAD_AT_MOST = 16;

// What was seen, for the header `Consistency-Token`. Tokens that can be read are one for each log: of each partition the
// furthest. The others are kept as they are, within a bound, for a header that is too large is refused: an answer covers the
// tokens that its request sent, and what somebody says covers what they said before.
class SeenTokens {
  #positions = new Map(); // by log
  #unread = new Map(); // who said it, by token

  list() {
    return [...[...this.#positions].map(([log, next]) => tokenOf({ log, next })), ...this.#unread.keys()];
  }
  answered(token, sent) {
    if (!token) return;
    for (const each of sent) this.#unread.delete(each);
    this.#add(token, null);
  }
  handed(tokens, from) {
    for (const [token, by] of this.#unread) if (by === from) this.#unread.delete(token);
    for (const token of tokens.split(",")) this.#add(token.trim(), from);
  }
  forget() {
    this.#positions.clear();
    this.#unread.clear();
  }

  // A place in the order of changes (`c.SEEN`, `w.SEEN.BASE.END`) is as good as the positions that it has seen.
  #add(token, from) {
    const [kind, seen, , end] = token.split(".");
    const parts = seen === undefined ? [token] : kind === "w" ? [seen, end ?? ""] : [seen];
    const read = parts.map(readToken);
    if (read.every((each) => each !== null)) {
      read.forEach((each) => this.#advance(each));
    } else if (!this.#unread.has(token)) {
      this.#unread.set(token, from);
      if (this.#unread.size > UNREAD_AT_MOST) this.#unread.delete(this.#unread.keys().next().value);
    }
  }
  #advance({ log, next }) {
    const known = this.#positions.get(log) ?? [];
    const length = Math.max(known.length, next.length);
    this.#positions.set(
      log,
      Array.from({ length }, (_, i) => Math.max(known[i] ?? 0, next[i] ?? 0)),
    );
  }
}

// What says nothing about the request, only that now was the wrong moment.
function isPassing(error) {
  if (error instanceof NoAnswerError) return true;
  if (!(error instanceof ProblemError) || error.code === "STREAM_QUARANTINED") return false;
  return [429, 502, 503, 504].includes(error.status) || error.code === "IN_PROGRESS";
}

// What may have happened all the same. A problem document with 503 promises that nothing did; a proxy's 503 does not.
function isUnknown(error) {
  if (error instanceof NoAnswerError) return true;
  return (
    error instanceof ProblemError &&
    (error.status === 502 || error.status === 504 || (error.status === 503 && !error.code))
  );
}

// Refusals that depend on the state, which an attempt with an unknown outcome may still be changing.
function dependsOnState(error) {
  return error instanceof ProblemError && [404, 409, 410, 412, 422, 423, 428].includes(error.status);
}

// However long a service asks for: a wait of days is a mistake, and a timer of more than 24 days ends at once.
const RETRY_AFTER_AT_MOST_MS = 120_000;

function retryAfterMs(response) {
  const text = response.headers.get("Retry-After");
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_AT_MOST_MS, Math.max(0, ms));
}

function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    search.set(
      name,
      Array.isArray(value) ? value.join(",") : value instanceof Date ? value.toISOString() : String(value),
    );
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

function versionOf(response) {
  const match = /^"(\d+)"$/.exec(response.headers.get("ETag") ?? "");
  return match ? Number(match[1]) : null;
}

/** Every endpoint of both services. Writes carry an idempotency key, which is kept through retries. */
export class Services {
  #options;
  #tokens = new SeenTokens();
  // Each request sends the tokens of the answers before it: a bound on the requests under way bounds those as well.
  #lanes = new Lanes(12);

  constructor(options) {
    this.#options = {
      attempts: 6,
      firstMs: 200,
      maxMs: 10_000,
      requestTimeoutMs: 20_000,
      commandTimeoutMs: 5_000,
      silenceMs: 40_000,
      random: Math.random,
      sleep,
      fetch: (...request) => globalThis.fetch(...request),
      ...options,
      commandUrl: options.commandUrl.replace(/\/+$/, ""),
      queryUrl: options.queryUrl.replace(/\/+$/, ""),
    };
  }

  get commandUrl() {
    return this.#options.commandUrl;
  }
  get queryUrl() {
    return this.#options.queryUrl;
  }
  get options() {
    return this.#options;
  }
  /** What has been seen, for handing on to another client: a value of the header `Consistency-Token`. */
  get consistencyToken() {
    return this.#tokens.list().join(", ");
  }
  /** Reads from now on are at least as fresh as this. What the same source said before is covered by it. */
  saw(consistencyToken, from = "others") {
    if (consistencyToken) this.#tokens.handed(consistencyToken, from);
  }
  /** Reads may be of any age again: the log is another one. */
  forgetSeen() {
    this.#tokens.forget();
  }

  // ---- commands

  /** Under an id that the service makes from the key, or under one's own. */
  createTask(fields, { id, ...options } = {}) {
    if (id === undefined) return this.#write("POST", "/v1/tasks", fields, options);
    return this.#write("PUT", `/v1/tasks/${id}`, fields, { ...options, version: 0 });
  }
  editTask(id, patch, options) {
    return this.#write("PATCH", `/v1/tasks/${id}`, patch, options);
  }
  setStatus(id, to, { reason, ...options } = {}) {
    return this.#write("POST", `/v1/tasks/${id}/status`, { to, reason }, options);
  }
  assign(id, userId, { reason, ...options } = {}) {
    return this.#write("PUT", `/v1/tasks/${id}/assignee`, { userId, reason }, options);
  }
  unassign(id, options) {
    return this.#write("DELETE", `/v1/tasks/${id}/assignee`, undefined, options);
  }
  /** Exactly one of many claims of a task succeeds. `userId` only where nobody has to authenticate. */
  claim(id, { userId, ...options } = {}) {
    return this.#write("POST", `/v1/tasks/${id}/claim`, userId === undefined ? undefined : { userId }, options);
  }
  postpone(id, by, options) {
    return this.#write("POST", `/v1/tasks/${id}/postpone`, { by }, options);
  }
  lock(id, ttlSeconds, options) {
    return this.#write("PUT", `/v1/tasks/${id}/lock`, { ttlSeconds }, options);
  }
  unlock(id, options) {
    return this.#write("DELETE", `/v1/tasks/${id}/lock`, undefined, options);
  }
  deleteTask(id, { reason, ...options } = {}) {
    return this.#write("DELETE", `/v1/tasks/${id}${query({ reason })}`, undefined, options);
  }

  createUser(fields, options) {
    return this.#write("POST", "/v1/users", fields, options);
  }
  editUser(id, patch, options) {
    return this.#write("PATCH", `/v1/users/${id}`, patch, options);
  }
  deactivateUser(id, { reason, ...options } = {}) {
    return this.#write("POST", `/v1/users/${id}/deactivate`, { reason }, options);
  }
  reactivateUser(id, options) {
    return this.#write("POST", `/v1/users/${id}/reactivate`, undefined, options);
  }

  /** Up to 500 commands in one request; each has its own id, so that the same batch can be sent again. */
  async batch(commands, { merge = false, ...options } = {}) {
    const headers = merge ? { Prefer: "conflict=merge" } : {};
    const request = { ...options, body: { commands }, headers, isWrite: true };
    const { body } = await this.#send("command", "POST", "/v1/batch", request);
    if (!Array.isArray(body?.results)) throw new NoAnswerError("what came is no answer to a batch");
    return body.results;
  }

  /** As of now, from the command-service. */
  readTask(id, options) {
    return this.#one("command", "task", `/v1/tasks/${id}`, options);
  }
  readUser(id, options) {
    return this.#one("command", "user", `/v1/users/${id}`, options);
  }

  // ---- queries

  listTasks({ signal, ...parameters } = {}) {
    return this.#page(`/v1/tasks${query(parameters)}`, signal);
  }
  userTasks(userId, { signal, ...parameters } = {}) {
    return this.#page(`/v1/users/${userId}/tasks${query(parameters)}`, signal);
  }
  listUsers({ signal, ...parameters } = {}) {
    return this.#page(`/v1/users${query(parameters)}`, signal);
  }
  history(id, { signal, ...parameters } = {}) {
    return this.#page(`/v1/tasks/${id}/history${query(parameters)}`, signal);
  }
  changes({ signal, ...parameters } = {}) {
    return this.#page(`/v1/changes${query(parameters)}`, signal);
  }
  /** Every item of a listing, page by page: `for await (const task of services.all("listTasks", {status: "BLOCKED"}))`. */
  async *all(listing, parameters = {}, ...before) {
    for (let cursor; ;) {
      const page = await this[listing](...before, { ...parameters, cursor });
      yield* page.items;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }

  /** As fresh as what was seen before. With `version` or `at`, as it was. */
  getTask(id, { version, at, ...options } = {}) {
    return this.#one("query", "task", `/v1/tasks/${id}${query({ version, at })}`, options);
  }
  getUser(id, options) {
    return this.#one("query", "user", `/v1/users/${id}`, options);
  }
  async stats(options) {
    return (await this.#send("query", "GET", "/v1/stats", options)).body;
  }
  async projection(options) {
    return this.#aged(await this.#send("query", "GET", "/v1/projection", options));
  }
  async rebuild(options) {
    await this.#send("query", "POST", "/v1/projection/rebuild", { ...options, isWrite: true });
  }
  parked({ signal, ...parameters } = {}) {
    return this.#page(`/v1/parked${query(parameters)}`, signal);
  }
  async me(options) {
    return (await this.#send("query", "GET", "/v1/me", options)).body;
  }

  /** What happens from now on, or since a token of `changes` or of this stream, until the connection ends:
   *  `{kind: "open" | "task" | "resync" | "comment", token, change?, comment?}`. `follow` goes on when it ends. */
  async *stream({ since, signal, ...filters } = {}) {
    if (signal?.aborted) return;
    const ending = new LinkedAbort(signal);
    // A connection that has died without a word is noticed by the comments that stay away.
    const watch = () => setTimeout(() => ending.abort(), this.#options.silenceMs);
    let silence = watch();
    try {
      const headers = { Accept: "text/event-stream", ...(since ? { "Last-Event-ID": since } : {}) };
      const sent = this.#tokens.list();
      const response = await this.#fetch("query", "GET", `/v1/stream${query(filters)}`, {
        headers,
        tokens: sent,
        signal: ending.signal,
      });
      this.#tokens.answered(response.headers.get("Consistency-Token"), sent);
      yield { kind: "open", token: null };
      for await (const frame of readEvents(response.body)) {
        clearTimeout(silence);
        silence = watch();
        // A later place in the order of changes covers an earlier one.
        if (frame.id !== null) this.#tokens.handed(frame.id, "stream");
        if (frame.event === "task") yield { kind: "task", token: frame.id, change: JSON.parse(frame.data) };
        else if (frame.event === "resync") yield { kind: "resync", token: frame.id ?? JSON.parse(frame.data).token };
        else yield { kind: "comment", token: frame.id, comment: frame.comments.join("\n") };
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw error instanceof TaskstreamError ? error : new NoAnswerError("the stream broke off", { cause: error });
    } finally {
      clearTimeout(silence);
      ending.end();
    }
  }

  /** A stream that goes on where it broke off, at whichever replica answers, until the signal aborts. Between two
   *  connections comes `{kind: "lost", error}`. What is no passing trouble (401, 403, TOKEN_UNKNOWN) is thrown. */
  async *follow({ since = null, signal, ...filters } = {}) {
    for (let place = since, failures = 0; !signal?.aborted;) {
      let error = null;
      try {
        for await (const event of this.stream({ since: place, signal, ...filters })) {
          failures = event.kind === "open" ? failures : 0;
          place = event.token ?? place;
          yield event;
        }
      } catch (caught) {
        if (!isPassing(caught)) throw caught;
        error = caught;
      }
      if (signal?.aborted) return;
      yield { kind: "lost", token: place, error };
      const wait = Math.max(error?.retryAfterMs ?? 0, backoffMs(failures, this.#options));
      await this.#options.sleep(wait, signal);
      failures += 1;
    }
  }

  // ---- how all of them are sent

  async #write(method, path, body, { version, merge = false, key = newId(), signal, attempts } = {}) {
    const headers = { "Idempotency-Key": key };
    if (version === 0) headers["If-None-Match"] = "*";
    else if (version === "*") headers["If-Match"] = "*";
    else if (version !== undefined) headers["If-Match"] = `"${version}"`;
    if (merge) headers.Prefer = "conflict=merge";
    const answer = await this.#send("command", method, path, { body, headers, signal, attempts, isWrite: true });
    return {
      [path.startsWith("/v1/users") ? "user" : "task"]: answer.body,
      version: versionOf(answer.response),
      eventId: answer.response.headers.get("Event-Id"),
      replayed: answer.response.headers.get("Idempotency-Replayed") === "true",
      merged: answer.response.headers.get("Preference-Applied")?.includes("conflict=merge") ?? false,
    };
  }

  async #one(service, name, path, { prefer, ...options } = {}) {
    const answer = await this.#send(service, "GET", path, { ...options, headers: prefer ? { Prefer: prefer } : {} });
    return { [name]: answer.body, version: versionOf(answer.response), age: ageOf(answer.response) };
  }
  async #page(path, signal) {
    return this.#aged(await this.#send("query", "GET", path, { signal }));
  }
  #aged(answer) {
    return { ...answer.body, age: ageOf(answer.response) };
  }

  // Again and again, the same request with the same key, until it is answered for good.
  async #send(service, method, path, { isWrite = false, attempts = this.#options.attempts, ...request } = {}) {
    let unknownAt = null;
    let forgot = isWrite; // a write that was composed on another log must not land on this one
    for (let attempt = 0; ;) {
      const sentAt = performance.now(); // of a clock that nobody sets
      let error;
      try {
        return await this.#lanes.run(() => this.#once(service, method, path, request), request.signal);
      } catch (caught) {
        error = caught;
      }
      if (request.signal?.aborted || !(error instanceof TaskstreamError)) throw error;
      if (error.code === "TOKEN_UNKNOWN" && !forgot && !path.includes("since=")) {
        this.#tokens.forget();
        forgot = true;
        continue;
      }
      const settledAt = unknownAt === null ? null : unknownAt + this.#options.commandTimeoutMs;
      if (isWrite && isUnknown(error)) unknownAt = performance.now();
      let waitMs = null;
      if (isPassing(error)) {
        attempt += 1;
        if (attempt < attempts) waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt - 1, this.#options));
      } else if (settledAt !== null && sentAt < settledAt && dependsOnState(error)) {
        // An earlier attempt may still be under way. Its refusal is final once nothing can come of that any more.
        waitMs = Math.max(0, settledAt - performance.now());
      }
      if (waitMs === null) throw error;
      await this.#options.sleep(waitMs, request.signal);
      if (request.signal?.aborted) throw error;
    }
  }

  async #once(service, method, path, { body, headers = {}, signal }) {
    const timeout = new LinkedAbort(signal);
    const timer = setTimeout(() => timeout.abort(), this.#options.requestTimeoutMs);
    const sent = this.#tokens.list();
    try {
      const response = await this.#fetch(service, method, path, {
        body,
        headers,
        tokens: sent,
        signal: timeout.signal,
      });
      const text = await response.text();
      this.#tokens.answered(response.headers.get("Consistency-Token"), sent);
      return { response, body: text ? JSON.parse(text) : null };
    } catch (error) {
      if (error instanceof TaskstreamError || signal?.aborted) throw error;
      throw new NoAnswerError(`no answer from ${method} ${path}`, { cause: error });
    } finally {
      clearTimeout(timer);
      timeout.end();
    }
  }

  async #fetch(service, method, path, { body, headers, tokens = [], signal }) {
    const all = { ...headers };
    const { token, actor, traceparent } = this.#options;
    if (token) all.Authorization = `Bearer ${token}`;
    else if (actor && actor !== "anonymous") all["Taskstream-Actor"] = actor;
    if (traceparent) all.traceparent = traceparent;
    if (tokens.length) all["Consistency-Token"] = tokens.join(", ");
    const request = { method, headers: all, signal, cache: "no-store", credentials: "omit" };
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      all["Content-Type"] = "application/json";
    }
    let response;
    try {
      response = await this.#options.fetch((service === "command" ? this.commandUrl : this.queryUrl) + path, request);
    } catch (error) {
      throw new NoAnswerError(`no answer from ${method} ${path}`, { cause: error });
    }
    if (response.ok) return response;
    const wait = retryAfterMs(response);
    const problem = await response.json().catch(() => ({}));
    throw refusal(response.status, { title: response.statusText, ...problem }, wait);
  }
}

function ageOf(response) {
  const age = response.headers.get("Read-Model-Age");
  return age === null ? null : Number(age);
}

// ------------------------------------------------------------------------------------------------------ 5 Stores
//
// A store keeps three maps, `tasks`, `queue` and `meta`; `write` changes them in one transaction, `undefined` deletes.

/** Keeps replicas as long as the process lives, each under its name; one of them is open at a time. */
export class MemoryStore {
  #replicas = new Map();
  #name = null;
  get isShared() {
    return false;
  }

  async open(name = "") {
    if (this.#name !== null && this.#name !== name)
      throw new TaskstreamError(`this store is open for ${this.#name}, so it cannot be for ${name}`);
    this.#name = name;
    if (!this.#replicas.has(name)) this.#replicas.set(name, { tasks: new Map(), queue: new Map(), meta: new Map() });
    return this.#copy();
  }
  async write(operations) {
    const maps = this.#replicas.get(this.#name);
    for (const { in: map, key, value } of structuredClone(operations)) {
      if (value === undefined) maps[map].delete(key);
      else maps[map].set(key, value);
    }
  }
  async close() {
    this.#name = null;
  }
  async erase() {
    this.#replicas.delete(this.#name);
    this.#name = null;
  }

  #copy() {
    const { tasks, queue, meta } = structuredClone(this.#replicas.get(this.#name));
    return { tasks: [...tasks.values()], queue: [...queue.values()], meta: Object.fromEntries(meta) };
  }
}

const MAPS = ["tasks", "queue", "meta"];

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keeps a replica in IndexedDB, where all tabs of a browser share it and a reload finds it again. */
export class IndexedDbStore {
  #indexedDb;
  #database = null;
  constructor(indexedDb = globalThis.indexedDB) {
    this.#indexedDb = indexedDb;
  }
  get isShared() {
    return true;
  }

  async open(name) {
    const request = this.#indexedDb.open(name, 1);
    request.onupgradeneeded = () => MAPS.forEach((map) => request.result.createObjectStore(map));
    this.#database = await answered(request);
    // Another tab signs out: nothing of ours may hold up the erasing.
    this.#database.onversionchange = () => this.#database.close();
    const reading = this.#database.transaction(MAPS);
    const [tasks, queue, keys, values] = await Promise.all([
      answered(reading.objectStore("tasks").getAll()),
      answered(reading.objectStore("queue").getAll()),
      answered(reading.objectStore("meta").getAllKeys()),
      answered(reading.objectStore("meta").getAll()),
    ]);
    return { tasks, queue, meta: Object.fromEntries(keys.map((key, i) => [key, values[i]])) };
  }

  write(operations) {
    return this.#transaction(MAPS, (maps) => {
      for (const { in: map, key, value } of operations) {
        if (value === undefined) maps.objectStore(map).delete(key);
        else maps.objectStore(map).put(value, key);
      }
    });
  }

  /** The queue as it is kept now, and what came of the changes that the last write took out of it. */
  async queue() {
    const reading = this.#database.transaction(["queue", "meta"]);
    const [queue, outcomes = []] = await Promise.all([
      answered(reading.objectStore("queue").getAll()),
      answered(reading.objectStore("meta").get("outcomes")),
    ]);
    return { queue, outcomes };
  }

  /** Takes or renews the lease of the one who leads; false while another one has it. */
  async lease(holder, forMs) {
    let isMine = false;
    await this.#transaction(["meta"], (maps) => {
      const row = maps.objectStore("meta").get("leader");
      row.onsuccess = () => {
        const { holder: other, until } = row.result ?? { holder, until: 0 };
        isMine = other === holder || leftOf(until, forMs) === 0;
        if (isMine) maps.objectStore("meta").put({ holder, until: Date.now() + forMs }, "leader");
      };
    });
    return isMine;
  }
  release(holder) {
    return this.#transaction(["meta"], (maps) => {
      const row = maps.objectStore("meta").get("leader");
      row.onsuccess = () => {
        if (row.result?.holder === holder) maps.objectStore("meta").delete("leader");
      };
    });
  }

  async close() {
    this.#database?.close();
  }

  // Emptied first: the database itself goes once the last tab has closed it.
  async erase() {
    const { name } = this.#database;
    await this.#transaction(MAPS, (maps) => MAPS.forEach((map) => maps.objectStore(map).clear()));
    this.#database.close();
    await new Promise((resolve) => {
      const request = this.#indexedDb.deleteDatabase(name);
      request.onsuccess = request.onerror = request.onblocked = resolve;
    });
  }

  #transaction(maps, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(maps, "readwrite");
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      work(transaction);
    });
  }
}

// What a tab remembers for itself: the token, and whom it belongs to, so that a reload without a network finds its store.
const remembered = (() => {
  const inMemory = new Map();
  const storage = () => globalThis.sessionStorage ?? null;
  return {
    get: (key) => JSON.parse(storage()?.getItem(key) ?? inMemory.get(key) ?? "null"),
    set(key, value) {
      const text = JSON.stringify(value);
      if (storage()) storage().setItem(key, text);
      else inMemory.set(key, text);
    },
    forget(key) {
      storage()?.removeItem(key);
      inMemory.delete(key);
    },
  };
})();

// ----------------------------------------------------------------------------------------------------- 6 Changes

const NEW_TASK = {
  description: null,
  status: "NOT_STARTED",
  priority: "MEDIUM",
  tags: [],
  assigneeId: null,
  dueDate: null,
  warningOffset: null,
  lock: null,
};

// For each kind: the request that it becomes, the fields that it touches, and how a task looks once it is made.
// `states` = it says itself what it needs (nobody has the task; a due date is there), so it expects no version.
const KINDS = {
  create: {
    request: (id, what) => ["PUT", `/v1/tasks/${id}`, what],
    fields: (what) => Object.keys(what),
    apply: (task, what) => ({ ...task, ...what }),
  },
  edit: {
    request: (id, what) => ["PATCH", `/v1/tasks/${id}`, what],
    fields: (what) => Object.keys(what),
    apply: (task, what) => ({ ...task, ...what, tags: "tags" in what ? (what.tags ?? []) : task.tags }),
  },
  status: {
    request: (id, what) => ["POST", `/v1/tasks/${id}/status`, what],
    fields: () => ["status"],
    apply: (task, what) => ({ ...task, status: what.to }),
  },
  assign: {
    request: (id, what) => ["PUT", `/v1/tasks/${id}/assignee`, what],
    fields: () => ["assigneeId"],
    apply: (task, what) => ({ ...task, assigneeId: what.userId }),
  },
  unassign: {
    request: (id) => ["DELETE", `/v1/tasks/${id}/assignee`, undefined],
    fields: () => ["assigneeId"],
    apply: (task) => ({ ...task, assigneeId: null }),
  },
  claim: {
    states: true,
    request: (id, what) => ["POST", `/v1/tasks/${id}/claim`, what.named ? { userId: what.userId } : undefined],
    fields: () => ["assigneeId"],
    apply: (task, what) => ({ ...task, assigneeId: what.userId }),
  },
  postpone: {
    states: true,
    request: (id, what) => ["POST", `/v1/tasks/${id}/postpone`, what],
    fields: () => ["dueDate"],
    apply: (task, what) =>
      task.dueDate
        ? { ...task, dueDate: new Date(Date.parse(task.dueDate) + durationMs(what.by)).toISOString() }
        : task,
  },
  delete: {
    request: (id, what) => ["DELETE", `/v1/tasks/${id}${query({ reason: what.reason })}`, undefined],
    fields: () => [],
    apply: () => null,
  },
};

const mineOf = (item) => KINDS[item.kind].apply(item.baseTask, item.what);
const fieldsOf = (item) => KINDS[item.kind].fields(item.what);

function sameField(field, one, other) {
  return field === "dueDate" && one && other ? Date.parse(one) === Date.parse(other) : sameValue(one, other);
}

// --------------------------------------------------------------------------------------------------- 7 Conflicts

// The fields that the change wants to have otherwise than they were made since; where nothing is known of what was changed,
// than they are. Who deletes wants none of it.
function conflictingFields(item, changes, theirs) {
  const changed = [...new Set(changes.map((change) => change.field))];
  if (item.kind === "delete") return changed.filter((field) => field !== "lock");
  const mine = mineOf(item);
  return fieldsOf(item).filter(
    (field) => (!changes.length || changed.includes(field)) && !sameField(field, mine[field], theirs[field]),
  );
}

// The changes of both, and of each field the newer. None means that nothing is known of them, and then nothing of both.
function together(newer, older) {
  if (!newer.length || !older.length) return [];
  return [...newer, ...older.filter(({ field }) => !newer.some((change) => change.field === field))];
}

// What is kept of a conflict. Its id tells it from a later one of the same change; `on` is the version on which a decision stands.
function conflictOver(item, changes, theirs) {
  const fields = conflictingFields(item, changes, theirs);
  return { conflictId: newId(), on: theirs.version, theirs, changes, conflictingFields: fields };
}

// For each kind of which a conflict can be settled with a value of one's own: the change that has it.
const VALUE_OF = {
  create: (field, value) => ({ [field]: value }),
  edit: (field, value) => ({ [field]: value }),
  status: (field, value) => ({ to: value }),
  assign: (field, value) => ({ userId: value }),
};

/** A queued change that met others' changes. It and what follows it on its task wait until one of the ways out is taken. */
class Conflict {
  #resolve;
  constructor(item, resolve) {
    this.#resolve = resolve;
    this.changeId = item.changeId;
    this.taskId = item.taskId;
    this.kind = item.kind;
    this.base = item.baseTask;
    this.mine = mineOf(item);
    this.theirs = item.conflict.theirs;
    this.fields = fieldsOf(item);
    this.changes = item.conflict.changes;
    this.conflictingFields = item.conflict.conflictingFields;
  }

  get mergeable() {
    return this.conflictingFields.length === 0;
  }

  /** Mine where nobody else was; for each conflicting field `"mine"`, `"theirs"` or `{value}`. */
  merge(choices = {}) {
    const unsaid = this.conflictingFields.filter((field) => choices[field] === undefined);
    if (this.kind !== "delete" && unsaid.length) throw new TaskstreamError(`choose for ${unsaid.join(", ")}`);
    for (const [field, choice] of Object.entries(choices)) {
      const isValue = isObject(choice) && Object.hasOwn(choice, "value");
      if (choice !== "mine" && choice !== "theirs" && !(isValue && this.kind in VALUE_OF))
        throw new TaskstreamError(`${field} cannot be ${JSON.stringify(choice)} in a change of the kind ${this.kind}`);
    }
    return this.#resolve({ choices });
  }
  /** Mine, over what is seen here as theirs. With `anyVersion` over whatever comes in between as well. */
  overwrite({ anyVersion = false } = {}) {
    return this.#resolve({ overwrite: true, anyVersion });
  }
  /** Theirs. */
  giveUp() {
    return this.#resolve({ giveUp: true });
  }
}

// ------------------------------------------------------------------------------------------------------ 8 Outbox

const BATCH_AT_MOST = 500;
const MADE_AT_MOST = 1_000;
const NEVER_AGAIN = Number.MAX_SAFE_INTEGER; // the version of a deleted task: its id is not used again

const outcomeOf = ({ changeId, taskId, kind, what }, verdict, { task = null, problem = null } = {}) => ({
  changeId,
  taskId,
  kind,
  what,
  verdict,
  task,
  problem,
});

// What the outbox will be once it is kept, and what came of it: `outcomes` of changes that are settled, `sightings` of tasks
// (`{task}`, or `{taskId, version}` at which it left).
class Draft {
  #items;
  #touched = new Set();
  outcomes = [];
  sightings = [];
  constructor(items) {
    this.#items = new Map(items.map((item) => [item.changeId, item]));
  }

  put(item) {
    this.#items.set(item.changeId, item);
    this.#touched.add(item.changeId);
  }
  drop(item) {
    this.#items.delete(item.changeId);
    this.#touched.add(item.changeId);
  }
  get(changeId) {
    return this.#items.get(changeId);
  }
  ofTask(taskId) {
    return [...this.#items.values()].filter((item) => item.taskId === taskId).sort(inOrder);
  }
  behind(item) {
    return this.ofTask(item.taskId).filter((other) => inOrder(item, other) < 0);
  }
  isQueued(commandId) {
    return [...this.#items.values()].some((item) => item.commandId === commandId);
  }
  /** The item is through: what was made on top of it is from now on made on top of this version. */
  settle(item, version, verdict, circumstances) {
    this.drop(item);
    for (const each of this.behind(item)) {
      if (each.after !== item.commandId) continue;
      const conflict = each.conflict && { ...each.conflict, on: version };
      this.put({ ...each, after: null, base: version, mayBeOn: item.isMerged ? madeOn(each) : each.mayBeOn, conflict });
    }
    this.outcomes.push(outcomeOf(item, verdict, circumstances));
  }
  operations() {
    const operations = [...this.#touched].map((key) => ({ in: "queue", key, value: this.#items.get(key) }));
    // Kept with it: a tab that does not live to tell what came of the changes leaves that to the next one.
    return this.outcomes.length ? [...operations, { in: "meta", key: "outcomes", value: this.outcomes }] : operations;
  }
}

function inOrder(one, other) {
  return one.order - other.order || (one.changeId < other.changeId ? -1 : Number(one.changeId > other.changeId));
}

// In a queue nothing is given up for a fault of the services' own or of what lies before them: it is asked again.
function isForLater(error) {
  if (isPassing(error)) return true;
  if (!(error instanceof ProblemError) || error.code === "STREAM_QUARANTINED") return false;
  return error.status === 408 || (error.status >= 500 && ![501, 505].includes(error.status));
}
const mayHaveHappened = (error) => isUnknown(error) || error.status === 500;

/** Whether a batch was refused for what is in it. Without a code it was said by something that lies before the service. */
function isOfItsContent(error) {
  if (!(error instanceof ProblemError) || !error.code || error.code === "TOKEN_UNKNOWN") return false;
  return [400, 403, 413, 422].includes(error.status);
}

// Null where the command succeeded, whatever the word for it.
function failureOf(result) {
  if (!Number.isInteger(result?.status)) return new NoAnswerError("the answer says nothing of this command");
  if (result.status >= 200 && result.status < 300) return null;
  return refusal(result.status, result.body ?? {}, null);
}

/**
 * The changes that are not settled, in the order in which they were made. It says what is sent next, and what becomes of the
 * changes by an answer, a failure or a decision; all of that is a draft, which holds once `take` has been told that it is
 * kept. It sends nothing, keeps nothing and waits for nothing itself.
 */
class Outbox {
  #kept = new Map(); // by change
  #sorted = null;
  #made = new Map(); // by command: the version that a follower of it expects
  #autoMerge;
  #options;
  #batchAtMost = BATCH_AT_MOST;
  #searchAtMost = BATCH_AT_MOST; // while it is looked for what made a batch unreadable

  constructor(autoMerge, options) {
    this.#autoMerge = autoMerge;
    this.#options = options; // of the services: waits and timeouts
  }

  get items() {
    this.#sorted ??= [...this.#kept.values()].sort(inOrder);
    return this.#sorted;
  }
  get conflicts() {
    return this.items.filter((item) => item.conflict);
  }
  ofTask(taskId) {
    return this.items.filter((item) => item.taskId === taskId);
  }
  get(changeId) {
    return this.#kept.get(changeId);
  }
  draft() {
    return new Draft(this.items);
  }
  /** What is kept now under the id of a change; undefined once it is settled. */
  take(changeId, item) {
    if (item) this.#kept.set(changeId, item);
    else this.#kept.delete(changeId);
    this.#sorted = null;
  }

  /** A change that was decided on this view, at the end of the queue. */
  newItem(kind, taskId, what, baseTask, pending) {
    const changeId = newId();
    return {
      changeId,
      commandId: changeId,
      taskId,
      kind,
      // As it will be sent: what becomes later of the values that were given is no part of the change.
      what: JSON.parse(JSON.stringify(what)),
      baseTask: structuredClone(baseTask),
      base: baseTask.version,
      at: new Date().toISOString(),
      after: pending.at(-1)?.commandId ?? null,
      order: 1 + Math.floor(this.items.at(-1)?.order ?? 0),
      conflict: null,
      isMerged: false,
      anyVersion: false,
      unknownAt: null, // since when it may be under way without anybody who knows what came of it
      isUnmade: true, // it was never sent, or refused since
      mayBeOn: null, // the oldest version on which it may have been made before it was put on another
      notBefore: 0,
      tries: 0,
    };
  }

  // ---- what is sent

  /** In the order of the queue. A task waits behind its conflict, behind what was just put off, and behind a change that
   *  expects no version: only its answer tells what else has happened to the task. */
  nextBatch(isUrgent) {
    const batch = [];
    const held = new Set();
    const last = new Map();
    for (const item of this.items) {
      if (batch.length === Math.min(this.#batchAtMost, this.#searchAtMost)) break;
      if (held.has(item.taskId)) continue;
      if (item.conflict || (!isUrgent && this.#waitOf(item) > 0)) {
        held.add(item.taskId);
        continue;
      }
      batch.push(this.#toSend(item, last.get(item.taskId)));
      last.set(item.taskId, item);
      if (KINDS[item.kind].states || item.anyVersion) held.add(item.taskId);
    }
    return batch;
  }

  /** After how many milliseconds there is something to send; Infinity while everything waits for decisions. */
  nextWaitMs() {
    const heads = new Map();
    for (const item of this.items) if (!heads.has(item.taskId)) heads.set(item.taskId, item);
    const open = [...heads.values()].filter((item) => !item.conflict);
    return open.reduce((least, item) => Math.min(least, this.#waitOf(item)), Infinity);
  }
  #waitOf(item) {
    const { maxMs, commandTimeoutMs } = this.#options;
    return leftOf(item.notBefore, Math.max(maxMs, commandTimeoutMs, RETRY_AFTER_AT_MOST_MS));
  }

  #baseOf(item) {
    return this.#made.get(item.after) ?? item.base;
  }

  #toSend(item, previous) {
    const [method, path, body] = KINDS[item.kind].request(item.taskId, item.what);
    const isPrevious = item.after !== null && item.after === previous?.commandId;
    const expected = this.#baseOf(item);
    const command = { commandId: item.commandId, method, path };
    if (body !== undefined) command.body = body;
    if (item.anyVersion) command.expectedVersion = "*";
    else if (!KINDS[item.kind].states) command.expectedVersion = isPrevious ? "previous" : expected;
    return { item, command, expected, isPrevious };
  }

  /** To be kept before the batch is sent: whoever flushes after this one died knows that it may be under way. */
  sending(batch) {
    const draft = this.draft();
    for (const { item } of batch) draft.put({ ...item, unknownAt: Date.now(), isUnmade: false });
    return draft;
  }

  // ---- what becomes of it

  answered(batch, results, sentAt) {
    const draft = this.draft();
    const byCommand = new Map(results.map((result) => [result?.commandId, result]));
    const stopped = new Set(); // tasks of which a command before did not succeed
    this.#searchAtMost = BATCH_AT_MOST;
    for (const sent of batch) {
      const item = draft.get(sent.item.changeId);
      if (item?.commandId !== sent.command.commandId) continue; // another tab has settled it, or decided otherwise
      const result = byCommand.get(item.commandId);
      const expected = sent.isPrevious ? this.#baseOf(item) : sent.expected;
      const error = failureOf(result);
      if (!error) this.#succeeded(draft, item, expected, result);
      else if (result?.status === 424 && stopped.has(item.taskId))
        draft.put({ ...item, unknownAt: sent.item.unknownAt });
      else this.#failed(draft, item, sent.item.unknownAt, expected, error, sentAt);
      if (error) stopped.add(item.taskId);
    }
    return draft;
  }

  #succeeded(draft, item, expected, { verdict, status, version, body }) {
    const isExact = !KINDS[item.kind].states && !item.anyVersion;
    // The version on which followers were made. A change that expected none may have passed over changes that nobody here
    // has seen: then followers still stand on what was seen, and the service tells what came in between.
    let made = expected;
    if (verdict === "unchanged") made = isExact ? (version ?? expected) : expected;
    else if (isExact) made = verdict === "replayed" ? (item.mayBeOn ?? expected) + 1 : (version ?? expected + 1);
    else if (verdict !== "replayed" && version === expected + 1) made = version;
    this.#made.set(item.commandId, made);
    if (this.#made.size > MADE_AT_MOST) this.#made.delete(this.#made.keys().next().value);

    const known = ["merged", "unchanged", "replayed"].includes(verdict) ? verdict : "applied";
    draft.settle(item, made, known === "applied" && item.isMerged ? "merged" : known, { task: body ?? null });
    if (body?.taskId) draft.sightings.push({ task: body });
    else if (item.kind === "delete") draft.sightings.push({ taskId: item.taskId, version: NEVER_AGAIN });
    // No content: the change has ended one's own sight of the task, which may come back.
    else if (status === 204) draft.sightings.push({ taskId: item.taskId, version: made });
  }

  #failed(draft, item, unknownAt, expected, error, sentAt) {
    if (isForLater(error) || error.status === 424) return this.#putOff(draft, { ...item, unknownAt }, error);
    // An earlier attempt may still be under way: what is refused now may have happened. Where the clock was set back
    // meanwhile, the time is counted from now on.
    const since = unknownAt === null ? null : Math.min(unknownAt, sentAt);
    const finalAt = since === null ? 0 : since + this.#options.commandTimeoutMs;
    if (sentAt < finalAt) return draft.put({ ...item, unknownAt: since, notBefore: finalAt });
    if (error instanceof ConflictError && error.current) {
      draft.sightings.push({ task: error.current });
      return this.#conflicted(draft, { ...item, unknownAt: null }, expected, error);
    }
    if (error.status === 410) draft.sightings.push({ taskId: item.taskId, version: NEVER_AGAIN });
    return this.#refused(draft, item, expected, error);
  }

  #putOff(draft, item, error) {
    const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(item.tries, this.#options));
    const unknownAt = mayHaveHappened(error) ? Date.now() : item.unknownAt;
    draft.put({ ...item, unknownAt, tries: item.tries + 1, notBefore: Date.now() + waitMs });
  }

  // Rolled back: without it in the queue the task looks as the service says. A task that was not made has no changes either.
  #refused(draft, item, expected, error) {
    const problem = { status: error.status, ...error.problem };
    const followers = item.kind === "create" ? draft.behind(item) : [];
    for (const each of [item, ...followers]) draft.settle(each, expected, "refused", { problem });
  }

  // What was changed in other fields is merged: sent again on the version that is there now. The first change that wants one
  // of the same fields otherwise waits for a decision, and with it what follows.
  #conflicted(draft, first, expected, { current: theirs, changes }) {
    const onTop = new Set();
    const refused = { ...first, isUnmade: true, mayBeOn: null };
    draft.put(refused);
    for (const item of [refused, ...draft.behind(first)]) {
      // Asked about already, but not about this: who decides has to see what came since.
      if (item.conflict) {
        draft.put({ ...item, conflict: conflictOver(item, together(changes, item.conflict.changes), theirs) });
        return;
      }
      const isOnTop = onTop.has(item.after);
      // Decided on an older view: what was changed since then it meets by itself.
      if (item !== refused && !isOnTop && this.#baseOf(item) < expected) continue;
      const conflict = conflictOver(item, changes, theirs);
      if (!this.#autoMerge || !changes.length || conflict.conflictingFields.length) {
        draft.put({ ...item, conflict });
        return;
      }
      onTop.add(item.commandId);
      // On a task that changes all the time the second attempt takes its time already.
      const notBefore = item.tries === 0 ? 0 : Date.now() + backoffMs(item.tries - 1, this.#options);
      draft.put({
        ...item,
        base: theirs.version,
        mayBeOn: madeOn(item),
        after: isOnTop ? item.after : null,
        isMerged: true,
        tries: item.tries + 1,
        notBefore,
      });
    }
  }

  /** What a failure of the whole batch makes of it. */
  failed(batch, error) {
    const draft = this.draft();
    for (const { item } of batch) {
      const unknownAt = mayHaveHappened(error) ? Date.now() : item.unknownAt;
      if (draft.get(item.changeId)) draft.put({ ...draft.get(item.changeId), unknownAt });
    }
    if (!isOfItsContent(error)) return draft;
    const named = new Set((error.problem.errors ?? []).map(({ field }) => /^commands\/(\d+)/.exec(field)?.[1]));
    let refused = batch.filter((_, i) => named.has(String(i)));
    if (error.status === 403 || batch.length === 1) refused = batch;
    if (error.status === 413 && batch.length > 1) this.#batchAtMost = Math.ceil(batch.length / 2);
    else if (!refused.length) this.#searchAtMost = Math.ceil(batch.length / 2);
    else this.#searchAtMost = BATCH_AT_MOST;
    for (const { item, expected } of refused) {
      const now = draft.get(item.changeId);
      if (now) this.#refused(draft, now, expected, error);
    }
    return draft;
  }

  // ---- decisions

  /** What is decided on a conflict, if it is still the one that was looked at. */
  decided(changeId, conflictId, { giveUp = false, overwrite = false, anyVersion = false, choices }) {
    const draft = this.draft();
    const item = draft.get(changeId);
    if (!item?.conflict) throw new TaskstreamError("this conflict is settled already");
    if (item.conflict.conflictId !== conflictId)
      throw new ConflictChangedError("others changed the task again: decide on the conflict that there is now");
    const what = giveUp ? null : overwrite ? item.what : chosen(item, choices);
    if (what === null || (item.kind === "create" && !editsOf(what).length)) this.#givenUp(draft, item);
    else this.#takenUp(draft, item, what, anyVersion);
    return draft;
  }

  #givenUp(draft, item) {
    const task = item.conflict.theirs;
    // What was built on a task that is not made goes with it: the one that is there is another.
    if (item.kind === "create") {
      for (const each of [item, ...draft.behind(item)]) draft.settle(each, each.base, "given-up", { task });
      return;
    }
    const after = draft.isQueued(item.after) ? item.after : null;
    const base = item.conflict.on;
    this.#askOfFollowers(draft, item, item, (each) => ({ ...each, after, base, mayBeOn: madeOn(each) }));
    draft.settle(item, base, "given-up", { task });
  }

  // What was made on top of the item has not seen either what others changed: the first that wants one of the same fields
  // otherwise becomes a conflict, and what follows that one waits behind it.
  #askOfFollowers(draft, item, last, attached) {
    const { theirs } = item.conflict;
    let unseen = item.conflict.changes;
    const onTop = new Set([item.commandId]);
    let isAsked = false;
    for (const each of draft.behind(last)) {
      const isNext = each.after === item.commandId;
      if (isAsked && isNext) draft.put({ ...each, after: null }); // it meets by itself what it has not seen
      if (isAsked || !onTop.has(each.after)) continue;
      onTop.add(each.commandId);
      const follower = isNext ? attached(each) : each;
      // Asked about already: then it, and what was made on top of it, has not seen what that was about either.
      if (each.conflict) unseen = together(unseen, each.conflict.changes);
      const conflict = conflictOver(follower, unseen, theirs);
      isAsked = conflict.conflictingFields.length > 0;
      draft.put({ ...follower, conflict: isAsked ? conflict : null });
    }
  }

  // Decided on what was shown as theirs. Another request is another command, under a key of its own.
  #takenUp(draft, item, what, anyVersion) {
    const { theirs, changes, on } = item.conflict;
    const [first, ...others] = item.kind === "create" ? editsOf(what) : [{ kind: item.kind, what }];
    const isSame = first.kind === item.kind && sameValue(what, item.what);
    const decided = {
      ...item,
      ...first,
      commandId: isSame ? item.commandId : newId(),
      anyVersion,
      baseTask: theirs,
      base: on,
      mayBeOn: isSame ? madeOn(item) : null,
      isUnmade: item.isUnmade || !isSame,
      after: draft.isQueued(item.after) ? item.after : null,
      isMerged: true,
      conflict: null,
      tries: 0,
      notBefore: 0,
      unknownAt: null,
    };
    draft.put(decided);
    let last = decided;
    for (const other of others) {
      const changeId = newId();
      last = { ...decided, ...other, changeId, commandId: changeId, after: last.commandId, order: last.order + 0.25 };
      draft.put(last);
    }
    const attached = (each) => ({ ...each, after: last.commandId });
    if (changes.length) return this.#askOfFollowers(draft, item, last, attached);
    // Nothing is known of what was changed, and theirs was seen as a whole.
    for (const each of draft.behind(last)) if (each.after === item.commandId) draft.put(attached(each));
    return undefined;
  }
}

// Its answer may have been lost: then it was made on the version that it expected then, and not on the one that it is put on
// now. What follows it must not take the newer one for its own.
function madeOn(item) {
  return item.isUnmade ? null : (item.mayBeOn ?? item.base);
}

// What is left to ask for once it is decided whose each conflicting field is; null when nothing is.
function chosen(item, choices) {
  const { conflictingFields: fields } = item.conflict;
  const choiceOf = (field) => choices[field] ?? "mine";
  const valueOf = (field) => VALUE_OF[item.kind](field, choiceOf(field).value);
  if (!["create", "edit"].includes(item.kind)) {
    const [field] = fieldsOf(item);
    if (fields.some((each) => choices[each] === "theirs")) return null;
    return isObject(choiceOf(field)) ? { ...item.what, ...valueOf(field) } : item.what;
  }
  const what = {};
  for (const [field, mine] of Object.entries(item.what)) {
    const choice = choiceOf(field);
    if (choice !== "theirs") Object.assign(what, choice === "mine" ? { [field]: mine } : valueOf(field));
  }
  return Object.keys(what).length ? what : null;
}

// A task that is there already is not made again, but changed.
function editsOf(created) {
  const given = Object.entries(created).filter(([, value]) => value !== null);
  const { assigneeId, ...what } = Object.fromEntries(given);
  const edit = Object.keys(what).length ? [{ kind: "edit", what }] : [];
  return assigneeId === undefined ? edit : [...edit, { kind: "assign", what: { userId: assigneeId } }];
}

// -------------------------------------------------------------------------------------------------------- 9 Tabs

const LEASE_MS = 6_000;

// Calls `lead(signal)` while this tab is the one that leads. Web Locks hand over at once when a tab goes; where a page may
// not have them (plain HTTP), a leased row does, some seconds later. Two leaders for a moment are harmless: keys see to that.
async function leadWhenFirst(name, tab, store, signal, lead) {
  if (!store.isShared) return lead(signal);
  const locks = globalThis.navigator?.locks;
  if (locks)
    return locks
      .request(name, { signal }, () => lead(signal))
      .catch((error) => {
        if (!signal.aborted) throw error;
      });
  while (!signal.aborted) {
    if (!(await store.lease(tab, LEASE_MS).catch(() => false))) await sleep(LEASE_MS / 6, signal);
    else if (await leadOnLease(tab, store, signal, lead)) return;
  }
}

// Whether leading came to an end by itself, rather than with the lease.
async function leadOnLease(tab, store, signal, lead) {
  const ending = new LinkedAbort(signal);
  let isOver = false;
  const leading = lead(ending.signal).finally(() => {
    isOver = !ending.signal.aborted;
    ending.end();
  });
  while (!ending.signal.aborted) {
    await sleep(LEASE_MS / 3, ending.signal);
    if (!ending.signal.aborted && !(await store.lease(tab, LEASE_MS).catch(() => false))) ending.abort();
  }
  await leading;
  await store.release(tab).catch(() => {});
  return isOver;
}

// A line between the tabs that share a store. What is said before they listen is heard once they do.
class TabLine {
  #channel = null;
  #early = [];
  #hear = null;
  constructor(name, isShared) {
    if (!isShared || !globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.unref?.();
    this.#channel.onmessage = ({ data }) => (this.#hear ? this.#hear(data) : this.#early.push(data));
  }
  listen(hear) {
    this.#hear = hear;
    for (const message of this.#early.splice(0)) hear(message);
  }
  say(message) {
    this.#channel?.postMessage(message);
  }
  close() {
    this.#channel?.close();
    this.#channel = null;
  }
}

// ------------------------------------------------------------------------------------------------- 10 Taskstream

const GONE_AT_MOST = 10_000;
const WELL_AFTER_MS = 10_000; // a connection that held so long was no failure

const tokenKey = (queryUrl) => `taskstream.token@${queryUrl}`;
const identityKey = (queryUrl) => `taskstream.identity@${queryUrl}`;

// Who asks, as the service sees it. Where nobody authenticates everybody is who they say they are.
async function whoAsks(services, request) {
  const { token, actor = "anonymous", userId = null } = services.options;
  return token ? services.me(request) : { actor, userId, role: null };
}

async function identify(services) {
  const key = identityKey(services.queryUrl);
  const { token = null, actor = null } = services.options;
  const known = remembered.get(key);
  const mayBeKnown =
    known !== null && known.token === token && (token !== null || (actor ?? "anonymous") === known.actor);
  try {
    const request = mayBeKnown ? { attempts: 1 } : {};
    const [who, projection] = await Promise.all([whoAsks(services, request), services.projection(request)]);
    const identity = { actor: who.actor, userId: who.userId ?? null, role: who.role, logId: projection.logId };
    remembered.set(key, { ...identity, token });
    return { ...identity, isVerified: true };
  } catch (error) {
    if (!mayBeKnown || !isPassing(error)) throw error;
    return { ...known, isVerified: false };
  }
}

/**
 * A replica of the tasks that one actor sees: what the service says, under what is queued here.
 *
 * A change is kept in the store, shown at once, and flushed when the services can be reached. `settled` tells what became of
 * it, or why nobody here will hear of that: `closed`, `erased`, `unknown`. What is refused is rolled back; what conflicts waits
 * for `conflict.merge()`, `overwrite()` or `giveUp()`.
 *
 * Events of `on`: `tasks` (ids that look different), `status`, `conflict`, `refused`, `settled`, `signed-out`.
 */
export class Taskstream {
  #services;
  #identity;
  #store;
  #line;
  #tab = newId();
  #emitter = new Emitter();

  #tasks = new Map(); // as the service last told
  #gone = new Map(); // versions at which tasks left or were deleted: nothing older brings them back
  #outbox;
  #meta = {};
  #views = new Map();
  #turns = Promise.resolve();

  #stopping = new AbortController();
  #cycle = null; // of connecting, syncing and following
  #wake = null;
  #leads = false;
  #leading = null; // ends once this tab is out of the race
  #isVerified;
  #isLogDoubted = false;
  #connection = "connecting";
  #asOfMs = null; // by the clock of the machine, which other tabs have too
  #asOfAt = null; // by the one that nobody sets, and which may stand still while the machine sleeps
  #error = null;

  #settling = new Map(); // by change: who waits to hear what became of it
  #sending = new Set();
  #flushing = null;
  #wantsFlush = false;
  #isUrgent = false;
  #flushTimer = null;
  #flushFailures = 0;
  #flushNotBefore = 0; // of the clock that nobody sets
  #asked = new Map(); // who waits here until the leading tab has flushed
  #unkept = 0; // changes on their way into the store
  #isGuarded = false;

  /** Opens the replica of (origin, log, actor). Without a network only what this tab has opened before. */
  static async open({ store, autoMerge = true, ...options }) {
    const queryUrl = options.queryUrl.replace(/\/+$/, "");
    const token = options.token ?? Taskstream.savedToken(queryUrl) ?? undefined;
    const services = new Services({ ...options, token });
    const identity = await identify(services);
    if (token) remembered.set(tokenKey(queryUrl), token);
    const kept = store ?? (globalThis.indexedDB ? new IndexedDbStore() : new MemoryStore());
    const replica = new Taskstream(services, identity, kept, autoMerge);
    await replica.#begin();
    return replica;
  }

  /** The token that this tab has signed in with. */
  static savedToken(queryUrl) {
    return remembered.get(tokenKey(queryUrl.replace(/\/+$/, "")));
  }

  constructor(services, identity, store, autoMerge) {
    this.#services = services;
    this.#identity = identity;
    this.#store = store;
    this.#outbox = new Outbox(autoMerge, services.options);
    this.#isVerified = identity.isVerified;
  }

  // ---- what is seen

  /** Every endpoint, with the same token and what was seen here. */
  get services() {
    return this.#services;
  }
  get identity() {
    const { actor, userId, role, logId } = this.#identity;
    return { actor, userId, role, logId };
  }
  /** The tasks as they look here, what is pending included. */
  tasks() {
    const ids = new Set([...this.#tasks.keys(), ...this.#outbox.items.map((item) => item.taskId)]);
    return [...ids].map((id) => this.task(id)).filter((view) => view.task !== null);
  }
  /** `{taskId, task, pending, conflict}`; `task` is null when there is none, or none any more. */
  task(id) {
    const view = this.#views.get(id) ?? this.#view(id);
    if (view.task || view.pending.length) this.#views.set(id, view);
    return view;
  }
  conflicts() {
    return this.#outbox.conflicts.map((item) => this.#conflictOf(item));
  }
  get status() {
    return {
      connection: this.#connection,
      leads: this.#leads,
      queued: this.#outbox.items.length,
      sending: this.#sending.size,
      conflicts: this.#outbox.conflicts.length,
      asOf: this.#asOfMs === null ? null : new Date(this.#asOfMs),
      error: this.#error,
    };
  }
  /** Seconds since what is shown was last known to be everything; null when it never was. */
  get age() {
    if (this.#asOfMs === null) return null;
    return Math.max(0, Date.now() - this.#asOfMs, performance.now() - this.#asOfAt) / 1000;
  }
  /** Calls the listener from now on; the answer stops that. */
  on(name, listener) {
    return this.#emitter.on(name, listener);
  }

  // ---- what is changed: shown at once, and sent when it can be. `seen` = the view on which it was decided.

  create(fields, { id = newId() } = {}) {
    return this.#change("create", id, fields);
  }
  edit(id, patch, options) {
    return this.#change("edit", id, patch, options);
  }
  setStatus(id, to, { reason, ...options } = {}) {
    return this.#change("status", id, { to, reason }, options);
  }
  assign(id, userId, { reason, ...options } = {}) {
    return this.#change("assign", id, { userId, reason }, options);
  }
  unassign(id, options) {
    return this.#change("unassign", id, {}, options);
  }
  claim(id, { userId, ...options } = {}) {
    return this.#change("claim", id, { userId: userId ?? this.#identity.userId, named: userId !== undefined }, options);
  }
  postpone(id, by, options) {
    if (durationMs(by) === null) throw new TaskstreamError(`'${by}' is no duration, such as P2D or PT90M`);
    return this.#change("postpone", id, { by }, options);
  }
  delete(id, { reason, ...options } = {}) {
    return this.#change("delete", id, { reason }, options);
  }

  /** A lock is of use only while it is held: asked for at once or not at all. */
  async lock(id, ttlSeconds, options) {
    return this.#learnAnswer(await this.#services.lock(id, ttlSeconds, options));
  }
  async unlock(id, options) {
    return this.#learnAnswer(await this.#services.unlock(id, options));
  }

  /** Sends what is queued now, rather than when the wait after a failure is over; where another tab leads, through it. */
  async flush() {
    if (this.#leads) return this.#flushAtOnce();
    const id = newId();
    const { requestTimeoutMs } = this.#services.options;
    const patience = new LinkedAbort(this.#stopping.signal);
    this.#asked.set(id, () => patience.abort());
    this.#line.say({ from: this.#tab, flush: id });
    await sleep(requestTimeoutMs, patience.signal);
    patience.end();
    this.#asked.delete(id);
    return undefined;
  }

  /** Erases the token and everything kept under it. With edits queued only once `confirm({queued, conflicts})` says so. */
  async signOut({ confirm } = {}) {
    await this.#turns;
    // Asked again where more was changed while somebody made up their mind.
    for (let agreed = 0; this.#outbox.items.length > agreed; await this.#turns) {
      const { queued, conflicts } = this.status;
      if (!(await confirm?.({ queued, conflicts }))) return false;
      agreed = queued;
    }
    this.#line.say({ from: this.#tab, signedOut: true });
    await this.#leave();
    await this.#store.erase();
    this.#emitter.emit("signed-out", undefined);
    return true;
  }

  /** Stops; what is queued stays in the store. */
  async close() {
    this.#stop();
    await Promise.all([this.#turns, this.#leading]);
    this.#stopSettling("closed");
    await this.#store.close();
    this.#line.close();
  }

  // ---- the local state

  async #begin() {
    const { actor, logId } = this.#identity;
    const name = `taskstream|${new URL(this.#services.queryUrl).origin}|${logId}|${actor}`;
    this.#line = new TabLine(name, this.#store.isShared);
    const kept = await this.#store.open(name);
    for (const task of kept.tasks) this.#tasks.set(task.taskId, task);
    for (const item of kept.queue) this.#outbox.take(item.changeId, item);
    this.#meta = kept.meta;
    this.#services.saw(this.#meta.seen, "store");
    this.#line.listen((message) => this.#heard(message));
    this.#line.say({ from: this.#tab, hello: true });
    globalThis.addEventListener?.("online", this.#onOnline);
    globalThis.addEventListener?.("offline", this.#onOffline);
    globalThis.addEventListener?.("pagehide", this.#onPageHide);
    this.#guardUnload();
    this.#leading = leadWhenFirst(name, this.#tab, this.#store, this.#stopping.signal, (signal) =>
      this.#lead(signal),
    ).catch((error) => this.#tell(this.#connection, error));
  }

  // One after the other: what a change of the state was worked out from still holds when it is kept.
  #turn(work) {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => {});
    return turn;
  }

  // Kept first, then shown, here and in the other tabs.
  async #commit(operations, settled = []) {
    if (this.#stopping.signal.aborted) return;
    if (operations.length) await this.#store.write(operations);
    this.#take(operations, settled);
    this.#line.say({ from: this.#tab, operations, settled, seen: this.#services.consistencyToken });
  }

  #take(operations, settled = []) {
    // Told once, whoever else tells it too.
    const outcomes = settled.filter(({ changeId }) => this.#outbox.get(changeId));
    const touched = new Set();
    const conflicted = [];
    for (const { in: map, key, value, version } of operations) {
      if (map === "meta") {
        this.#meta[key] = value;
      } else if (map === "tasks") {
        if (this.#isOld(key, value?.version ?? version)) continue;
        touched.add(key);
        if (value === undefined) {
          this.#tasks.delete(key);
          this.#gone.set(key, version);
          if (this.#gone.size > GONE_AT_MOST) this.#gone.delete(this.#gone.keys().next().value);
        } else {
          this.#tasks.set(key, value);
        }
      } else {
        const before = this.#outbox.get(key);
        this.#outbox.take(key, value);
        if (value?.conflict && value.conflict.conflictId !== before?.conflict?.conflictId) conflicted.push(value);
        touched.add((value ?? before)?.taskId);
      }
    }
    touched.delete(undefined);
    for (const id of touched) this.#views.delete(id);
    if (touched.size) this.#emitter.emit("tasks", touched);
    if (operations.length) this.#emitter.emit("status", this.status);
    this.#guardUnload();
    for (const item of conflicted) this.#emitter.emit("conflict", this.#conflictOf(item));
    this.#settle(outcomes);
  }

  #isOld(id, version) {
    return version < Math.max(this.#tasks.get(id)?.version ?? 0, this.#gone.get(id) ?? 0);
  }
  #learned(task) {
    return this.#isOld(task.taskId, task.version) ? [] : [{ in: "tasks", key: task.taskId, value: task }];
  }
  #left(taskId, version) {
    return this.#isOld(taskId, version) ? [] : [{ in: "tasks", key: taskId, value: undefined, version }];
  }

  async #learnAnswer(answer) {
    await this.#turn(() => this.#commit(this.#learned(answer.task)));
    return answer;
  }

  #view(taskId) {
    let task = this.#tasks.get(taskId) ?? null;
    let isBlocked = false;
    let conflict = null;
    const pending = [];
    for (const item of this.#outbox.ofTask(taskId)) {
      if (item.conflict && !conflict) conflict = this.#conflictOf(item);
      const state = item.conflict
        ? "conflict"
        : isBlocked || conflict
          ? "blocked"
          : this.#sending.has(item.changeId)
            ? "sending"
            : "queued";
      isBlocked = state === "conflict" || state === "blocked";
      if (!isBlocked) task = this.#applied(task, item);
      const { changeId, commandId, kind, what } = item;
      pending.push({ changeId, commandId, kind, what, fields: fieldsOf(item), state });
    }
    return { taskId, task, pending, conflict };
  }

  #applied(task, item) {
    if (item.kind === "create") return task ?? KINDS.create.apply(item.baseTask, item.what);
    return task && KINDS[item.kind].apply(task, item.what);
  }

  #conflictOf(item) {
    return new Conflict(item, (decision) => this.#resolve(item, decision));
  }

  #settle(outcomes) {
    for (const outcome of outcomes) {
      this.#settling.get(outcome.changeId)?.(outcome);
      this.#settling.delete(outcome.changeId);
      this.#emitter.emit(outcome.verdict === "refused" ? "refused" : "settled", outcome);
    }
  }
  // Who waits will not hear from this replica any more what becomes of the change.
  #stopSettling(verdict) {
    for (const [changeId, resolve] of this.#settling) resolve(outcomeOf(this.#outbox.get(changeId), verdict));
    this.#settling.clear();
  }

  // ---- the queue

  async #change(kind, taskId, what, { seen } = {}) {
    this.#unkept += 1;
    this.#guardUnload();
    try {
      return await this.#turn(() => this.#kept(kind, taskId, what, seen));
    } finally {
      this.#unkept -= 1;
      this.#guardUnload();
    }
  }

  async #kept(kind, taskId, what, seen) {
    if (this.#stopping.signal.aborted) throw new TaskstreamError("closed");
    const view = seen ?? this.task(taskId);
    const baseTask = kind === "create" ? this.#unborn(taskId) : view.task;
    if (!baseTask) throw new TaskstreamError(`no task ${taskId} is known here`);
    const item = this.#outbox.newItem(kind, taskId, what, baseTask, view.pending);
    const { changeId } = item;
    const settled = new Promise((resolve) => this.#settling.set(changeId, resolve));
    try {
      await this.#commit([{ in: "queue", key: changeId, value: item }]);
    } catch (error) {
      this.#settling.delete(changeId);
      throw error;
    }
    this.#flushSoon();
    return { changeId, taskId, settled };
  }

  #unborn(taskId) {
    const now = new Date().toISOString();
    const { actor } = this.#identity;
    return { taskId, ...NEW_TASK, version: 0, createdAt: now, createdBy: actor, updatedAt: now, updatedBy: actor };
  }

  // A decision is kept as a change is.
  #resolve({ changeId, conflict: { conflictId } }, decision) {
    return this.#turn(async () => {
      if (this.#stopping.signal.aborted) throw new TaskstreamError("closed");
      await this.#keep(this.#outbox.decided(changeId, conflictId, decision));
      this.#flushSoon();
    });
  }

  // What the outbox has worked out, and what of it is learnt of tasks.
  #keep(draft, operations = []) {
    const sightings = draft.sightings.flatMap(({ task, taskId, version }) =>
      task ? this.#learned(task) : this.#left(taskId, version),
    );
    return this.#commit([...sightings, ...draft.operations(), ...operations], draft.outcomes);
  }

  // Whoever leaves the page now would lose a change: one that is not kept yet, or in a store that does not outlive the page.
  #guardUnload() {
    const isMortal = this.#store instanceof MemoryStore && this.#outbox.items.length > 0;
    const isAtRisk = !this.#stopping.signal.aborted && (this.#unkept > 0 || isMortal);
    if (isAtRisk === this.#isGuarded) return;
    this.#isGuarded = isAtRisk;
    if (isAtRisk) globalThis.addEventListener?.("beforeunload", warnOfLoss);
    else globalThis.removeEventListener?.("beforeunload", warnOfLoss);
  }

  // ---- flushing

  #flushSoon() {
    if (!this.#leads) return Promise.resolve(); // who leads has heard of the change itself
    this.#wantsFlush = true;
    this.#flushing ??= this.#flushAll();
    return this.#flushing;
  }

  // The wait after a failure is over, that of an attempt under way too: the network is there again, or somebody asks for it.
  #flushAtOnce() {
    this.#isUrgent = true;
    return this.#flushSoon();
  }

  async #flushAll() {
    while (this.#wantsFlush) {
      this.#wantsFlush = false;
      try {
        await this.#turn(() => this.#reloadQueue());
        while (await this.#flushBatch()) this.#flushFailures = 0;
      } catch (error) {
        this.#waitAfter(error);
      }
    }
    this.#isUrgent = false;
    this.#flushing = null;
    this.#scheduleFlush();
  }

  // The queue is what is kept: another tab may not have lived to tell what it has kept. Then no tab has heard it.
  async #reloadQueue() {
    if (!this.#store.isShared || this.#stopping.signal.aborted) return;
    const { queue, outcomes } = await this.#store.queue();
    const kept = new Map(queue.map((item) => [item.changeId, item]));
    const keys = new Set([...kept.keys(), ...this.#outbox.items.map((item) => item.changeId)]);
    const changed = [...keys].filter((key) => !sameValue(kept.get(key), this.#outbox.get(key)));
    if (!changed.length) return;
    const told = new Map(outcomes.map((outcome) => [outcome.changeId, outcome]));
    const gone = this.#outbox.items.filter(({ changeId }) => !kept.has(changeId));
    this.#take(
      changed.map((key) => ({ in: "queue", key, value: kept.get(key) })),
      gone.map((item) => told.get(item.changeId) ?? outcomeOf(item, "unknown")),
    );
    if (this.#leads) this.#line.say({ from: this.#tab, reload: true });
  }

  // Whether to go on: there was something to send, and it was answered.
  async #flushBatch() {
    if (this.#isUrgent) this.#flushNotBefore = 0;
    if (!this.#isVerified || !this.#leads || performance.now() < this.#flushNotBefore) return false;
    const batch = await this.#turn(() => this.#beginBatch());
    if (!batch.length) return false;
    const sentAt = Date.now();
    this.#markSending(batch);
    let results = null;
    let failure = null;
    try {
      const commands = batch.map((each) => each.command);
      results = await this.#services.batch(commands, { attempts: 1, signal: this.#stopping.signal });
    } catch (error) {
      failure = error;
    }
    this.#markSending([]);
    if (this.#stopping.signal.aborted) return false;
    return this.#turn(() => (results ? this.#answered(batch, results, sentAt) : this.#notAnswered(batch, failure)));
  }

  async #beginBatch() {
    if (this.#stopping.signal.aborted) return [];
    const batch = this.#outbox.nextBatch(this.#isUrgent);
    this.#isUrgent = false;
    if (batch.length) await this.#keep(this.#outbox.sending(batch));
    return this.#stopping.signal.aborted ? [] : batch;
  }

  #markSending(batch) {
    const changed = new Set([...this.#sending, ...batch.map(({ item }) => item.changeId)]);
    this.#sending = new Set(batch.map(({ item }) => item.changeId));
    const touched = new Set(this.#outbox.items.filter((item) => changed.has(item.changeId)).map((item) => item.taskId));
    for (const id of touched) this.#views.delete(id);
    this.#emitter.emit("tasks", touched);
    this.#emitter.emit("status", this.status);
  }

  async #answered(batch, results, sentAt) {
    this.#error = null;
    const seen = { in: "meta", key: "seen", value: this.#services.consistencyToken };
    await this.#keep(this.#outbox.answered(batch, results, sentAt), [seen]);
    return true;
  }

  async #notAnswered(batch, error) {
    if (!(error instanceof TaskstreamError)) throw error;
    await this.#keep(this.#outbox.failed(batch, error));
    if (error.code === "TOKEN_UNKNOWN" || error.status === 401) {
      this.#isVerified = false;
      this.#isLogDoubted ||= error.status === 400;
      this.#cycle?.abort();
      return false;
    }
    if (isOfItsContent(error)) return true;
    this.#waitAfter(error);
    return false;
  }

  #waitAfter(error) {
    const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(this.#flushFailures, this.#services.options));
    this.#flushNotBefore = performance.now() + waitMs;
    this.#flushFailures += 1;
    this.#tell(this.#connection, error);
  }

  #scheduleFlush() {
    clearTimeout(this.#flushTimer);
    if (this.#stopping.signal.aborted || !this.#isVerified || !this.#leads) return;
    const waitMs = Math.max(this.#outbox.nextWaitMs(), this.#flushNotBefore - performance.now());
    if (waitMs < Infinity) this.#flushTimer = setTimeout(() => this.#flushSoon(), waitMs + 1);
  }

  // ---- leading: connected, in step, and the one who flushes

  async #lead(signal) {
    this.#leads = true;
    try {
      // Once more before each flush: what is wrong with the store now need not be so then.
      await this.#turn(() => this.#reloadQueue()).catch((error) => this.#tell(this.#connection, error));
      if (this.#asked.size) this.#flushAtOnce().finally(() => this.#asked.forEach((end) => end()));
      await this.#stayConnected(signal);
    } finally {
      this.#leads = false;
    }
  }

  async #stayConnected(signal) {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const begunAt = performance.now();
      this.#cycle = new LinkedAbort(signal);
      let askedMs = 0;
      try {
        await this.#verify(this.#cycle.signal);
        await this.#sync(this.#cycle.signal);
        await this.#follow(this.#cycle.signal);
      } catch (error) {
        if (this.#isTheEnd(error, signal)) break;
        if (!this.#cycle.signal.aborted) this.#tell("offline", error);
        askedMs = error.retryAfterMs ?? 0;
      } finally {
        this.#cycle.end();
      }
      if (performance.now() - begunAt > WELL_AFTER_MS) failures = 0;
      const waitMs = Math.max(askedMs, backoffMs(failures, this.#services.options));
      if (!signal.aborted) await this.#pause(waitMs, signal);
    }
  }

  // Whether connecting again would not help; the status says why.
  #isTheEnd(error, signal) {
    if (signal.aborted) return true;
    if (error.code === "TOKEN_UNKNOWN") {
      this.#isLogDoubted = true;
      return false;
    }
    const reason =
      error instanceof LogChangedError
        ? "log-changed"
        : error instanceof ActorChangedError
          ? "actor-changed"
          : error.status === 401
            ? "signed-out"
            : null;
    if (!reason) return false;
    this.#isVerified = false;
    this.#tell(reason, error);
    return true;
  }

  async #pause(ms, signal) {
    if (globalThis.navigator?.onLine === false) this.#tell("offline", null);
    this.#wake = new LinkedAbort(signal);
    await this.#services.options.sleep(ms, this.#wake.signal);
    this.#wake.end();
  }

  // The queue is flushed under its own actor and on its own log alone, whoever has signed in meanwhile.
  async #verify(signal) {
    const [who, projection] = await Promise.all([
      whoAsks(this.#services, { signal, attempts: 1 }),
      this.#services.projection({ signal, attempts: 1 }),
    ]);
    if (projection.logId !== this.#identity.logId) throw new LogChangedError("the services follow another log now");
    if (who.actor !== this.#identity.actor) throw new ActorChangedError(`the token is that of ${who.actor}`);
    const hasOtherSight = this.#meta.role !== undefined && this.#meta.role !== who.role;
    await this.#turn(() =>
      this.#commit([
        ...(hasOtherSight || this.#isLogDoubted ? this.#everythingForgotten() : []),
        { in: "meta", key: "role", value: who.role },
      ]),
    );
    this.#isLogDoubted = false;
    this.#isVerified = true;
  }

  #everythingForgotten() {
    this.#services.forgetSeen();
    this.#gone.clear();
    const tasks = [...this.#tasks.values()].map(({ taskId, version }) => ({
      in: "tasks",
      key: taskId,
      value: undefined,
      version,
    }));
    return [...tasks, { in: "meta", key: "since", value: undefined }];
  }

  async #sync(signal) {
    for (;;) {
      const page = await this.#services.changes({ since: this.#meta.since, limit: 200, signal });
      const operations = page.items.flatMap((item) =>
        item.task ? this.#learned(item.task) : this.#left(item.taskId, item.deleted ? NEVER_AGAIN : item.version),
      );
      await this.#turn(() => this.#commit([...operations, { in: "meta", key: "since", value: page.next }]));
      if (page.more) continue;
      this.#isAsOf(Date.now() - (page.age ?? 0) * 1000);
      return;
    }
  }

  // Until the stream ends: who asks, and what they may see, may be otherwise when it is opened again.
  async #follow(signal) {
    for await (const event of this.#services.stream({ since: this.#meta.since, signal })) {
      if (event.kind === "open") {
        this.#tell("live", null);
        this.#flushAtOnce();
      } else if (event.kind === "task") {
        await this.#turn(() =>
          this.#commit([...this.#told(event.change), { in: "meta", key: "since", value: event.token }]),
        );
      } else if (event.comment === "auth") {
        return;
      } else if (event.kind === "comment") {
        this.#measureAge(signal);
      }
    }
    if (!signal.aborted) this.#tell("connecting", null);
  }

  #isAsOf(ms) {
    this.#asOfMs = ms;
    this.#asOfAt = ms === null ? null : performance.now() - Math.max(0, Date.now() - ms);
  }

  #told({ taskId, version, gone, task }) {
    return task ? this.#learned(task) : this.#left(taskId, gone === "deleted" ? NEVER_AGAIN : version);
  }

  // A stream that is open does not tell whether the read model behind it keeps up with the log.
  async #measureAge(signal) {
    const { age } = await this.#services.projection({ signal, attempts: 1 }).catch(() => ({ age: null }));
    if (age === null || signal.aborted) return;
    this.#isAsOf(Date.now() - age * 1000);
    this.#tell(this.#connection, this.#error);
  }

  #tell(connection, error) {
    if (this.#stopping.signal.aborted) return;
    this.#connection = connection;
    this.#error = error;
    this.#emitter.emit("status", this.status);
    if (this.#leads) this.#sayStatus();
  }
  #sayStatus() {
    this.#line.say({
      from: this.#tab,
      status: { connection: this.#connection, asOfMs: this.#asOfMs, error: this.#error?.message ?? null },
    });
  }

  // ---- what happens around it

  #heard(message) {
    if (message.signedOut)
      return this.#leave()
        .then(() => this.#store.close())
        .then(() => this.#emitter.emit("signed-out", undefined));
    if (message.hello && this.#leads) this.#sayStatus();
    if (message.reload) this.#turn(() => this.#reloadQueue());
    if (message.flush && this.#leads)
      this.#flushAtOnce().finally(() => this.#line.say({ from: this.#tab, flushed: message.flush }));
    if (message.flushed) this.#asked.get(message.flushed)?.();
    if (message.status && !this.#leads) {
      if (message.status.asOfMs !== this.#asOfMs) this.#isAsOf(message.status.asOfMs);
      this.#tell(
        message.status.connection,
        message.status.error === null ? null : new TaskstreamError(message.status.error),
      );
    }
    if (message.operations) {
      this.#services.saw(message.seen, message.from);
      this.#turn(() => {
        this.#take(message.operations, message.settled);
        if (this.#leads && message.operations.some((operation) => operation.in === "queue")) this.#flushSoon();
      });
    }
  }

  #onOnline = () => {
    this.#wake?.abort();
    if (this.#leads && this.#connection !== "live") this.#cycle?.abort();
    if (this.#leads) this.#flushAtOnce();
  };
  #onOffline = () => {
    if (this.#leads) this.#cycle?.abort();
  };
  // Where a leased row says who leads: the next tab need not wait until the lease is over.
  #onPageHide = () => {
    if (this.#leads && this.#store.isShared) this.#store.release?.(this.#tab).catch(() => {});
  };

  #stop() {
    this.#stopping.abort();
    clearTimeout(this.#flushTimer);
    globalThis.removeEventListener?.("online", this.#onOnline);
    globalThis.removeEventListener?.("offline", this.#onOffline);
    globalThis.removeEventListener?.("pagehide", this.#onPageHide);
    this.#guardUnload();
  }

  // What is left of a session that is over, in this tab.
  async #leave() {
    remembered.forget(tokenKey(this.#services.queryUrl));
    remembered.forget(identityKey(this.#services.queryUrl));
    this.#tell("signed-out", null);
    this.#stop();
    await this.#turns;
    this.#stopSettling("erased");
    const ids = new Set(this.#tasks.keys());
    this.#tasks.clear();
    for (const { changeId } of this.#outbox.items) this.#outbox.take(changeId, undefined);
    this.#views.clear();
    this.#emitter.emit("tasks", ids);
    this.#line.close();
  }
}

// The browser asks in its own words.
function warnOfLoss(event) {
  event.preventDefault();
  event.returnValue = true; // for browsers that do not take the line before
}
