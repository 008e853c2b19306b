// The board in Chromium, against real services.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { Services } from "../../projection-service/web/taskstream.js";
import { startServices, until } from "../support/web/services.mjs";
import { Person, startBrowser } from "./browser.mjs";

let services;
let browser;
let grace;
let alan;
before(async () => {
  [services, browser] = await Promise.all([
    startServices({ command: ["--command-timeout-ms", "2500"] }),
    startBrowser(),
  ]);
  [grace, alan] = [await services.addUser("Grace", "Hopper"), await services.addUser("Alan", "Turing")];
});
after(async () => {
  await browser.close();
  await services.stop();
});

const people = [];
async function person(name, user = null, options = {}) {
  const one = await Person.at(browser, services, options);
  people.push(one);
  return one.signInAs(name, user);
}
afterEach(async () => {
  const complaints = [];
  for (const one of people.splice(0)) complaints.push(...(await one.leave()));
  assert.deepEqual(complaints, [], "nothing on the console, and no breach of the policy");
});

const judge = () =>
  new Services({ commandUrl: services.command.url, queryUrl: services.projection.url, actor: "Judge" });
// As of now, whatever the read model holds.
async function asOfNow(title) {
  const all = judge();
  for await (const task of all.all("listTasks"))
    if (task.title === title) return (await all.readTask(task.taskId)).task;
  return null;
}

test("a change of one user shows at another's board by itself", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Water the plants");
  await bob.inColumn("To do", "Water the plants").waitFor();
  await ada.edit("Water the plants", { Priority: "Urgent", Tags: "home, green" });
  await bob.card("Water the plants").getByText("Urgent").waitFor();
  const dialog = await bob.open("Water the plants");
  const moves = await dialog.getByLabel("Move to").locator("option").allTextContents();
  assert.deepEqual(moves, ["Move to…", "In progress", "Blocked", "Deferred", "Cancelled"], "only what is allowed");
  await dialog.getByLabel("Move to").selectOption("IN_PROGRESS");
  await ada.inColumn("In progress", "Water the plants").waitFor();
});

test("two users edit the same task: a dialog tells base, mine and theirs, and merges", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Plan the party");
  await bob.card("Plan the party").waitFor();
  const dialog = await ada.open("Plan the party");
  await dialog.getByLabel("Title").fill("Plan Ada's party");
  await dialog.getByLabel("Tags").fill("fun");
  await bob.edit("Plan the party", { Title: "Plan Bob's party", Priority: "High" });
  await dialog.getByText("changed this task while you have it open").waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  await ada.page.getByRole("button", { name: "1 conflict" }).click();
  const conflict = ada.page.getByRole("dialog");
  const rows = await conflict
    .locator("tbody tr")
    .evaluateAll((all) => all.map((row) => [...row.children].slice(0, 4).map((cell) => cell.firstChild.textContent)));
  assert.deepEqual(rows.slice(0, 2), [
    ["Title", "Plan the party", "Plan Ada's party", "Plan Bob's party"],
    ["Tags", "nothing", "fun", "not touched"],
  ]);
  assert.deepEqual(rows[2], ["Priority", "Medium", "not touched", "High"]);
  await ada.picture("conflict");
  assert.deepEqual(await ada.violations(), []);
  await conflict.getByLabel("both", { exact: true }).check();
  await conflict.getByLabel("Title, put together").fill("Plan our party");
  await conflict.getByRole("button", { name: "Save what is chosen" }).click();
  await bob.card("Plan our party").waitFor();
  const task = await asOfNow("Plan our party");
  assert.deepEqual([task.title, task.priority, task.tags], ["Plan our party", "HIGH", ["fun"]]);
});

test("of two who claim at once, one has the task, and the other is told", async () => {
  const [ada, bob] = [await person("Grace", grace), await person("Alan", alan)];
  await ada.create("Debug the moth");
  // Neither claim goes out before both are made: what one of them comes to must not show at the other first.
  let made = 0;
  for (const one of [ada, bob]) {
    const dialog = await one.open("Debug the moth");
    await one.context.route("**/v1/batch", async (route) => {
      made += 1;
      await until(() => made >= 2, "both have claimed");
      await route.continue();
    });
    await dialog.getByRole("button", { name: "Claim" }).click();
  }
  await until(async () => (await asOfNow("Debug the moth")).assigneeId, "somebody has it");
  const loser = (await asOfNow("Debug the moth")).assigneeId === grace.userId ? bob : ada;
  await loser.page.locator(".message.trouble", { hasText: "not done" }).waitFor();
  const winner = loser === bob ? "Grace Hopper" : "Alan Turing";
  for (const one of [ada, bob]) await one.card("Debug the moth").getByText(winner).waitFor();
});

test("edits made offline wait, are flushed, and the one that conflicts asks", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Offline, alone");
  await ada.create("Offline, contested");
  ada.mayLoseConnections = true;
  await ada.context.setOffline(true);
  await ada.page.getByText("Offline", { exact: true }).waitFor();
  await ada.edit("Offline, alone", { Description: "Written in a tunnel" });
  await ada.edit("Offline, contested", { Title: "Offline, Ada's" });
  await ada.page.getByText("2 not sent yet").waitFor();
  await ada.picture("offline");
  await bob.edit("Offline, contested", { Title: "Offline, Bob's" });
  await bob.sent("Offline, Bob's");
  await ada.context.setOffline(false);
  await ada.page.getByText("Live", { exact: true }).waitFor();
  await ada.page.getByRole("button", { name: "1 conflict" }).click();
  assert.equal((await asOfNow("Offline, alone")).description, "Written in a tunnel");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Overwrite with mine" }).click();
  await bob.card("Offline, Ada's").waitFor();
  await ada.page.getByText("not sent yet").waitFor({ state: "detached" });
});

