// How a task came to be: who changed what, and the task as it was at any version.
import { button, el, field, fill } from "/dom.js";
import { FIELD_WORDS, PRIORITY_WORDS, STATUS_WORDS, dayOf, distance, momentOf, valueInWords } from "/words.js";

const PAGE = 200;

/** Fills `past`: the oldest changes, and on demand those after them. Nothing is asked for any more once the signal aborts. */
export async function showPast(board, taskId, past, signal) {
  const { services } = board.replica;
  const items = [];
  let cursor;
  const view = el("div", { class: "then" });
  // What scrolls has to be within reach of the keyboard.
  const list = el("ol", { class: "events", reversed: true, tabindex: "0", "aria-label": "Changes" });
  const slider = el("input", { type: "range", min: "1", step: "1" });
  const later = button("Later changes", { onclick: () => board.attempt(readOn()) });

  const readOn = async () => {
    later.disabled = true;
    try {
      const page = await services.history(taskId, { limit: PAGE, cursor, signal });
      items.push(...page.items);
      cursor = page.nextCursor;
      list.prepend(...page.items.map((item) => eventOf(board, item)).reverse());
      slider.max = String(items.length);
      slider.value = slider.max;
      later.hidden = cursor === undefined;
      travel();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      later.disabled = false;
    }
  };

  let stopLast = () => {};
  const travel = async () => {
    stopLast();
    const travelling = new AbortController();
    stopLast = () => travelling.abort();
    const item = items[slider.value - 1];
    if (!item) return; // nothing of it can be understood here yet
    slider.setAttribute("aria-valuetext", `Version ${item.version}, ${momentOf(item.time)}`);
    const { task, trouble } = await services
      .getTask(taskId, { version: item.version, signal: travelling.signal })
      .catch((error) => ({ task: null, trouble: board.inWords(error) }));
    if (travelling.signal.aborted) return; // the slider has moved on
    const of = cursor === undefined ? items.length : `${items.length} and more`;
    fill(
      view,
      el("p", { class: "by" }, `Version ${item.version} of ${of}: ${momentOf(item.time)}, by ${board.nameOf(item.actor)}`),
      trouble && el("p", { class: "none" }, trouble),
      task && el("p", { class: "then-title" }, el("strong", {}, task.title)),
      task &&
        el(
          "p",
          {},
          `${STATUS_WORDS[task.status]}, ${PRIORITY_WORDS[task.priority]}, ${task.assigneeId ? board.nameOf(task.assigneeId) : "nobody's"}${task.dueDate ? `, due ${dayOf(task.dueDate)}` : ""}`,
        ),
      task?.description && el("p", { class: "then-text", tabindex: "0" }, task.description),
    );
  };
  slider.addEventListener("input", travel);
  signal.addEventListener("abort", () => stopLast());

  const heading = el("h3", {}, "History");
  try {
    await readOn();
  } catch (error) {
    past.replaceChildren(heading, el("p", { class: "none" }, board.inWords(error)));
    return;
  }
  past.replaceChildren(heading, field("Time travel", slider), view, later, list);
}

function eventOf(board, item) {
  return el(
    "li",
    {},
    el("div", {}, wordsOf(board, item)),
    el("div", { class: "by" }, `${board.nameOf(item.actor)}, ${distance(item.time)}`, item.reason && `: ${item.reason}`),
  );
}

function wordsOf(board, { type, changes }) {
  const kind = type.split(".")[2];
  const shown = (name, value) => valueInWords(name, value, (id) => board.nameOf(id)) ?? "nothing";
  if (kind === "created") return "Created";
  if (kind === "deleted") return "Deleted";
  if (kind === "locked") return "Locked";
  if (kind === "unlocked") return "Unlocked";
  return (
    Object.entries(changes)
      .map(([name, { from, to }]) => `${FIELD_WORDS[name] ?? name}: ${shown(name, from)} → ${shown(name, to)}`)
      .join("; ") || kind
  );
}
