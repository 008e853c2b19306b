// The past of a task, in its dialog.
import assert from "node:assert/strict";
import { test } from "node:test";

import { newId } from "../../projection-service/web/taskstream.js";
import { until } from "../support/web/services.mjs";
import { atTheBoard } from "./people.mjs";

const { judge, person } = await atTheBoard();

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

/** A task that was changed so often. */
async function changedOften(title, changes) {
  const { task } = await judge().createTask({ title });
  const commands = Array.from({ length: changes }, (_, i) => ({
    ...{ commandId: newId(), method: "PATCH", path: `/v1/tasks/${task.taskId}` },
    ...{ expectedVersion: i === 0 ? 1 : "previous", body: { description: `Words ${i + 2}` } },
  }));
  const results = await judge().batch(commands);
  assert.equal(results.at(-1).version, changes + 1);
  return task;
}

test("a long past is read page by page, as far as somebody wants to see it", async () => {
  const ada = await person("Ada");
  const task = await changedOften("Changed 250 times", 250);
  await ada.card(task.title).waitFor();
  const pages = [];
  ada.context.on("request", (request) => {
    if (request.url().includes("/history")) pages.push(request.url());
  });
  const dialog = await ada.open(task.title);
  await dialog.getByText("Version 200 of 200 and more").waitFor();
  assert.deepEqual([pages.length, await dialog.locator(".events li").count()], [1, 200]);
  await dialog.getByRole("button", { name: "Later changes" }).click();
  await dialog.getByText("Version 251 of 251").waitFor();
  await dialog.locator(".then-text", { hasText: "Words 251" }).waitFor();
  assert.equal(pages.length, 2);
  const shown = await dialog.locator(".events li").allTextContents();
  assert.equal(shown.length, 251);
  assert.match(shown[0], /→ Words 251/, "the newest first");
  assert.match(shown.at(-1), /^Created/);
  await dialog.getByRole("button", { name: "Later changes" }).waitFor({ state: "hidden" });
  await dialog.getByLabel("Time travel").focus();
  await ada.page.keyboard.press("Home");
  await dialog.getByText("Version 1 of 251").waitFor();
  assert.deepEqual(await ada.violations(), []);
});

test("what is still being read for a dialog is given up when it closes", async () => {
  const ada = await person("Ada");
  const task = await changedOften("Opened and closed", 3);
  await ada.card(task.title).waitFor();
  const gone = [];
  ada.context.on("requestfailed", (request) => gone.push(new URL(request.url()).pathname));
  for (const [what, held] of [
    [`/v1/tasks/${task.taskId}/history`, (url) => url.pathname.endsWith("/history")],
    [`/v1/tasks/${task.taskId}`, (url) => url.searchParams.has("version")],
  ]) {
    let isHeld = false;
    await ada.context.route(held, () => (isHeld = true)); // and never answered
    const dialog = await ada.open(task.title);
    await until(() => isHeld, "asked");
    assert.deepEqual(gone, []);
    await dialog.getByRole("button", { name: "Close" }).click();
    await until(() => gone.length, "given up", 5_000); // long before the client itself loses patience
    assert.deepEqual(gone.splice(0), [what]);
    await ada.context.unroute(held);
  }
});

test("a slider that moves on asks for one version at a time", async () => {
  const ada = await person("Ada");
  const task = await changedOften("Travelled through", 30);
  await ada.card(task.title).waitFor();
  const dialog = await ada.open(task.title);
  await dialog.getByText("Version 31 of 31").waitFor();
  const underWay = new Set();
  await ada.context.route(
    (url) => url.searchParams.has("version"),
    (route) => underWay.add(route.request()),
  );
  ada.context.on("requestfailed", (request) => underWay.delete(request));
  await dialog.getByLabel("Time travel").focus();
  for (let i = 0; i < 20; i += 1) await ada.page.keyboard.press("ArrowLeft");
  await until(() => underWay.size === 1 && [...underWay][0].url().endsWith("version=11"), "the last alone is under way");
});
