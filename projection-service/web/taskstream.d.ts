// Types of taskstream.js. docs/client.md is the guide.

export type Status = "NOT_STARTED" | "IN_PROGRESS" | "BLOCKED" | "DEFERRED" | "COMPLETED" | "CANCELLED";
export type Priority = "LOW" | "MEDIUM" | "HIGH" | "URGENT";

export interface Lock {
  holder: string;
  since: string;
  expiresAt: string;
  fencingToken: number;
}
export interface Quarantine {
  version: number;
  reason: string;
}

export interface Task {
  taskId: string;
  title: string;
  description: string | null;
  status: Status;
  priority: Priority;
  tags: string[];
  assigneeId: string | null;
  /** RFC 3339, UTC. */
  dueDate: string | null;
  /** Minutes before `dueDate`. */
  warningOffset: number | null;
  lock: Lock | null;
  /** 0 while it is only created here. */
  version: number;
  createdAt: string;
  createdBy: string;
  updatedAt: string;
  updatedBy: string;
  quarantined?: Quarantine;
}

export interface NewTask {
  title: string;
  description?: string | null;
  priority?: Priority;
  tags?: string[];
  assigneeId?: string | null;
  dueDate?: string | null;
  warningOffset?: number | null;
}

/** Null clears. */
export interface TaskPatch {
  title?: string;
  description?: string | null;
  priority?: Priority;
  tags?: string[] | null;
  dueDate?: string | null;
  warningOffset?: number | null;
}

export interface User {
  userId: string;
  firstName: string;
  lastName: string;
  email: string;
  active: boolean;
  version: number;
  createdAt: string;
  updatedAt: string;
  quarantined?: Quarantine;
}
export interface NewUser {
  firstName: string;
  lastName: string;
  email: string;
}

// ---- what can go wrong

export interface FieldChange {
  field: string;
  version: number;
  actor: string;
  time: string;
}

export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  code?: string;
  requestId?: string;
  errors?: { field: string; reason: string; location: "body" | "query" | "path" | "header" }[];
  [member: string]: unknown;
}

export class TaskstreamError extends Error {}

/** A service refused. Branch on `code` (docs/errors.md). */
export class ProblemError extends TaskstreamError {
  readonly status: number;
  readonly code: string | null;
  readonly problem: ProblemDocument;
  readonly retryAfterMs: number | null;
}

/** 412: somebody changed it since the version that was expected. */
export class ConflictError extends ProblemError {
  readonly expectedVersion: number | null;
  readonly currentVersion: number | null;
  readonly current: Task | User | null;
  readonly changes: FieldChange[];
  readonly conflictingFields: string[];
  readonly mergeable: boolean;
}

/** No answer came: whether it happened is not known. Repeated with the same key it cannot happen twice. */
export class NoAnswerError extends TaskstreamError {}
/** Others changed the task again since the conflict was looked at: decide on the one that there is now. */
export class ConflictChangedError extends TaskstreamError {}
/** The services follow another log than the store was filled from: open it anew. */
export class LogChangedError extends TaskstreamError {}
/** The token belongs to somebody else than the store does. */
export class ActorChangedError extends TaskstreamError {}

// ---- small tools

/** Where a task may go from each status. */
export const TRANSITIONS: Readonly<Record<Status, readonly Status[]>>;
/** A UUIDv7: an id for a task made here, or a key. */
export function newId(): string;
/** How long to wait before trying again; half of it is chance. */
export function backoffMs(
  attempt: number,
  options?: { firstMs?: number; maxMs?: number; random?: () => number },
): number;
/** Milliseconds of a duration such as `P2D` or `PT90M`; null for anything else. */
export function durationMs(text: string): number | null;
export function sameValue(one: unknown, other: unknown): boolean;

export interface EventFrame {
  event: string;
  data: string;
  id: string | null;
  comments: string[];
}
export function readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<EventFrame, void, undefined>;

// ---- every endpoint of both services

