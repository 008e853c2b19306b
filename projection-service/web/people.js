// The users, for the names that stand for their ids.
import { tell } from "/dom.js";

const AGAIN_AFTER_MS = 10_000;
const USER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class People {
  users = [];
  #board;
  #names = null; // by id, once they were read
  #missed = new Set(); // ids that nobody was known by: each of them has the users read once more
  #isAsked = false;
  #isReading = false;
  #isTroubleTold = false;

  constructor(board) {
    this.#board = board;
    this.learn();
  }

  /** The id itself where nobody is known by it. */
  nameOf(id) {
    const name = this.#names?.get(id);
    if (name === undefined && this.#names && USER_ID.test(id) && !this.#missed.has(id)) {
      this.#missed.add(id);
      this.learn();
    }
    return name ?? id;
  }

  /** Reads the users as they are from now on. */
  async learn() {
    this.#isAsked = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      for (; this.#isAsked; await this.#read()) this.#isAsked = false;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isReading = false;
    }
  }

  async #read() {
    const users = [];
    for await (const user of this.#board.replica.services.all("listUsers", { limit: 200 })) users.push(user);
    this.users = users;
    this.#names = new Map(users.map(({ userId, firstName, lastName }) => [userId, `${firstName} ${lastName}`]));
    this.#isTroubleTold = false;
    this.#board.onPeople();
  }

  // Ids stand in for names meanwhile. Asked again where that may help.
  #failed(error) {
    if (!this.#isTroubleTold)
      tell(`The names of the users cannot be read: ids stand in for them. ${this.#board.inWords(error)}`, "warning");
    this.#isTroubleTold = true;
    const isRefused = error.status >= 400 && error.status < 500 && error.status !== 429;
    if (!isRefused) setTimeout(() => this.learn(), AGAIN_AFTER_MS);
  }
}
