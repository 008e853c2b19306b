// The board: tasks in columns by status, live, and usable without a network. The replica (taskstream.js) does the rest.
import { TRANSITIONS } from "/taskstream.js";
import { openConflict } from "/conflict_dialog.js";
import {
  PRIORITY_WORDS,
  STATUS_WORDS,
  ask,
  dayOf,
  el,
  fill,
  isHeld,
  isOpen,
  isOverdue,
  openDialog,
  select,
  tell,
} from "/dom.js";
import { forgetName, signIn } from "/sign_in.js";
import { openNewTask, openTask } from "/task_dialog.js";

const SHOWN_AT_FIRST = 60; // cards of a column; more on demand
const PAINT_MS = 60;
const RANK = { URGENT: 0, HIGH: 1, MEDIUM: 2, LOW: 3 };
const THEMES = ["auto", "light", "dark"];

class Board {
  users = [];
  #names = new Map();
  #filter = { text: "", assignee: "", priority: "", tag: "", overdue: false };
  #cards = new Map(); // by task
  #columns = new Map(); // by status
  #painting = null;

  constructor(replica) {
    this.replica = replica;
    this.#buildTools();
    this.#buildColumns();
    replica.on("tasks", () => this.#paintSoon());
    replica.on("status", () => this.#paintSoon());
    replica.on("conflict", (conflict) =>
      tell(`Your change to “${conflict.theirs.title}” met another one: settle it.`, "warning"),
    );
    replica.on("refused", (outcome) => this.#tellRefused(outcome));
    replica.on("signed-out", () => {
      forgetName();
      location.reload();
    });
    document.addEventListener("keydown", (event) => this.#onKey(event));
    setInterval(() => this.#paint(), 5_000); // what time alone changes: overdue, locks, age
    this.#paint();
    this.#learnUsers();
  }

  // ---- what the dialogs ask of it

  nameOf(id) {
    return this.#names.get(id) ?? id;
  }
  get canClaim() {
    return this.#claimant !== null;
  }
  get #claimant() {
    return this.replica.services.options.userId ?? this.replica.identity.userId;
  }
  claim(taskId) {
    const { token, userId } = this.replica.services.options;
    return this.replica.claim(taskId, token ? {} : { userId });
  }
  openConflict(conflict) {
    if (conflict) openConflict(conflict, (id) => this.nameOf(id));
  }
  inWords(error) {
    if (error.code === "LOCKED") return `${this.nameOf(error.problem.holder)} holds the lock.`;
    return error.name === "NoAnswerError" ? "The services cannot be reached now." : error.message;
  }

  async #learnUsers() {
    try {
      const users = [];
      for await (const user of this.replica.services.all("listUsers", { limit: 200 })) users.push(user);
      this.users = users;
      for (const { userId, firstName, lastName } of users) this.#names.set(userId, `${firstName} ${lastName}`);
      this.#offerAssignees();
      this.#paint();
    } catch {
      // Ids stand in for names until the users can be asked for again.
      setTimeout(() => this.#learnUsers(), 10_000);
    }
  }

  #tellRefused({ taskId, problem }) {
    const title = this.replica.task(taskId).task?.title;
    const words =
      problem.code === "LOCKED" ? `${this.nameOf(problem.holder)} holds the lock` : (problem.detail ?? problem.code);
    tell(`${title ? `“${title}”: ` : ""}not done, and taken back. ${words}`, "trouble");
  }

  // ---- the bar

  #buildTools() {
    const search = el("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search",
      id: "search",
      oninput: () => this.#set("text", search.value.toLowerCase()),
    });
    const assignee = select([["", "Anybody's"]], "", {
      "aria-label": "Assignee",
      id: "filter-assignee",
      onchange: () => this.#set("assignee", assignee.value),
    });
    const priority = select([["", "Any priority"], ...Object.entries(PRIORITY_WORDS)], "", {
      "aria-label": "Priority",
      onchange: () => this.#set("priority", priority.value),
    });
    const tag = select([["", "Any tag"]], "", {
      "aria-label": "Tag",
      id: "filter-tag",
      onchange: () => this.#set("tag", tag.value),
    });
    const overdue = el("input", {
      type: "checkbox",
      id: "filter-overdue",
      onchange: () => this.#set("overdue", overdue.checked),
    });
    document
      .getElementById("tools")
      .replaceChildren(
        search,
        assignee,
        priority,
        tag,
        el("label", { class: "check", for: "filter-overdue" }, overdue, "Overdue"),
        el(
          "button",
          { class: "primary", type: "button", id: "new-task", onclick: () => openNewTask(this) },
          "New task",
        ),
      );
    document
      .getElementById("who")
      .replaceChildren(
        el("span", { class: "actor", title: "Signed in" }, this.replica.identity.actor),
        el("button", { type: "button", class: "icon", "aria-label": "Colours", id: "theme", onclick: nextTheme }, "◐"),
        el("button", { type: "button", class: "icon", "aria-label": "Keys", id: "keys", onclick: openKeys }, "?"),
        el("button", { type: "button", id: "sign-out", onclick: () => this.#signOut() }, "Sign out"),
      );
  }

  #set(name, value) {
    this.#filter[name] = value;
    this.#paint();
  }

  #offerAssignees() {
    const mine = this.#claimant;
    const options = [
      ["", "Anybody's"],
      ["none", "Nobody's"],
      ...(mine ? [[mine, "Mine"]] : []),
      ...this.users.filter(({ userId }) => userId !== mine).map(({ userId }) => [userId, this.nameOf(userId)]),
    ];
    const control = document.getElementById("filter-assignee");
    fill(
      control,
      options.map(([value, words]) => el("option", { value }, words)),
    );
    control.value = this.#filter.assignee;
  }

  #offerTags(views) {
    const tags = [...new Set(views.flatMap(({ task }) => task.tags))].sort().slice(0, 200);
    const control = document.getElementById("filter-tag");
    fill(
      control,
      [["", "Any tag"], ...tags.map((tag) => [tag, tag])].map(([value, words]) => el("option", { value }, words)),
    );
    control.value = this.#filter.tag;
  }

