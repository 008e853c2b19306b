// Several tabs of one browser: one of them streams and sends for all.
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/web/services.mjs";
import { atTheBoard } from "./people.mjs";

const { judge, person, visitor } = await atTheBoard();

test("tabs of one user share a stream and a flusher, and each shows what the other does", async () => {
  const ada = await person("Ada");
  const second = await ada.openTab();
  const asked = [];
  ada.context.on("request", (request) =>
    asked.push([request.frame().page() === ada.page ? "first" : "second", new URL(request.url()).pathname]),
  );
  await ada.signInAs("Ada", null, second);
  await second.getByRole("button", { name: "New task" }).click();
  await second.getByRole("dialog").getByLabel("Title").fill("From the second tab");
  await second.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await ada.sent("From the second tab");
  await ada.card("From the second tab", second).waitFor();
  assert.deepEqual(
    asked.filter(([, path]) => path === "/v1/stream"),
    [],
    "the second tab opens no stream",
  );
  assert.deepEqual(
    asked.filter(([, path]) => path === "/v1/batch"),
    [["first", "/v1/batch"]],
  );
  await ada.page.close();
  await until(
    () => asked.some(([tab, path]) => tab === "second" && path === "/v1/stream"),
    "the second tab leads once the first is gone",
  );
  const { task } = await judge().createTask({ title: "After the first tab" });
  await ada.card(task.title, second).waitFor();
});

// More than the connections that a browser opens to one host by HTTP/1.1: a stream in each would leave none for anything else.
const TABS = 8;
for (const [words, hasLocks] of [
  ["by Web Locks", true],
  ["by a leased row", false],
]) {
  test(`eight tabs of one user all work, whichever goes, ${words}`, async () => {
    const ada = await visitor();
    if (!hasLocks) {
      await ada.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
      await ada.page.reload();
    }
    await ada.signInAs("Ada");
    const streams = new Set();
    ada.context.on("request", (request) => {
      if (new URL(request.url()).pathname === "/v1/stream") streams.add(request.frame().page());
    });
    const tabs = [ada.page];
    while (tabs.length < TABS) {
      const tab = await ada.openTab();
      await ada.signInAs("Ada", null, tab);
      tabs.push(tab);
    }
    assert.equal(streams.size, 0, "only the first streams");
    const title = `Made in the last tab, ${words}`;
    const last = tabs.at(-1);
    await ada.create(title, last);
    for (const tab of tabs) await ada.card(title, tab).waitFor();

    await tabs.shift().close();
    await until(() => streams.size === 1, "another one streams");
    const { task } = await judge().createTask({ title: `Made elsewhere, ${words}` });
    for (const tab of tabs) {
      await ada.card(task.title, tab).waitFor();
      await tab.getByText("Live", { exact: true }).waitFor();
    }
    await ada.create(`Made once more, ${words}`, last);
    assert.equal(streams.size, 1);
  });
}

test("where a page may have no locks, a row that one tab leases tells the others that it leads", async () => {
  const ada = await visitor();
  await ada.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
  await ada.page.reload();
  await ada.signInAs("Ada");
  const streams = [];
  ada.context.on("request", (request) => {
    if (new URL(request.url()).pathname === "/v1/stream") streams.push(request.frame().page());
  });
  const second = await ada.openTab();
  await ada.signInAs("Ada", null, second);
  await ada.create("From the tab that leads");
  await ada.card("From the tab that leads", second).waitFor();
  assert.deepEqual(streams, [], "the row is leased by the first tab");
  await ada.page.close();
  await until(() => streams.includes(second), "the second tab takes the lease over");
  const { task } = await judge().createTask({ title: "After the lease was given back" });
  await ada.card(task.title, second).waitFor();
});
