// How the board stands: connected or not, how old what it shows is, and what still waits.
import { button, el, fill } from "/dom.js";
import { ageInWords } from "/words.js";

const FRESH_FOR_S = 30;
const CONNECTION_WORDS = {
  live: "Live",
  connecting: "Connecting",
  offline: "Offline",
  "signed-out": "Signed out",
  "log-changed": "Another log",
  "actor-changed": "Another actor",
};
const IS_OVER = ["signed-out", "log-changed", "actor-changed"];

export class StateLine {
  #replica;
  #line = document.getElementById("state");

  constructor(replica, openConflict) {
    this.#replica = replica;
    const commands = {
      conflicts: () => openConflict(replica.conflicts()[0]),
      reload: () => location.reload(),
    };
    this.#line.addEventListener("click", ({ target }) => commands[target.id]?.());
  }

  paint() {
    const { connection, queued, conflicts, error } = this.#replica.status;
    const { age } = this.#replica;
    const isStale = age === null || age > FRESH_FOR_S;
    const waiting = queued - conflicts;
    fill(
      this.#line,
      el("span", { class: `badge ${connection}`, title: error?.message ?? null }, CONNECTION_WORDS[connection]),
      isStale && el("span", { class: "badge stale" }, age === null ? "Not read yet" : `As of ${ageInWords(age)} ago`),
      waiting > 0 && el("span", { class: "badge queued" }, `${waiting} not sent yet`),
      conflicts > 0 &&
        button(`${conflicts} ${conflicts === 1 ? "conflict" : "conflicts"}`, { class: "badge conflicts", id: "conflicts" }),
      IS_OVER.includes(connection) && button("Open anew", { id: "reload" }),
    );
  }
}