test("a lock that another holds shows its holder and its end, and refuses changes", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Only one at a time");
  const own = await ada.open("Only one at a time");
  await own.getByRole("button", { name: "Lock for 5 minutes" }).click();
  await own.getByText("You hold the lock for").waitFor();
  const theirs = await bob.open("Only one at a time");
  await theirs.getByText("Ada holds the lock for").waitFor();
  assert.match(await theirs.locator(".countdown").textContent(), /^[45]:\d\d$/);
  await theirs.getByLabel("Title").fill("Bob was here");
  await theirs.getByRole("button", { name: "Save" }).click();
  await bob.page.locator(".message.trouble", { hasText: "Ada holds the lock" }).waitFor();
  await bob.card("Only one at a time").waitFor();
  await own.getByRole("button", { name: "Unlock" }).click();
  await own.getByText("Nobody holds the lock").waitFor();
});

test("the board goes on after the service was restarted", async () => {
  const ada = await person("Ada");
  ada.mayLoseConnections = true;
  await ada.create("Before the restart");
  await services.projection.stop();
  await ada.page.getByText("Offline", { exact: true }).waitFor();
  await judge().createTask({ title: "During the restart" });
  await services.projection.start();
  await ada.page.getByText("Live", { exact: true }).waitFor();
  await ada.card("During the restart").waitFor();
});

test("a slider shows the task as it was, and who changed what", async () => {
  const ada = await person("Ada");
  await ada.create("First words");
  await ada.edit("First words", { Title: "Second words" });
  await ada.sent("Second words");
  await ada.edit("Second words", { Title: "Third words", Priority: "High" });
  await ada.sent("Third words");
  const dialog = await ada.open("Third words");
  const slider = dialog.getByLabel("Time travel");
  await dialog.getByText("Version 3 of 3").waitFor();
  await slider.focus();
  await ada.page.keyboard.press("Home");
  await dialog.locator(".then-title", { hasText: "First words" }).waitFor();
  await ada.page.keyboard.press("ArrowRight");
  await dialog.locator(".then-title", { hasText: "Second words" }).waitFor();
  await dialog.getByText("Title: Second words → Third words; Priority: Medium → High").waitFor();
  await ada.picture("task");
  assert.deepEqual(await ada.violations(), []);
});

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

test("everything can be done by keyboard", async () => {
  const ada = await person("Grace", grace);
  const { keyboard } = ada.page;
  await keyboard.press("n");
  await keyboard.type("Typed, not clicked");
  await keyboard.press("Enter");
  await ada.sent("Typed, not clicked");
  await keyboard.press("/");
  await keyboard.type("typed");
  await until(async () => (await ada.page.locator(".card").count()) === 1, "found");
  await keyboard.press("Escape");
  await keyboard.press("ArrowDown");
  await keyboard.press("c");
  await ada.card("Typed, not clicked").getByText("Grace Hopper").waitFor();
  await keyboard.press("m");
  await keyboard.press("ArrowDown");
  await keyboard.press("Tab");
  await keyboard.press("Escape");
  await ada.inColumn("In progress", "Typed, not clicked").waitFor();
  await keyboard.press("?");
  await ada.page.getByRole("dialog", { name: "Keys" }).waitFor();
  assert.deepEqual(await ada.violations(), []);
});

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

test("signing out warns of changes that were not sent", async () => {
  const ada = await person("Ada");
  await ada.create("To be changed offline");
  ada.mayLoseConnections = true;
  await ada.context.route("**/v1/batch", (route) => route.abort());
  await ada.edit("To be changed offline", { Title: "Never sent" });
  await ada.page.getByText("1 not sent yet").waitFor();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  const warning = ada.page.getByRole("alertdialog");
  await warning.getByText("1 change has not been sent yet").waitFor();
  await warning.getByRole("button", { name: "Cancel" }).click();
  await ada.card("Never sent").waitFor();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByRole("button", { name: "Sign out and lose them" }).click();
  await ada.page.getByLabel("Your name").waitFor();
  const kept = await ada.page.evaluate(async () => [(await indexedDB.databases()).length, sessionStorage.length]);
  assert.deepEqual(kept, [0, 0]);
});

for (const scheme of ["light", "dark"]) {
  for (const [size, viewport] of [
    ["wide", { width: 1440, height: 900 }],
    ["small", { width: 390, height: 844 }],
  ]) {
    test(`the board has no fault that axe finds: ${scheme}, ${size}`, async () => {
      const one = await Person.at(browser, services, { colorScheme: scheme, viewport });
      people.push(one);
      await one.page.getByLabel("Your name").waitFor();
      await one.picture(`sign-in-${scheme}-${size}`);
      assert.deepEqual(await one.violations(), []);
      await one.signInAs("Grace", grace);
      await one.page.locator(".card").first().waitFor();
      await one.picture(`board-${scheme}-${size}`);
      assert.deepEqual(await one.violations(), []);
      await one.page.locator(".card button").first().click();
      await one.page.getByRole("dialog").getByLabel("Time travel").waitFor();
      await one.picture(`task-${scheme}-${size}`);
      assert.deepEqual(await one.violations(), []);
    });
  }
}
