// The columns: a task's card stands in that of its status, and is moved to where it may go.
import { TRANSITIONS } from "/taskstream.js";
import { paintCard } from "/card.js";
import { button, el } from "/dom.js";
import { STATUS_WORDS } from "/words.js";

const SHOWN_AT_FIRST = 60; // cards of a column; more on demand
const RANK = { URGENT: 0, HIGH: 1, MEDIUM: 2, LOW: 3 };

export class Columns {
  #board;
  #cards = new Map(); // by task
  #columns = new Map(); // by status

  constructor(board) {
    this.#board = board;
    this.#build();
  }

  paint(views) {
    const byStatus = groupedByStatus(views);
    const focused = document.activeElement?.closest?.(".card")?.dataset.id;
    const kept = new Set();
    for (const [status, column] of this.#columns) {
      const fitting = (byStatus.get(status) ?? []).sort(inOrder);
      column.count.textContent = String(fitting.length);
      const shown = fitting.slice(0, column.shown);
      column.more.hidden = fitting.length <= column.shown;
      column.more.textContent = `${fitting.length - column.shown} more`;
      const cards = shown.map((view) => this.#card(view));
      for (const { taskId } of shown) kept.add(taskId);
      cards.forEach((card, i) => {
        if (column.list.children[i] !== card) column.list.insertBefore(card, column.list.children[i] ?? null);
      });
      while (column.list.children.length > cards.length) column.list.lastElementChild.remove();
    }
    for (const [id, card] of this.#cards) {
      if (kept.has(id)) continue;
      card.remove();
      this.#cards.delete(id);
    }
    // A card that moved to another column takes the focus along.
    if (focused && document.activeElement === document.body) this.#cards.get(focused)?.querySelector("button").focus();
  }

  /** Moves the focus from the card of this task: columns across, cards down. */
  step(id, across, down) {
    const lists = [...this.#columns.values()].map(({ list }) => [...list.children]).filter((cards) => cards.length);
    if (!lists.length) return;
    const card = this.#cards.get(id);
    const x = Math.max(
      0,
      lists.findIndex((cards) => cards.includes(card)),
    );
    const y = card ? lists[x].indexOf(card) : -Math.max(down, 1);
    const column = lists[Math.min(lists.length - 1, Math.max(0, x + across))];
    column[Math.min(column.length - 1, Math.max(0, y + down))].querySelector("button").focus();
  }

  #build() {
    const columns = Object.entries(STATUS_WORDS).map(([status, words]) => {
      const count = el("span", { class: "count" });
      const list = el("ul", { class: "cards", "aria-label": words });
      const showMore = () => {
        column.shown += SHOWN_AT_FIRST;
        this.#board.paint();
      };
      const more = button("", { class: "more", hidden: true, onclick: showMore });
      const section = el(
        "section",
        { class: "column", "aria-labelledby": `column-${status}`, "data-status": status },
        el("h2", { id: `column-${status}` }, words, " ", count),
        list,
        more,
      );
      const column = { section, count, list, more, shown: SHOWN_AT_FIRST };
      this.#columns.set(status, column);
      section.addEventListener("dragover", (event) => {
        if (section.classList.contains("takes")) event.preventDefault();
      });
      section.addEventListener("drop", (event) => {
        event.preventDefault();
        this.#move(event.dataTransfer.getData("text/plain"), status);
      });
      return section;
    });
    document.getElementById("columns").replaceChildren(...columns);
  }

  #move(taskId, status) {
    const { task } = this.#board.replica.task(taskId);
    if (task && TRANSITIONS[task.status].includes(status))
      this.#board.attempt(this.#board.replica.setStatus(taskId, status));
  }

  #card(view) {
    const { taskId } = view;
    let card = this.#cards.get(taskId);
    if (!card) {
      card = el(
        "li",
        { class: "card", "data-id": taskId, draggable: "true" },
        button("", { class: "open", onclick: () => this.#board.openTask(taskId) }),
      );
      card.addEventListener("dragstart", (event) => {
        event.dataTransfer.setData("text/plain", taskId);
        const { task: now } = this.#board.replica.task(taskId);
        for (const status of TRANSITIONS[now.status]) this.#columns.get(status).section.classList.add("takes");
      });
      card.addEventListener("dragend", () => this.#columns.forEach(({ section }) => section.classList.remove("takes")));
      this.#cards.set(taskId, card);
    }
    paintCard(card, view, (id) => this.#board.nameOf(id));
    return card;
  }
}

function groupedByStatus(views) {
  const groups = new Map();
  for (const view of views) {
    if (!groups.has(view.task.status)) groups.set(view.task.status, []);
    groups.get(view.task.status).push(view);
  }
  return groups;
}

function inOrder({ task: one }, { task: other }) {
  if (one.priority !== other.priority) return RANK[one.priority] - RANK[other.priority];
  const [due, otherDue] = [one.dueDate ?? "9999", other.dueDate ?? "9999"];
  if (due !== otherDue) return due < otherDue ? -1 : 1;
  return one.createdAt < other.createdAt ? -1 : 1;
}