  async #signOut() {
    const confirm = ({ queued }) =>
      ask(
        "Sign out?",
        `${queued} ${queued === 1 ? "change has" : "changes have"} not been sent yet, and would be lost.`,
        "Sign out and lose them",
      );
    await this.replica.signOut({ confirm });
  }

  #paintState() {
    const { connection, queued, conflicts, error } = this.replica.status;
    const { age } = this.replica;
    const words = {
      live: "Live",
      connecting: "Connecting",
      offline: "Offline",
      "signed-out": "Signed out",
      "log-changed": "Another log",
      "actor-changed": "Another actor",
    };
    const isStale = age === null || age > 30;
    const waiting = queued - conflicts;
    fill(
      document.getElementById("state"),
      el("span", { class: `badge ${connection}`, title: error?.message ?? null }, words[connection]),
      isStale && el("span", { class: "badge stale" }, age === null ? "Not read yet" : `As of ${ageInWords(age)} ago`),
      waiting > 0 && el("span", { class: "badge queued" }, `${waiting} not sent yet`),
      conflicts > 0 &&
        el(
          "button",
          { type: "button", class: "badge conflicts", id: "conflicts" },
          `${conflicts} ${conflicts === 1 ? "conflict" : "conflicts"}`,
        ),
      ["signed-out", "log-changed", "actor-changed"].includes(connection) &&
        el("button", { type: "button", id: "reload" }, "Open anew"),
    );
    document
      .getElementById("conflicts")
      ?.addEventListener("click", () => this.openConflict(this.replica.conflicts()[0]), { once: true });
    document.getElementById("reload")?.addEventListener("click", () => location.reload(), { once: true });
  }

  // ---- the columns

  #buildColumns() {
    const columns = Object.entries(STATUS_WORDS).map(([status, words]) => {
      const count = el("span", { class: "count" });
      const list = el("ul", { class: "cards", "aria-label": words });
      const more = el("button", {
        type: "button",
        class: "more",
        hidden: true,
        onclick: () => {
          column.shown += SHOWN_AT_FIRST;
          this.#paint();
        },
      });
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
    const { task } = this.replica.task(taskId);
    if (task && TRANSITIONS[task.status].includes(status))
      this.replica.setStatus(taskId, status).catch((error) => tell(error.message, "trouble"));
  }

  #paintSoon() {
    this.#painting ??= setTimeout(() => this.#paint(), PAINT_MS);
  }

  #paint() {
    clearTimeout(this.#painting);
    this.#painting = null;
    this.#paintState();
    const views = this.replica.tasks();
    this.#offerTags(views);
    const byStatus = groupedByStatus(views.filter((view) => this.#fits(view)));
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

  #fits({ task }) {
    const { text, assignee, priority, tag, overdue } = this.#filter;
    if (assignee && (task.assigneeId ?? "none") !== assignee) return false;
    if (priority && task.priority !== priority) return false;
    if (tag && !task.tags.includes(tag)) return false;
    if (overdue && !isOverdue(task)) return false;
    if (!text) return true;
    const words = [
      task.title,
      task.description ?? "",
      ...task.tags,
      task.assigneeId ? this.nameOf(task.assigneeId) : "",
    ]
      .join(" ")
      .toLowerCase();
    return text.split(/\s+/).every((word) => words.includes(word));
  }

  #card(view) {
    const { taskId, task, pending, conflict } = view;
    let card = this.#cards.get(taskId);
    if (!card) {
      card = el(
        "li",
        { class: "card", "data-id": taskId, draggable: "true" },
        el("button", { type: "button", class: "open", onclick: () => openTask(this, taskId) }),
      );
      card.addEventListener("dragstart", (event) => {
        event.dataTransfer.setData("text/plain", taskId);
        const { task: now } = this.replica.task(taskId);
        for (const status of TRANSITIONS[now.status]) this.#columns.get(status).section.classList.add("takes");
      });
      card.addEventListener("dragend", () => this.#columns.forEach(({ section }) => section.classList.remove("takes")));
      this.#cards.set(taskId, card);
    }
    const classes = [
      "card",
      `p-${task.priority.toLowerCase()}`,
      pending.length && "pending",
      conflict && "conflicted",
      !isOpen(task) && "closed",
    ]
      .filter(Boolean)
      .join(" ");
    if (card.className !== classes) card.className = classes;
    fill(
      card.firstElementChild,
      el("span", { class: "title" }, task.title),
      el(
        "span",
        { class: "marks" },
        task.priority !== "MEDIUM" &&
          el("span", { class: `chip priority ${task.priority.toLowerCase()}` }, PRIORITY_WORDS[task.priority]),
        task.tags.map((tag) => el("span", { class: "chip" }, tag)),
        task.dueDate &&
          el(
            "span",
            { class: isOverdue(task) ? "chip due overdue" : "chip due" },
            isOverdue(task) ? `Overdue: ${dayOf(task.dueDate)}` : dayOf(task.dueDate),
          ),
        isHeld(task.lock) && el("span", { class: "chip lock" }, `Locked by ${this.nameOf(task.lock.holder)}`),
      ),
      el(
        "span",
        { class: "foot" },
        task.assigneeId
          ? el(
              "span",
              { class: "assignee" },
              el("span", { class: "initials", "aria-hidden": "true" }, initialsOf(this.nameOf(task.assigneeId))),
              this.nameOf(task.assigneeId),
            )
          : el("span", { class: "assignee none" }, "Nobody’s"),
        conflict
          ? el("span", { class: "chip conflict" }, "Conflict")
          : pending.length > 0 && el("span", { class: "chip waiting" }, "Not sent yet"),
      ),
    );
    return card;
  }

  // ---- the keyboard

  #onKey(event) {
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const id = event.target.closest(".card")?.dataset.id;
    const keys = {
      n: () => openNewTask(this),
      "/": () => document.getElementById("search").focus(),
      "?": openKeys,
      c: () => id && this.canClaim && this.claim(id).catch((error) => tell(this.inWords(error), "trouble")),
      m: () => id && openTask(this, id)?.querySelector("select[name=status]")?.focus(),
      ArrowDown: () => this.#step(id, 0, 1),
      ArrowUp: () => this.#step(id, 0, -1),
      ArrowRight: () => this.#step(id, 1, 0),
      ArrowLeft: () => this.#step(id, -1, 0),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  #step(id, across, down) {
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

function initialsOf(name) {
  return name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();
}

function ageInWords(seconds) {
  return seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5_400
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3_600)} h`;
}

function openKeys() {
  const keys = [
    ["n", "New task"],
    ["/", "Search"],
    ["Arrows", "From card to card"],
    ["Enter", "Open the card"],
    ["c", "Claim the card"],
    ["m", "Move the card"],
    ["Esc", "Close"],
    ["?", "This page"],
  ];
  openDialog(
    "Keys",
    { class: "small" },
    el(
      "dl",
      { class: "facts keys" },
      keys.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)]),
    ),
  );
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
function nextTheme() {
  const now = localStorage.getItem("taskstream.theme") ?? "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  localStorage.setItem("taskstream.theme", next);
  setTheme(next);
  tell(`Colours: ${next}`);
}

async function start() {
  setTheme(localStorage.getItem("taskstream.theme") ?? "auto");
  const { commandUrl } = await (await fetch("/config.json", { cache: "no-store" })).json();
  new Board(await signIn({ commandUrl: new URL(commandUrl, location.origin).href, queryUrl: location.origin }));
}

start().catch((error) =>
  document
    .getElementById("columns")
    .replaceChildren(
      el(
        "p",
        { class: "empty" },
        `The board cannot be opened: ${error.message} `,
        el("button", { type: "button", onclick: () => location.reload() }, "Try again"),
      ),
    ),
);