export interface ServiceOptions {
  commandUrl: string;
  queryUrl: string;
  /** Who asks, where one has to authenticate. */
  token?: string;
  /** Who asks, where nobody has to. */
  actor?: string;
  /** Whose tasks a claim takes, where nobody has to authenticate. */
  userId?: string;
  traceparent?: string;
  /** How often a request is sent before its trouble is told (6). */
  attempts?: number;
  /** The first wait between attempts, before chance (200), and the longest (10,000). */
  firstMs?: number;
  maxMs?: number;
  /** An attempt that is not answered within it is given up (20,000). */
  requestTimeoutMs?: number;
  /** `--command-timeout-ms` of the service: after it nothing comes of a lost request any more (5,000). */
  commandTimeoutMs?: number;
  /** A stream that says nothing for so long is dead (40,000; the service says something every 15 s). */
  silenceMs?: number;
  fetch?: typeof fetch;
  random?: () => number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface RequestOptions {
  signal?: AbortSignal;
  attempts?: number;
}
export interface ReadOptions extends RequestOptions {
  /** A value of the header `Prefer`, such as `handling=lenient` or `wait=10`. */
  prefer?: string;
}
export interface WriteOptions extends RequestOptions {
  /** The version that it is for; `"*"` = whichever, on purpose; 0 = it must not exist. */
  version?: number | "*";
  /** Where nobody changed the same fields, on top of what others changed. */
  merge?: boolean;
  /** The Idempotency-Key; one is made when there is none. */
  key?: string;
}
export interface WithReason {
  reason?: string;
}

export interface Written {
  version: number | null;
  eventId: string | null;
  replayed: boolean;
  merged: boolean;
}
export interface WrittenTask extends Written {
  task: Task;
}
export interface WrittenUser extends Written {
  user: User;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string;
  total?: number;
  /** Seconds. */ age: number | null;
}

type OneOrMany<T> = T | readonly T[];
export interface TaskFilter {
  status?: OneOrMany<Status>;
  priority?: OneOrMany<Priority>;
  /** `none` = nobody. */
  assigneeId?: OneOrMany<string>;
  createdBy?: string;
  tag?: OneOrMany<string>;
  dueBefore?: string | Date;
  dueAfter?: string | Date;
}
export interface ListOptions {
  limit?: number;
  cursor?: string;
  include?: "total";
  signal?: AbortSignal;
}
export interface TaskQuery extends TaskFilter, ListOptions {
  overdue?: boolean;
  reminderDue?: boolean;
  locked?: boolean;
  q?: string;
  sort?:
    | "dueDate"
    | "createdAt"
    | "updatedAt"
    | "priority"
    | "title"
    | "-dueDate"
    | "-createdAt"
    | "-updatedAt"
    | "-priority"
    | "-title";
}
export interface UserQuery extends ListOptions {
  q?: string;
  active?: boolean;
}

export interface HistoryItem {
  version: number;
  eventId: string;
  type: string;
  time: string;
  actor: string;
  reason?: string;
  changes: Record<string, { from: unknown; to: unknown }>;
  position: { partition: number; offset: number };
}
export interface ChangedTask {
  taskId: string;
  version: number;
  deleted: boolean;
  gone?: "deleted" | "left";
  task?: Task;
}
export interface ChangePage {
  items: ChangedTask[];
  next: string;
  more: boolean;
  age: number | null;
}
export interface StreamedChange {
  taskId: string;
  version: number;
  type: string | null; // these four are null of a task that has left one's sight
  eventId: string | null;
  actor: string | null;
  time: string | null;
  changes: Record<string, { from: unknown; to: unknown }>;
  deleted: boolean;
  matches: boolean;
  gone?: "deleted" | "left";
  task: Task | null;
}
export type StreamEvent =
  | { kind: "open"; token: null }
  | { kind: "task"; token: string; change: StreamedChange }
  | { kind: "resync"; token: string }
  | { kind: "comment"; token: string | null; comment: string };
export interface StreamLost {
  kind: "lost";
  token: string | null;
  error: TaskstreamError | null;
}
export interface StreamOptions extends TaskFilter {
  since?: string | null;
  signal?: AbortSignal;
}

export interface Stats {
  total: number;
  byStatus: Partial<Record<Status, number>>;
  byPriority: Partial<Record<Priority, number>>;
  byAssignee: unknown;
  overdue: number;
}
export interface Projection {
  logId: string;
  position: unknown;
  end: unknown;
  lagRecords: number;
  lagSeconds: number;
  schema: number;
  parked: number;
  quarantined: number;
  rebuild?: { done: number; total: number; startedAt: string };
  age: number | null;
}
export interface Me {
  actor: string;
  userId?: string;
  role: string;
  scopes: string[];
  expiresAt?: string;
}
export interface ParkedRecord {
  partition: number;
  offset: number;
  reason: string;
  key: string | null;
  headers: { name: string; value: string }[];
  value: string;
}

export interface BatchCommand {
  /** The command's Idempotency-Key. */
  commandId: string;
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  expectedVersion?: number | "*" | "previous";
  body?: unknown;
}
export interface BatchResult {
  commandId: string;
  verdict: "applied" | "merged" | "unchanged" | "replayed" | "rejected" | "skipped" | "unknown";
  status: number;
  version?: number;
  eventId?: string;
  body?: unknown;
}

/** Every endpoint of both services. Writes carry an idempotency key, which is kept through retries. */
export class Services {
  constructor(options: ServiceOptions);
  readonly commandUrl: string;
  readonly queryUrl: string;
  readonly options: Readonly<ServiceOptions>;
  /** What has been seen, for handing on to another client: a value of the header `Consistency-Token`. */
  readonly consistencyToken: string;
  /** Reads from now on are at least as fresh as this. What the same source said before is covered by it. */
  saw(consistencyToken: string | null | undefined, from?: string): void;
  forgetSeen(): void;

