// The board in Chromium, against real services.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Services } from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { atTheBoard } from "./people.mjs";

const { judge, person, services, visitor } = await atTheBoard({ command: ["--command-timeout-ms", "2500"] });
const [grace, alan] = [await services.addUser("Grace", "Hopper"), await services.addUser("Alan", "Turing")];

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
  await ada.sent("Offline, alone"); // the queue may be at the other one still
  const alone = await until(() => asOfNow("Offline, alone"), "the list has the task");
  assert.equal(alone.description, "Written in a tunnel");
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

test("a lock shows on the card, and goes by itself when its time is over", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Held for a moment");
  const { taskId } = await asOfNow("Held for a moment");
  const all = new Services({ commandUrl: services.command.url, queryUrl: services.projection.url, actor: "Ada" });
  await all.lock(taskId, 12);
  for (const one of [ada, bob]) await one.card("Held for a moment").getByText("Locked by Ada").waitFor();
  for (const one of [ada, bob])
    await one.card("Held for a moment").getByText("Locked by Ada").waitFor({ state: "detached", timeout: 30_000 });
});

test("a task is given to somebody, dated and put off, and both boards show it", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Call the printer");
  const dialog = await ada.open("Call the printer");
  await dialog.getByLabel("Assign to").selectOption({ label: "Alan Turing" });
  await bob.card("Call the printer").getByText("Alan Turing").waitFor();
  const offered = await dialog.getByLabel("Assign to").locator("option").allTextContents();
  assert.deepEqual(offered, ["Assign to…", "Grace Hopper"], "not to whom it is given already");
  await dialog.getByLabel("Due", { exact: true }).fill("2099-05-04T10:30");
  await dialog.getByRole("button", { name: "Save" }).click();
  await bob.card("Call the printer").locator(".due", { hasText: "2099" }).waitFor();
  const due = Date.parse((await asOfNow("Call the printer")).dueDate);
  assert.equal(due, await ada.page.evaluate(() => Date.parse("2099-05-04T10:30")), "of the browser's own time zone");

  const theirs = await bob.open("Call the printer");
  await theirs.getByRole("button", { name: "+1 week" }).click();
  await theirs.getByRole("button", { name: "+1 day" }).click();
  await until(
    async () => Date.parse((await asOfNow("Call the printer")).dueDate) === due + 8 * 86_400_000,
    "both have moved it",
  );
  await theirs.getByRole("button", { name: "Unassign" }).click();
  await ada.card("Call the printer").getByText("Nobody’s").waitFor();
  await theirs.getByLabel("Due", { exact: true }).fill("");
  await theirs.getByRole("button", { name: "Save" }).click();
  await ada.page.getByRole("button", { name: "1 conflict" }).waitFor({ state: "detached" });
});

test("a task that falls due shows so by itself", async () => {
  const ada = await person("Ada");
  await judge().createTask({ title: "Due in a moment", dueDate: new Date(Date.now() + 3_000).toISOString() });
  await ada.card("Due in a moment").locator(".due").waitFor();
  await ada.card("Due in a moment").locator(".due.overdue", { hasText: "Overdue" }).waitFor();
  await ada.page.getByLabel("Overdue").check();
  await ada.card("Due in a moment").waitFor();
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

test("a conflict is settled by keyboard alone", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Keys and a conflict");
  await bob.card("Keys and a conflict").waitFor();
  const { keyboard } = ada.page;
  const focused = (look) => ada.page.evaluate(`(${look})(document.activeElement)`);
  const tabTo = async (look, what) => {
    for (let i = 0; i < 30; i += 1) {
      if (await focused(look)) return;
      await keyboard.press("Tab");
    }
    assert.fail(`the tab key does not lead to ${what}`);
  };
  await keyboard.press("/");
  await keyboard.type("keys and a conflict");
  await keyboard.press("Escape");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await tabTo((element) => element.name === "title", "the title");
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("Ada's conflict");
  await bob.edit("Keys and a conflict", { Title: "Bob's conflict" });
  await ada.page.getByText("changed this task while you have it open").waitFor();
  await keyboard.press("Enter");
  await ada.page.getByRole("button", { name: "1 conflict" }).waitFor();
  await ada.page.getByRole("dialog").waitFor({ state: "detached" });
  await keyboard.press("s");
  await ada.page.getByRole("dialog", { name: "Somebody changed this task, too" }).waitFor();
  await tabTo((element) => element.type === "radio", "the choice");
  await keyboard.press("ArrowDown");
  assert.equal(await focused((element) => element.value), "theirs");
  await keyboard.press("ArrowUp");
  await tabTo((element) => element.textContent === "Save what is chosen", "the button");
  await keyboard.press("Enter");
  await bob.card("Ada's conflict").waitFor();
  assert.equal((await asOfNow("Ada's conflict")).version, 3);
});

test("what was not touched in the form is not sent", async () => {
  const [ada, all] = [await person("Ada"), judge()];
  const written = { description: "One\r\n\r\nTwo \n", tags: [" spaced "], dueDate: "2099-01-01T00:00:30.5Z" };
  await all.createTask({ title: " Untouched ", warningOffset: 10, ...written });
  const sent = [];
  ada.context.on("request", (request) => {
    if (new URL(request.url()).pathname === "/v1/batch") sent.push(...request.postDataJSON().commands);
  });
  await ada.edit("Untouched", { Priority: "Low" });
  await ada.card("Untouched").getByText("Low").waitFor();
  await ada.sent("Untouched");
  assert.deepEqual(
    sent.map(({ body }) => body),
    [{ priority: "LOW" }],
  );
  const dialog = await ada.open("Untouched");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  // What had been sent for that would have gone before this.
  await ada.edit("Untouched", { Priority: "High" });
  await ada.card("Untouched").getByText("High").waitFor();
  await ada.sent("Untouched");
  assert.deepEqual(
    sent.map(({ body }) => body),
    [{ priority: "LOW" }, { priority: "HIGH" }],
    "nothing touched, nothing sent",
  );
});

test("a click opens one dialog, however often the board was painted before", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await ada.create("Painted often");
  await bob.card("Painted often").waitFor();
  const dialog = await ada.open("Painted often");
  await dialog.getByLabel("Title").fill("Painted often by Ada");
  await bob.edit("Painted often", { Title: "Painted often by Bob" });
  await dialog.getByText("changed this task while you have it open").waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  await ada.page.getByRole("button", { name: "1 conflict" }).waitFor();
  for (const word of ["a", "b", ""]) await ada.page.getByLabel("Search").fill(word); // each paints the board
  await ada.page.getByRole("button", { name: "1 conflict" }).click();
  await ada.page.getByRole("dialog").first().waitFor();
  assert.equal(await ada.page.getByRole("dialog").count(), 1);
  await ada.page.getByRole("button", { name: "Discard mine" }).click();
  await ada.page.getByRole("button", { name: "1 conflict" }).waitFor({ state: "detached" });
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
      const one = await visitor({ colorScheme: scheme, viewport });
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
