// One task: its fields, what can be done with it, and its lock.
import { TRANSITIONS, newId, sameValue } from "/taskstream.js";
import { ask, button, el, field, fill, fromLocalInput, openDialog, select, toLocalInput } from "/dom.js";
import { showPast } from "/history.js";
import { isHeld, isOpen } from "/task_facts.js";
import { PRIORITY_WORDS, STATUS_WORDS, momentOf } from "/words.js";

const LOCK_SECONDS = 300;
const PRIORITIES = Object.entries(PRIORITY_WORDS);

function formOf(task) {
  const inputs = {
    title: el("input", {
      required: true,
      maxlength: "80",
      value: task.title,
      name: "title",
      autofocus: task.title === "",
    }),
    description: el("textarea", { rows: "5", maxlength: "4000", value: task.description ?? "", name: "description" }),
    priority: select(PRIORITIES, task.priority, { name: "priority" }),
    tags: el("input", { value: task.tags.join(", "), name: "tags" }),
    dueDate: el("input", { type: "datetime-local", value: toLocalInput(task.dueDate), name: "dueDate" }),
    warningOffset: el("input", {
      type: "number",
      min: "0",
      max: "64000",
      value: task.warningOffset ?? "",
      name: "warningOffset",
    }),
  };
  const read = () => ({
    title: inputs.title.value.trim(),
    description: inputs.description.value.trim() || null,
    priority: inputs.priority.value,
    tags: [
      ...new Set(
        inputs.tags.value
          .split(",")
          .map((tag) => tag.trim())
          .filter(Boolean),
      ),
    ],
    // To the minute, which is all that the field shows: a time that was not touched stays what it was.
    dueDate: inputs.dueDate.value === toLocalInput(task.dueDate) ? task.dueDate : fromLocalInput(inputs.dueDate.value),
    warningOffset: inputs.warningOffset.value === "" ? null : Number(inputs.warningOffset.value),
  });
  const fields = [
    field("Title", inputs.title),
    field("Description", inputs.description),
    el("div", { class: "pair" }, field("Priority", inputs.priority), field("Tags", inputs.tags, "Separated by commas")),
    el("div", { class: "pair" }, field("Due", inputs.dueDate), field("Remind, minutes before", inputs.warningOffset)),
  ];
  // Held against what the form itself showed at first: whoever touched nothing changes nothing, however a field writes it.
  const shown = read();
  const touched = () =>
    Object.fromEntries(Object.entries(read()).filter(([name, value]) => !sameValue(value, shown[name])));
  return { fields, touched };
}

export function openNewTask(board) {
  const empty = { title: "", description: null, priority: "MEDIUM", tags: [], dueDate: null, warningOffset: null };
  const { fields, touched } = formOf(empty);
  const form = el(
    "form",
    { method: "dialog", class: "stack" },
    ...fields,
    el("div", { class: "actions" }, el("button", { class: "primary" }, "Create")),
  );
  const dialog = openDialog("New task", {}, form);
  form.addEventListener("submit", () => board.attempt(board.replica.create(touched(), { id: newId() })));
  return dialog;
}

