// How the board stands: how old it is, whether it is connected, and when it is over.
import assert from "node:assert/strict";
import { test } from "node:test";

import { atTheBoard } from "./people.mjs";

const { judge, person, services, visitor } = await atTheBoard();

test("how old the board is shows when the read model is behind, and while there is no connection", async () => {
  const ada = await visitor();
  ada.mayLoseConnections = true;
  // As a read model says that has not heard of its log for a while.
  let isBehind = true;
  const reads = /\/v1\/(changes|projection)/;
  await ada.context.route(reads, async (route) => {
    const response = await route.fetch();
    const age = isBehind ? { "read-model-age": "100" } : {};
    await route.fulfill({ response, headers: { ...response.headers(), ...age } });
  });
  await ada.signInAs("Ada");
  await ada.page.getByText("As of 2 min ago").waitFor();
  isBehind = false;
  // With the next sign of life of the stream the age is asked anew.
  await ada.page.locator(".badge.stale").waitFor({ state: "detached", timeout: 30_000 });
  await ada.context.unroute(reads);
  await ada.context.setOffline(true);
  await ada.page.getByText("Offline", { exact: true }).waitFor();
  await ada.page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 7_200_000;
  });
  await ada.page.getByText("As of 2 h ago").waitFor();
  await ada.context.setOffline(false);
  await ada.page.getByText("Live", { exact: true }).waitFor();
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

test("the board of another log says so, sends nothing to it, and is opened anew", async () => {
  const ada = await person("Ada");
  ada.mayLoseConnections = true;
  await ada.context.setOffline(true);
  await ada.page.getByText("Offline", { exact: true }).waitFor();
  await ada.page.getByRole("button", { name: "New task" }).click();
  await ada.page.getByRole("dialog").getByLabel("Title").fill("Meant for the old log");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await ada.page.getByText("1 not sent yet").waitFor();
  const sent = [];
  ada.context.on("request", (request) => {
    if (new URL(request.url()).pathname === "/v1/batch") sent.push(request.postData());
  });
  // As the service says once it was given another log.
  let logId = "another-log";
  await ada.context.route("**/v1/projection", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    await route.fulfill({ response, json: { ...json, logId: logId ?? json.logId } });
  });
  // Nothing gets through to the command-service before the board has seen that.
  await ada.context.route("**/v1/batch", (route) => route.abort());
  await ada.context.setOffline(false);
  await ada.page.getByText("Another log", { exact: true }).waitFor();
  await ada.context.unroute("**/v1/batch");
  sent.length = 0;
  assert.deepEqual(await ada.violations(), []);
  await ada.page.getByRole("button", { name: "Open anew" }).click();
  await ada.page.getByText("Live", { exact: true }).waitFor();
  await ada.page.getByText("not sent yet").waitFor({ state: "detached" });
  assert.equal(await ada.card("Meant for the old log").count(), 0, "the queue of the old log is not that of this one");
  assert.deepEqual(sent, []);
  logId = null;
  await ada.page.reload();
  await ada.sent("Meant for the old log");
  assert.equal(sent.length, 1, "sent to its own log once that is back");
});
