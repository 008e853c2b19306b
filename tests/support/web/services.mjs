// Both services as real processes on the embedded log, each in a folder of its own.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
export const BIN = resolve(process.env.TASKSTREAM_BIN ?? join(ROOT, "build/dev/bin"));
const PATIENCE_MS = 30_000;

/** Waits for a fact: until `look` answers something true. */
export async function until(look, what, patienceMs = PATIENCE_MS) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await new Promise((again) => setTimeout(again, 20));
  }
}

// Below the range from which the kernel takes the ports of outgoing connections: none of those may take it meanwhile.
async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const isFree = await new Promise((answer) => {
      const probe = createServer();
      probe.once("error", () => answer(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => answer(true)));
    });
    if (isFree) return port;
  }
}

// Whoever ends the tests ends what they started.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

class Service {
  #command;
  #folder;
  #process = null;
  constructor(folder, name, port, args) {
    this.name = name;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#command = [join(BIN, `taskstream-${name}`), ["--listen", `127.0.0.1:${port}`, ...args]];
  }

  async start() {
    const words = openSync(join(this.#folder, `${this.name}.log`), "a");
    this.#process = spawn(...this.#command, { cwd: this.#folder, stdio: ["ignore", words, words] });
    process.once("exit", () => this.#process.kill("SIGKILL"));
    await until(async () => {
      if (this.#process.exitCode !== null) throw new Error(`${this.name} ended:\n${this.said()}`);
      return fetch(`${this.url}/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    }, `${this.name} is ready`);
    return this;
  }
  said() {
    return readFileSync(join(this.#folder, `${this.name}.log`), "utf8");
  }
  signal(name) {
    this.#process.kill(name);
  }
  async stop(signal = "SIGKILL") {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((end) => this.#process.once("exit", end));
    this.#process.kill(signal);
    await ended;
  }
}

/** An auth file, kept by the program that users keep theirs with. */
class Tokens {
  constructor(folder) {
    this.file = join(folder, "auth.json");
  }
  make(subject, role, scope) {
    const words = ["make", "--subject", subject, "--role", role, "--scope", scope, "--auth", this.file];
    return execFileSync(join(BIN, "taskstream-token"), words, { encoding: "utf8" }).trim();
  }
}

/** `{command, projection, folder, tokens, addUser(), stop()}`. With `auth` everybody has to authenticate; `tokens.root` may
 *  do everything. `commandUrl` is where the board sends commands, if not to the command-service itself. */
export async function startServices({ command = [], projection = [], auth = false, commandUrl = null } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "taskstream-web-"));
  const log = ["--log", `file:${join(folder, "log")}`];
  const tokens = new Tokens(folder);
  const headers = { "Content-Type": "application/json" };
  if (auth) {
    tokens.root = tokens.make("root", "admin", "admin");
    headers.Authorization = `Bearer ${tokens.root}`;
    log.push("--auth", tokens.file);
  }
  const [commandPort, projectionPort] = [await freePort(), await freePort()];
  const origin = [`http://127.0.0.1:${projectionPort}`];
  const both = {
    command: new Service(folder, "command-service", commandPort, [
      ...log,
      "--state",
      join(folder, "state.db"),
      "--cors-origin",
      origin[0],
      ...command,
    ]),
    projection: new Service(folder, "projection-service", projectionPort, [
      ...log,
      "--read-model",
      join(folder, "read-model.db"),
      "--command-url",
      commandUrl ?? `http://127.0.0.1:${commandPort}`,
      ...projection,
    ]),
  };
  await both.command.start();
  await both.projection.start();
  return {
    ...both,
    folder,
    tokens,
    /** Has the services read the auth file again. */
    readTokens() {
      [both.command, both.projection].forEach((service) => service.signal("SIGHUP"));
    },
    async addUser(firstName, lastName = "Tester") {
      const email = `${firstName}.${lastName}@example.org`.toLowerCase();
      const answer = await fetch(`${both.command.url}/v1/users`, {
        method: "POST",
        headers,
        body: JSON.stringify({ firstName, lastName, email }),
      });
      return answer.json();
    },
    async stop() {
      await Promise.all([both.command.stop(), both.projection.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
