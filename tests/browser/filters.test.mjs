// What of the board is shown, and by which names.
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/web/services.mjs";
import { atTheBoard } from "./people.mjs";

const { judge, person, services, visitor } = await atTheBoard();
const alan = await services.addUser("Alan", "Turing");

test("filters narrow the board", async () => {
  const ada = await person("Ada");
  const all = judge();
  await all.createTask({
    title: "Alpha of the filters",
    tags: ["filters"],
    priority: "URGENT",
    assigneeId: alan.userId,
  });
  await all.createTask({
    title: "Beta of the filters",
    tags: ["filters"],
    dueDate: new Date(Date.now() + 86_400_000).toISOString(),
  });
  await ada.card("Beta of the filters").waitFor();
  await ada.page.getByLabel("Search").fill("of the filters");
  const shown = async (count) =>
    until(async () => (await ada.page.locator(".card").count()) === count, `${count} cards`);
  await shown(2);
  await ada.page.getByLabel("Priority").selectOption("URGENT");
  await shown(1);
  await ada.page.getByLabel("Priority").selectOption("");
  await ada.page.getByLabel("Assignee").selectOption("none");
  await shown(1);
  await ada.page.getByLabel("Assignee").selectOption(alan.userId);
  await shown(1);
  await ada.page.getByLabel("Overdue").check();
  await shown(0);
});

test("the filter of a tag that no task has any more still shows, and can be taken off", async () => {
  const ada = await person("Ada");
  const { task } = await judge().createTask({ title: "Tagged for a while", tags: ["fleeting"] });
  await ada.card(task.title).waitFor();
  const control = ada.page.getByLabel("Tag", { exact: true });
  await control.selectOption("fleeting");
  await judge().editTask(task.taskId, { tags: [] }, { version: 1 });
  await ada.card(task.title).waitFor({ state: "detached" });
  assert.equal(await control.evaluate((select) => select.selectedOptions[0]?.textContent), "fleeting");
  await control.selectOption("");
  await ada.card(task.title).waitFor();
  await until(
    async () => !(await control.locator("option").allTextContents()).includes("fleeting"),
    "what nobody filters by is no longer on offer",
  );
});

test("users that are made later are known by their names, and can be given tasks", async () => {
  const ada = await person("Ada");
  const { task } = await judge().createTask({ title: "For somebody new" });
  await ada.card(task.title).waitFor();
  const edsger = await services.addUser("Edsger", "Dijkstra");
  await judge().assign(task.taskId, edsger.userId, { version: 1 });
  await ada.card(task.title).getByText("Edsger Dijkstra").waitFor();
  await ada.page.getByLabel("Assignee").selectOption({ label: "Edsger Dijkstra" });
  await services.addUser("Barbara", "Liskov");
  const dialog = await ada.open(task.title);
  await dialog.getByLabel("Assign to").selectOption({ label: "Barbara Liskov" });
  await ada.card(task.title).waitFor({ state: "detached" }); // not Edsger's any more
  await dialog.getByRole("button", { name: "Close" }).click();
  await ada.page.getByLabel("Assignee").selectOption({ label: "Barbara Liskov" });
  await ada.card(task.title).waitFor();
});

test("that the users cannot be read is said, and mended once they can be", async () => {
  const ada = await visitor();
  ada.mayBeRefused = true;
  const { task } = await judge().createTask({ title: "Whose is it?", assigneeId: alan.userId });
  // Not those that one may sign in as.
  const reads = (url) => url.pathname === "/v1/users" && !url.searchParams.has("active");
  const asked = [];
  await ada.context.route(reads, (route) => {
    asked.push(route.request().url());
    return route.fulfill({ status: 403, json: { status: 403, code: "FORBIDDEN", detail: "Not for you." } });
  });
  await ada.signInAs("Ada");
  await ada.page.locator(".message", { hasText: "names of the users cannot be read" }).getByText("Not for you.").waitFor();
  await ada.card(task.title).getByText(alan.userId).waitFor();
  await ada.context.unroute(reads);
  await ada.open(task.title);
  await ada.card(task.title).getByText("Alan Turing").waitFor();
  assert.equal(asked.length, 1, "what is refused is not asked for again and again");
});
