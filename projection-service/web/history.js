// How a task came to be: who changed what, and the task as it was at any version.
import { el, field, fill } from "/dom.js";
import { FIELD_WORDS, PRIORITY_WORDS, STATUS_WORDS, dayOf, distance, momentOf, valueInWords } from "/words.js";

export async function showPast(board, taskId, past) {
  const items = [];
  try {
    for await (const item of board.replica.services.all("history", { limit: 200 }, taskId)) items.push(item);
  } catch (error) {
    fill(past, el("h3", {}, "History"), el("p", { class: "none" }, board.inWords(error)));
    return;
  }
  const view = el("div", { class: "then" });
  const slider = el("input", {
    type: "range",
    min: "1",
    max: String(items.length),
    step: "1",
    value: String(items.length),
  });
  slider.setAttribute("value", String(items.length));
  let asked = 0;
  const travel = async () => {
    const item = items[slider.value - 1];
    slider.setAttribute("aria-valuetext", `Version ${item.version}, ${momentOf(item.time)}`);
    const mine = ++asked;
    const { task } = await board.replica.services
      .getTask(taskId, { version: item.version })
      .catch(() => ({ task: null }));
    if (mine !== asked) return; // the slider has moved on
    fill(
      view,
      el(
        "p",
        { class: "by" },
        `Version ${item.version} of ${items.length}: ${momentOf(item.time)}, by ${board.nameOf(item.actor)}`,
      ),
      task && el("p", { class: "then-title" }, el("strong", {}, task.title)),
      task &&
        el(
          "p",
          {},
          `${STATUS_WORDS[task.status]}, ${PRIORITY_WORDS[task.priority]}, ${task.assigneeId ? board.nameOf(task.assigneeId) : "nobody's"}${task.dueDate ? `, due ${dayOf(task.dueDate)}` : ""}`,
        ),
      task?.description && el("p", { class: "then-text" }, task.description),
    );
  };
  slider.addEventListener("input", travel);
  const list = el(
    "ol",
    { class: "events", reversed: true },
    [...items]
      .reverse()
      .map((item) =>
        el(
          "li",
          {},
          el("div", {}, wordsOf(board, item)),
          el(
            "div",
            { class: "by" },
            `${board.nameOf(item.actor)}, ${distance(item.time)}`,
            item.reason && `: ${item.reason}`,
          ),
        ),
      ),
  );
  past.replaceChildren(el("h3", {}, "History"), field("Time travel", slider), view, list);
  travel();
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