  createTask(fields: NewTask, options?: WriteOptions & { id?: string }): Promise<WrittenTask>;
  editTask(id: string, patch: TaskPatch, options?: WriteOptions): Promise<WrittenTask>;
  setStatus(id: string, to: Status, options?: WriteOptions & WithReason): Promise<WrittenTask>;
  assign(id: string, userId: string, options?: WriteOptions & WithReason): Promise<WrittenTask>;
  unassign(id: string, options?: WriteOptions): Promise<WrittenTask>;
  claim(id: string, options?: WriteOptions & { userId?: string }): Promise<WrittenTask>;
  postpone(id: string, by: string, options?: WriteOptions): Promise<WrittenTask>;
  lock(id: string, ttlSeconds: number, options?: WriteOptions): Promise<WrittenTask>;
  unlock(id: string, options?: WriteOptions): Promise<WrittenTask>;
  deleteTask(id: string, options?: WriteOptions & WithReason): Promise<Written & { task: null }>;
  createUser(fields: NewUser, options?: WriteOptions): Promise<WrittenUser>;
  editUser(id: string, patch: Partial<NewUser>, options?: WriteOptions): Promise<WrittenUser>;
  deactivateUser(id: string, options?: WriteOptions & WithReason): Promise<WrittenUser>;
  reactivateUser(id: string, options?: WriteOptions): Promise<WrittenUser>;
  batch(commands: BatchCommand[], options?: RequestOptions & { merge?: boolean }): Promise<BatchResult[]>;

  readTask(id: string, options?: ReadOptions): Promise<{ task: Task; version: number | null; age: number | null }>;
  readUser(id: string, options?: ReadOptions): Promise<{ user: User; version: number | null; age: number | null }>;

  listTasks(query?: TaskQuery): Promise<Page<Task>>;
  userTasks(userId: string, query?: TaskQuery): Promise<Page<Task>>;
  listUsers(query?: UserQuery): Promise<Page<User>>;
  history(id: string, query?: ListOptions): Promise<Page<HistoryItem>>;
  changes(query?: { since?: string; limit?: number; signal?: AbortSignal }): Promise<ChangePage>;
  all(listing: "listTasks", query?: TaskQuery): AsyncGenerator<Task, void, undefined>;
  all(listing: "listUsers", query?: UserQuery): AsyncGenerator<User, void, undefined>;
  all(listing: "userTasks", query: TaskQuery, userId: string): AsyncGenerator<Task, void, undefined>;
  all(listing: "history", query: ListOptions, taskId: string): AsyncGenerator<HistoryItem, void, undefined>;
  all(listing: "parked", query?: ListOptions): AsyncGenerator<ParkedRecord, void, undefined>;

