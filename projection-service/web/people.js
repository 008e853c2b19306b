// The users, for the names that stand for their ids.
const AGAIN_AFTER_MS = 10_000;

export class People {
  users = [];
  #names = new Map();
  #services;
  #onLearnt;

  constructor(services, onLearnt) {
    this.#services = services;
    this.#onLearnt = onLearnt;
    this.#learn();
  }

  /** The id itself where nobody is known by it. */
  nameOf(id) {
    return this.#names.get(id) ?? id;
  }

  async #learn() {
    try {
      const users = [];
      for await (const user of this.#services.all("listUsers", { limit: 200 })) users.push(user);
      this.users = users;
      this.#names = new Map(users.map(({ userId, firstName, lastName }) => [userId, `${firstName} ${lastName}`]));
      this.#onLearnt();
    } catch {
      // Ids stand in for names until the users can be asked for again.
      setTimeout(() => this.#learn(), AGAIN_AFTER_MS);
    }
  }
}
