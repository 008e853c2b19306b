// The board: tasks in columns by status, live, and usable without a network. The replica (taskstream.js) does the rest.
import { Bar } from "/bar.js";
import { Columns } from "/columns.js";
import { openConflict } from "/conflict_dialog.js";
import { button, el, tell } from "/dom.js";
import { listenToKeys, openKeys } from "/keys.js";
import { People } from "/people.js";
import { forgetName, signIn } from "/sign_in.js";
import { StateLine } from "/state_line.js";
import { openNewTask, openTask } from "/task_dialog.js";
import { applyTheme } from "/theme.js";

const PAINT_MS = 60;
const TICK_MS = 5_000;

class Board {
  #people;
  #bar;
  #state;
  #columns;
  #painting = null;

  constructor(replica) {
    this.replica = replica;
    this.#people = new People(this);
    this.#bar = new Bar(this);
    this.#state = new StateLine(replica, (conflict) => this.openConflict(conflict));
    this.#columns = new Columns(this);
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
    this.#listenToKeys();
    setInterval(() => this.paint(), TICK_MS); // what time alone changes: overdue, locks, age
    this.paint();
  }

  // ---- what its parts and the dialogs ask of it

  get users() {
    return this.#people.users;
  }
  nameOf(id) {
    return this.#people.nameOf(id);
  }
  get canClaim() {
    return this.claimant !== null;
  }
  get claimant() {
    return this.replica.services.options.userId ?? this.replica.identity.userId;
  }
  claim(taskId) {
    const { token, userId } = this.replica.services.options;
    return this.attempt(this.replica.claim(taskId, token ? {} : { userId }));
  }
  openNewTask() {
    return openNewTask(this);
  }
  openTask(taskId) {
    this.#people.learn(); // whom the task may be given to
    return openTask(this, taskId);
  }
  openConflict(conflict) {
    if (conflict) openConflict(this, conflict);
  }
  /** Tells when it fails. */
  attempt(work) {
    return work.catch((error) => tell(this.inWords(error), "trouble"));
  }
  onPeople() {
    this.#bar.offerAssignees();
    this.paint();
  }
  inWords(error) {
    if (error.code === "LOCKED") return `${this.nameOf(error.problem.holder)} holds the lock.`;
    return error.name === "NoAnswerError" ? "The services cannot be reached now." : error.message;
  }

  paint() {
    clearTimeout(this.#painting);
    this.#painting = null;
    this.#state.paint();
    const views = this.replica.tasks();
    this.#bar.offerTags(views);
    this.#columns.paint(views.filter((view) => this.#bar.fits(view)));
  }
  #paintSoon() {
    this.#painting ??= setTimeout(() => this.paint(), PAINT_MS);
  }

  #tellRefused({ taskId, problem }) {
    const title = this.replica.task(taskId).task?.title;
    const words =
      problem.code === "LOCKED" ? `${this.nameOf(problem.holder)} holds the lock` : (problem.detail ?? problem.code);
    tell(`${title ? `“${title}”: ` : ""}not done, and taken back. ${words}`, "trouble");
  }

  #listenToKeys() {
    listenToKeys({
      n: () => this.openNewTask(),
      "/": () => document.getElementById("search").focus(),
      "?": openKeys,
      c: (id) => id && this.canClaim && this.claim(id),
      m: (id) => id && this.openTask(id)?.querySelector("select[name=status]")?.focus(),
      s: () => this.openConflict(this.replica.conflicts()[0]),
      ArrowDown: (id) => this.#columns.step(id, 0, 1),
      ArrowUp: (id) => this.#columns.step(id, 0, -1),
      ArrowRight: (id) => this.#columns.step(id, 1, 0),
      ArrowLeft: (id) => this.#columns.step(id, -1, 0),
    });
  }
}

async function start() {
  applyTheme();
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
        button("Try again", { onclick: () => location.reload() }),
      ),
    ),
);