/** Opens the task. The form stands on what is shown in it, however long it stays open. */
export function openTask(board, taskId) {
  const { replica } = board;
  const seen = replica.task(taskId);
  if (!seen.task) return null;
  const { fields, touched } = formOf(seen.task);
  const notice = el("div", { class: "notice" });
  const facts = el("dl", { class: "facts" });
  const actions = el("div", { class: "actions wrap" });
  const lockLine = el("div", { class: "lock-line" });
  const past = el("section", { class: "past", "aria-label": "History" });
  const form = el(
    "form",
    { class: "stack" },
    ...fields,
    el("div", { class: "actions" }, el("button", { class: "primary" }, "Save")),
  );
  const dialog = openDialog(
    seen.task.title,
    { class: "wide task" },
    notice,
    el("div", { class: "halves" }, form, el("div", { class: "stack" }, facts, actions, lockLine, past)),
  );

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const patch = touched();
    dialog.close();
    if (Object.keys(patch).length) act(replica.edit(taskId, patch, { seen }));
  });

  const act = (change) => board.attempt(change);
  const show = () => {
    const { task, conflict } = replica.task(taskId);
    if (!task) return dialog.close();
    fill(
      notice,
      conflict &&
        el(
          "p",
          { class: "warning" },
          "Your change met another one. ",
          command("conflict", "Settle it"),
        ),
      task.version > seen.task.version &&
        !conflict &&
        el(
          "p",
          { class: "warning" },
          `${board.nameOf(task.updatedBy)} changed this task while you have it open. What you save is merged where you changed other fields.`,
        ),
    );
    fill(facts, factsOf(board, task));
    fill(actions, actionsOf(board, task));
    fill(lockLine, lockOf(board, task));
    return undefined;
  };
  const commands = {
    conflict: () => board.openConflict(replica.task(taskId).conflict),
    claim: () => board.claim(taskId),
    unassign: () => act(replica.unassign(taskId)),
    day: () => act(replica.postpone(taskId, "P1D")),
    week: () => act(replica.postpone(taskId, "P1W")),
    lock: () => act(replica.lock(taskId, LOCK_SECONDS)),
    unlock: () => act(replica.unlock(taskId)),
    delete: async () => {
      if (!(await ask("Delete this task?", "It goes for everybody, and its id is never used again.", "Delete"))) return;
      dialog.close();
      act(replica.delete(taskId));
    },
  };
  dialog.addEventListener("click", ({ target }) => commands[target.dataset?.do]?.());
  dialog.addEventListener("change", ({ target }) => {
    if (target.name === "status" && target.value) act(replica.setStatus(taskId, target.value));
    if (target.name === "assignee" && target.value) act(replica.assign(taskId, target.value));
  });
  const closing = new AbortController();
  const stopWatching = replica.on("tasks", (ids) => {
    if (ids.has(taskId)) show();
  });
  const ticking = setInterval(show, 1_000); // of the lock's countdown
  dialog.addEventListener("close", () => {
    closing.abort();
    stopWatching();
    clearInterval(ticking);
  });
  show();
  showPast(board, taskId, past, closing.signal);
  return dialog;
}

// What one of the `commands` of the dialog does: its buttons are made anew whenever they look different.
const command = (name, words, kind = null) => button(words, { "data-do": name, class: kind });

function factsOf(board, task) {
  const facts = [
    ["Status", STATUS_WORDS[task.status]],
    ["Assignee", task.assigneeId ? board.nameOf(task.assigneeId) : "Nobody"],
    ["Due", task.dueDate ? `${momentOf(task.dueDate)}` : "No date"],
    ["Version", task.version === 0 ? "not sent yet" : String(task.version)],
    ["Changed", `${momentOf(task.updatedAt)} by ${board.nameOf(task.updatedBy)}`],
  ];
  return facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
}

function actionsOf(board, task) {
  const moves = [["", "Move to…"], ...TRANSITIONS[task.status].map((status) => [status, STATUS_WORDS[status]])];
  const people = [
    ["", "Assign to…"],
    ...board.users
      .filter(({ active, userId }) => active && userId !== task.assigneeId)
      .map(({ userId }) => [userId, board.nameOf(userId)]),
  ];
  return [
    select(moves, "", { name: "status", "aria-label": "Move to" }),
    isOpen(task) && people.length > 1 && select(people, "", { name: "assignee", "aria-label": "Assign to" }),
    isOpen(task) && !task.assigneeId && board.canClaim && command("claim", "Claim"),
    isOpen(task) && task.assigneeId && command("unassign", "Unassign"),
    isOpen(task) && task.dueDate && command("day", "+1 day"),
    isOpen(task) && task.dueDate && command("week", "+1 week"),
    command("delete", "Delete", "danger"),
  ];
}

function lockOf(board, task) {
  if (!isHeld(task.lock))
    return isOpen(task) ? [el("span", {}, "Nobody holds the lock."), command("lock", "Lock for 5 minutes")] : [];
  const left = Math.ceil((Date.parse(task.lock.expiresAt) - Date.now()) / 1000);
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const isMine = task.lock.holder === board.replica.identity.actor;
  return [
    el(
      "span",
      {},
      `${isMine ? "You hold" : `${board.nameOf(task.lock.holder)} holds`} the lock for `,
      el("strong", { class: "countdown" }, time),
    ),
    isMine && command("lock", "Renew"),
    isMine && command("unlock", "Unlock"),
  ];
}
