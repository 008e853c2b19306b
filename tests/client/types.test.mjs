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

// It is one file because programs copy one; so it is held here, and not by imports, that its parts build on each other.
test("each part of the module knows those before it alone", () => {
  const text = readFileSync(here("../../projection-service/web/taskstream.js"), "utf8");
  const parts = [...text.matchAll(/^\/\/ -+ (\d+) .+$/gm)];
  assert.deepEqual(
    parts.map(([, number]) => Number(number)),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const beginnings = new Map(
    parts.slice(1).map(({ index, 0: next }) => {
      const name = `before ${next.replaceAll(/[^ \w]|-{2,}/g, "").trim()}.js`;
      return [name, ts.createSourceFile(name, text.slice(0, index), ts.ScriptTarget.ES2022)];
    }),
  );
  const options = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...beginnings.keys()], options, {
    ...host,
    getSourceFile: (name, ...more) => beginnings.get(name) ?? host.getSourceFile(name, ...more),
  });
  for (const [name, source] of beginnings) {
    const said = program.getSemanticDiagnostics(source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
    assert.deepEqual(
      said.filter((words) => words.startsWith("Cannot find name")),
      [],
      name,
    );
  }
});
