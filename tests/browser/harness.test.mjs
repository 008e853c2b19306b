// The tests of the board can fail: what no page may do makes them red.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { here } from "./browser.mjs";

test("whatever is planted in the page makes its test red, and nothing else does", () => {
  const { stdout } = spawnSync(process.execPath, ["--test-reporter=tap", "planted.mjs"], {
    cwd: here,
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  const results = [...stdout.matchAll(/^(ok|not ok) \d+ - (.*)$/gm)].map(([, result, name]) => [name, result]);
  assert.deepEqual(
    results,
    [
      ["nothing", "ok"],
      ["a word on the console", "not ok"],
      ["an error that nobody catches", "not ok"],
      ["a promise that nobody catches", "not ok"],
      ["a script in the page", "not ok"],
      ["a style in the page", "not ok"],
      ["a request to another origin", "not ok"],
      ["text that is read as HTML", "not ok"],
    ],
    stdout,
  );
});
