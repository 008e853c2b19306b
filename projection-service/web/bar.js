// The bar: what of the board is shown, and who is at it.
import { ask, button, el, offer, select } from "/dom.js";
import { openKeys } from "/keys.js";
import { isOverdue } from "/task_facts.js";
import { nextTheme } from "/theme.js";
import { PRIORITY_WORDS } from "/words.js";

const TAGS_AT_MOST = 200;

export class Bar {
  #board;
  #filter = { text: "", assignee: "", priority: "", tag: "", overdue: false };

  constructor(board) {
    this.#board = board;
    this.#buildTools();
    this.#buildWho();
  }

  /** Whether the filters let the task through. */
  fits({ task }) {
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
      task.assigneeId ? this.#board.nameOf(task.assigneeId) : "",
    ]
      .join(" ")
      .toLowerCase();
    return text.split(/\s+/).every((word) => words.includes(word));
  }

  offerAssignees() {
    const { claimant: mine, users } = this.#board;
    const options = [
      ["", "Anybody's"],
      ["none", "Nobody's"],
      ...(mine ? [[mine, "Mine"]] : []),
      ...users.filter(({ userId }) => userId !== mine).map(({ userId }) => [userId, this.#board.nameOf(userId)]),
    ];
    offer(document.getElementById("filter-assignee"), options, this.#filter.assignee);
  }

  /** The tags that the tasks have now, and the one that is filtered by. */
  offerTags(views) {
    const tags = [...new Set(views.flatMap(({ task }) => task.tags))].sort().slice(0, TAGS_AT_MOST);
    const options = [["", "Any tag"], ...tags.map((tag) => [tag, tag])];
    offer(document.getElementById("filter-tag"), options, this.#filter.tag);
  }

  #set(name, value) {
    this.#filter[name] = value;
    this.#board.paint();
  }

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
        button("New task", { class: "primary", id: "new-task", onclick: () => this.#board.openNewTask() }),
      );
  }

  #buildWho() {
    document
      .getElementById("who")
      .replaceChildren(
        el("span", { class: "actor", title: "Signed in" }, this.#board.replica.identity.actor),
        button("◐", { class: "icon", "aria-label": "Colours", id: "theme", onclick: nextTheme }),
        button("?", { class: "icon", "aria-label": "Keys", id: "keys", onclick: openKeys }),
        button("Sign out", { id: "sign-out", onclick: () => this.#board.attempt(this.#signOut()) }),
      );
  }

  async #signOut() {
    const confirm = ({ queued }) =>
      ask(
        "Sign out?",
        `${queued} ${queued === 1 ? "change has" : "changes have"} not been sent yet, and would be lost.`,
        "Sign out and lose them",
      );
    await this.#board.replica.signOut({ confirm });
  }
}
