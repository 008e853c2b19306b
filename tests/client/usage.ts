// Held against taskstream.d.ts by tsc: what fits passes, and what does not is an error, as each `@ts-expect-error` says.
import {
  ConflictError,
  IndexedDbStore,
  Services,
  TRANSITIONS,
  Taskstream,
  newId,
} from "../../projection-service/web/taskstream.js";
import type { Conflict, Outcome, Store, Task } from "../../projection-service/web/taskstream.js";

export async function replica(store: Store = new IndexedDbStore()): Promise<Outcome> {
  const tasks = await Taskstream.open({
    commandUrl: "http://c",
    queryUrl: "http://q",
    actor: "ada",
    store,
    autoMerge: false,
  });
  const off: () => void = tasks.on("conflict", (conflict: Conflict) => conflict.merge({ title: { value: "both" } }));
  tasks.on("status", ({ connection, asOf }) => connection === "live" && asOf?.getTime());
  // @ts-expect-error: no such event
  tasks.on("nothing", () => {});
  const change = await tasks.create({ title: "Write" }, { id: newId() });
  const view = tasks.task(change.taskId);
  // @ts-expect-error: it may be gone
  view.task.title;
  await tasks.setStatus(change.taskId, TRANSITIONS.NOT_STARTED[0]!, { seen: view, reason: "begun" });
  // @ts-expect-error: no such status
  await tasks.setStatus(change.taskId, "DONE");
  // @ts-expect-error: the status is no field of an edit
  await tasks.edit(change.taskId, { status: "COMPLETED" });
  const titles: string[] = tasks.tasks().map(({ task }) => task.title);
  await tasks.signOut({ confirm: ({ queued }) => queued < titles.length });
  off();
  return change.settled;
}

export async function services(): Promise<Task[]> {
  const both = new Services({ commandUrl: "http://c", queryUrl: "http://q", token: "t" });
  const all: Task[] = [];
  for await (const task of both.all("listTasks", { status: ["BLOCKED", "DEFERRED"], sort: "-dueDate" })) all.push(task);
  for await (const event of both.follow({ tag: "docs" })) {
    if (event.kind === "task" && event.change.task) all.push(event.change.task);
    // @ts-expect-error: only a task event has a change
    event.change;
  }
  try {
    await both.editTask(all[0]!.taskId, { dueDate: null }, { version: all[0]!.version, merge: true });
  } catch (error) {
    if (error instanceof ConflictError) error.conflictingFields.includes("dueDate");
  }
  // @ts-expect-error: a task has a title
  await both.createTask({});
  return all;
}