  getTask(
    id: string,
    options?: ReadOptions & { version?: number; at?: string | Date },
  ): Promise<{ task: Task; version: number | null; age: number | null }>;
  getUser(id: string, options?: ReadOptions): Promise<{ user: User; version: number | null; age: number | null }>;
  stats(options?: RequestOptions): Promise<Stats>;
  projection(options?: RequestOptions): Promise<Projection>;
  rebuild(options?: RequestOptions): Promise<void>;
  parked(query?: ListOptions): Promise<Page<ParkedRecord>>;
  me(options?: RequestOptions): Promise<Me>;

  /** What happens from now on, or since a token, until the connection ends. */
  stream(options?: StreamOptions): AsyncGenerator<StreamEvent, void, undefined>;
  /** A stream that goes on where it broke off, until the signal aborts. */
  follow(options?: StreamOptions): AsyncGenerator<StreamEvent | StreamLost, void, undefined>;
}

// ---- stores

export interface StoreOperation {
  in: "tasks" | "queue" | "meta";
  key: string;
  value: unknown;
  version?: number;
}
export interface Kept {
  tasks: Task[];
  queue: unknown[];
  meta: Record<string, unknown>;
}

export interface Store {
  /** Whether other tabs may have it open too; then it can read its queue again, and give a lease. */
  readonly isShared: boolean;
  open(name: string): Promise<Kept>;
  /** All of it in one transaction; `undefined` deletes. */
  write(operations: StoreOperation[]): Promise<void>;
  close(): Promise<void>;
  erase(): Promise<void>;
  /** What is queued now, and the `outcomes` that are kept in `meta`. */
  queue?(): Promise<{ queue: unknown[]; outcomes: unknown[] }>;
  lease?(holder: string, forMs: number): Promise<boolean>;
  release?(holder: string): Promise<void>;
}
/** Keeps replicas as long as the process lives, each under its name; one of them is open at a time. */
export class MemoryStore implements Store {
  readonly isShared: false;
  open(name?: string): Promise<Kept>;
  write(operations: StoreOperation[]): Promise<void>;
  close(): Promise<void>;
  erase(): Promise<void>;
}
export class IndexedDbStore implements Store {
  constructor(indexedDb?: IDBFactory);
  readonly isShared: true;
  open(name: string): Promise<Kept>;
  write(operations: StoreOperation[]): Promise<void>;
  queue(): Promise<{ queue: unknown[]; outcomes: unknown[] }>;
  close(): Promise<void>;
  erase(): Promise<void>;
  lease(holder: string, forMs: number): Promise<boolean>;
  release(holder: string): Promise<void>;
}

// ---- the replica

export type ChangeKind = "create" | "edit" | "status" | "assign" | "unassign" | "claim" | "postpone" | "delete";

export interface PendingChange {
  changeId: string;
  commandId: string;
  kind: ChangeKind;
  what: Record<string, unknown>;
  fields: string[];
  state: "queued" | "sending" | "conflict" | "blocked";
}
export interface TaskView {
  taskId: string;
  /** With what is pending; null when there is none, or none any more. */
  task: Task | null;
  pending: PendingChange[];
  conflict: Conflict | null;
}
export interface Outcome {
  changeId: string;
  taskId: string;
  kind: ChangeKind;
  what: Record<string, unknown>;
  /** Of these three nobody here hears any more what becomes of the change. `closed`: the replica was, and the change is kept
   *  for who opens it next. `erased`: somebody signed out; what was under way may still come to something. `unknown`: another
   *  tab settled it, and did not live to tell how. */
  verdict:
    | ("applied" | "merged" | "unchanged" | "replayed" | "refused" | "given-up")
    | ("closed" | "erased" | "unknown");
  task: Task | null;
  problem: ProblemDocument | null;
}
export interface Change {
  changeId: string;
  taskId: string;
  /** Never rejects: what was refused is an outcome too. A conflict settles once it is resolved; all settle when the replica
   *  is closed. */
  settled: Promise<Outcome>;
}
export interface SeenOptions {
  /** The view on which it was decided, when that may be older than the one of now. */
  seen?: TaskView;
}

/** A queued change that met others' changes. It and what follows it on its task wait until one of the ways out is taken. A
 *  way out is of this conflict alone: where others changed the task again it rejects with a `ConflictChangedError`. */
export interface Conflict {
  readonly changeId: string;
  readonly taskId: string;
  readonly kind: ChangeKind;
  readonly base: Task;
  readonly mine: Task | null;
  readonly theirs: Task;
  readonly fields: string[];
  readonly changes: FieldChange[];
  readonly conflictingFields: string[];
  readonly mergeable: boolean;
  /** Mine where nobody else was; for each conflicting field `"mine"`, `"theirs"` or (in creates, edits, moves and
   *  assignments) `{value}`. */
  merge(choices?: Record<string, "mine" | "theirs" | { value: unknown }>): Promise<void>;
  /** Mine, over what is seen here as theirs. With `anyVersion` over whatever comes in between as well. A task that was to be
   *  made under the id of another one becomes an edit of that one. */
  overwrite(options?: { anyVersion?: boolean }): Promise<void>;
  /** Theirs. */
  giveUp(): Promise<void>;
}

export interface ReplicaStatus {
  connection: "connecting" | "live" | "offline" | "signed-out" | "log-changed" | "actor-changed";
  /** Whether this tab is the one that streams and flushes. */
  leads: boolean;
  queued: number;
  sending: number;
  conflicts: number;
  /** When what is shown was last known to be everything. */
  asOf: Date | null;
  error: Error | null;
}

export interface ReplicaEvents {
  /** Ids of tasks that look different. */
  tasks: Set<string>;
  status: ReplicaStatus;
  conflict: Conflict;
  refused: Outcome;
  settled: Outcome;
  "signed-out": undefined;
}

export interface ReplicaOptions extends ServiceOptions {
  /** IndexedDB where there is one, else memory. */
  store?: Store;
  /** Whether what others changed in other fields is merged without asking (true). */
  autoMerge?: boolean;
}

/** A replica of the tasks that one actor sees: what the service says, under what is queued here. */
export class Taskstream {
  private constructor();
  static open(options: ReplicaOptions): Promise<Taskstream>;
  static savedToken(queryUrl: string): string | null;

