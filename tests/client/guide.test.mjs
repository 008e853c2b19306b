// Every example of docs/client.md, one after the other, against real services: each prints what it says that it prints.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { startServices } from "../support/web/services.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
let services;
before(async () => {
  services = await startServices();
});
after(() => services.stop());

test("the examples of docs/client.md print what they say", async () => {
  const guide = readFileSync(join(root, "docs/client.md"), "utf8");
  const blocks = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.ok(blocks.length >= 6);
  const script = blocks
    .join("\n")
    .replace("./taskstream.js", new URL("../../projection-service/web/taskstream.js", import.meta.url).href)
    .replaceAll("http://127.0.0.1:8080", services.command.url)
    .replaceAll("http://127.0.0.1:8081", services.projection.url);
  const expected = [...script.matchAll(/\/\/ prints: (.*)$/gm)].map((match) => match[1]);
  const file = join(services.folder, "guide.mjs");
  writeFileSync(file, script);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  assert.deepEqual(stdout.trimEnd().split("\n"), expected);
  rmSync(file);
});
