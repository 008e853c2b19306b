// The board's files as they are handed out.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { BIN, startServices } from "../support/web/services.mjs";

let services;
before(async () => {
  services = await startServices();
});
after(() => services.stop());

const source = (name) => readFileSync(new URL(`../../projection-service/web/${name}`, import.meta.url), "utf8");
const FILES = {
  "/": ["index.html", "text/html"],
  "/bar.js": ["bar.js", "text/javascript"],
  "/board.js": ["board.js", "text/javascript"],
  "/card.js": ["card.js", "text/javascript"],
  "/columns.js": ["columns.js", "text/javascript"],
  "/conflict_dialog.js": ["conflict_dialog.js", "text/javascript"],
  "/dom.js": ["dom.js", "text/javascript"],
  "/history.js": ["history.js", "text/javascript"],
  "/keys.js": ["keys.js", "text/javascript"],
  "/people.js": ["people.js", "text/javascript"],
  "/sign_in.js": ["sign_in.js", "text/javascript"],
  "/state_line.js": ["state_line.js", "text/javascript"],
  "/task_dialog.js": ["task_dialog.js", "text/javascript"],
  "/task_facts.js": ["task_facts.js", "text/javascript"],
  "/taskstream.js": ["taskstream.js", "text/javascript"],
  "/theme.js": ["theme.js", "text/javascript"],
  "/words.js": ["words.js", "text/javascript"],
  "/taskstream.d.ts": ["taskstream.d.ts", "text/plain"],
  "/style.css": ["style.css", "text/css"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
};

test("each file is served as it lies in the sources, under a strict policy", async () => {
  for (const [path, [name, type]] of Object.entries(FILES)) {
    const answer = await fetch(services.projection.url + path);
    assert.equal(answer.status, 200, path);
    assert.equal(await answer.text(), source(name), path);
    assert.ok(answer.headers.get("Content-Type").startsWith(type), path);
    assert.equal(answer.headers.get("X-Content-Type-Options"), "nosniff");
    assert.equal(
      answer.headers.get("Content-Security-Policy"),
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${services.command.url}; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
  }
});

test("what a script imports is served, and no script lies there for nothing", () => {
  const imported = new Set(["/board.js"]);
  for (const [path, [name]] of Object.entries(FILES)) {
    if (!path.endsWith(".js")) continue;
    for (const [, from] of source(name).matchAll(/^import [^;]*? from "(.*)";$/gm)) imported.add(from);
  }
  assert.deepEqual(
    [...imported].sort(),
    Object.keys(FILES)
      .filter((path) => path.endsWith(".js"))
      .sort(),
  );
});

test("who has a file already is told that it is the same", async () => {
  for (const path of [...Object.keys(FILES), "/config.json"]) {
    const etag = (await fetch(services.projection.url + path)).headers.get("ETag");
    assert.match(etag, /^"\d+"$/);
    const again = await fetch(services.projection.url + path, { headers: { "If-None-Match": etag } });
    assert.deepEqual([again.status, again.headers.get("ETag"), await again.text()], [304, etag, ""], path);
    assert.equal((await fetch(services.projection.url + path, { headers: { "If-None-Match": '"1"' } })).status, 200);
  }
});

test("the page learns where commands go", async () => {
  const answer = await fetch(`${services.projection.url}/config.json`);
  assert.deepEqual(await answer.json(), { commandUrl: services.command.url });
});

test("the page has no script or style of its own, and loads nothing from elsewhere", () => {
  const page = source("index.html");
  assert.doesNotMatch(page, /<style|style=|\son[a-z]+=|<script(?![^>]*src="\/)/);
  for (const [, url] of page.matchAll(/(?:src|href)="([^"#]+)"/g)) assert.ok(url in FILES, url);
});

test("nothing gets into the policy but an origin", () => {
  for (const place of ["tasks.example", "//tasks.example", "https://", "https://a; script-src *", "https://a b", "/a//b", "ftp://a"]) {
    const ended = spawnSync(join(BIN, "taskstream-projection-service"), ["--command-url", place], { encoding: "utf8", timeout: 20_000 });
    assert.notEqual(ended.status, 0, place);
    assert.match(ended.stderr, /--command-url.* is not http\[s\]:\/\/HOST\[:PORT\]\[\/PATH\] or \/PATH/, place);
  }
});
