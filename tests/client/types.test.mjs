// The types against the module: nothing that it offers is left out, and nothing is promised that is not there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

import * as module from "../../projection-service/web/taskstream.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const declared = ts.createSourceFile(
  "taskstream.d.ts",
  readFileSync(here("../../projection-service/web/taskstream.d.ts"), "utf8"),
  ts.ScriptTarget.ES2022,
);
const isValue = (node) => ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isVariableStatement(node);
const nameOf = (node) =>
  ts.isVariableStatement(node) ? node.declarationList.declarations[0].name.text : node.name.text;

test("tsc takes the usage of every part", () => {
  execFileSync(process.execPath, [here("node_modules/typescript/bin/tsc"), "-p", here(".")], { stdio: "pipe" });
});

test("the types name what the module exports", () => {
  assert.deepEqual(declared.statements.filter(isValue).map(nameOf).sort(), Object.keys(module).sort());
});

test("the types name the methods that the classes have", () => {
  for (const node of declared.statements.filter(ts.isClassDeclaration)) {
    const type = module[node.name.text];
    const typed = node.members.filter(ts.isMethodDeclaration).map((member) => member.name.text);
    const there = [type, type.prototype]
      .flatMap((of) => Object.entries(Object.getOwnPropertyDescriptors(of)))
      .filter(([name, { value }]) => typeof value === "function" && !["constructor", "prototype"].includes(name))
      .map(([name]) => name);
    assert.deepEqual([...new Set(typed)].sort(), there.sort(), node.name.text);
  }
});