  readonly services: Services;
  readonly identity: { actor: string; userId: string | null; role: string | null; logId: string };
  readonly status: ReplicaStatus;
  /** Seconds since what is shown was last known to be everything. */
  readonly age: number | null;
  tasks(): (TaskView & { task: Task })[];
  task(id: string): TaskView;
  conflicts(): Conflict[];
  on<Name extends keyof ReplicaEvents>(name: Name, listener: (value: ReplicaEvents[Name]) => void): () => void;

  create(fields: NewTask, options?: { id?: string }): Promise<Change>;
  edit(id: string, patch: TaskPatch, options?: SeenOptions): Promise<Change>;
  setStatus(id: string, to: Status, options?: SeenOptions & WithReason): Promise<Change>;
  assign(id: string, userId: string, options?: SeenOptions & WithReason): Promise<Change>;
  unassign(id: string, options?: SeenOptions): Promise<Change>;
  claim(id: string, options?: SeenOptions & { userId?: string }): Promise<Change>;
  postpone(id: string, by: string, options?: SeenOptions): Promise<Change>;
  delete(id: string, options?: SeenOptions & WithReason): Promise<Change>;

  lock(id: string, ttlSeconds: number, options?: WriteOptions): Promise<WrittenTask>;
  unlock(id: string, options?: WriteOptions): Promise<WrittenTask>;

  /** Sends what is queued now, rather than when the wait after a failure is over; where another tab leads, through it. */
  flush(): Promise<void>;
  /** Erases the token and everything kept under it. With edits queued only once `confirm` says so; false when nothing was erased. */
  signOut(options?: {
    confirm?: (risk: { queued: number; conflicts: number }) => boolean | Promise<boolean>;
  }): Promise<boolean>;
  close(): Promise<void>;
}
