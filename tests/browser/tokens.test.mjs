// The board where one has to authenticate.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Services } from "../../projection-service/web/taskstream.js";
import { startServices, until } from "../support/web/services.mjs";
import { Person, startBrowser } from "./browser.mjs";

// That somebody is refused is what the browser itself says on its console; it is what these tests are about.
const REFUSED = /^Failed to load resource: the server responded with a status of 401/;

let services;
let browser;
let grace;
let token;
before(async () => {
  [services, browser] = await Promise.all([startServices({ auth: true }), startBrowser()]);
  grace = await services.addUser("Grace", "Hopper");
  token = services.tokens.make(grace.userId, "member", "tasks:write");
  services.readTokens();
  await until(
    () =>
      fetch(`${services.projection.url}/v1/me`, { headers: { Authorization: `Bearer ${token}` } }).then(({ ok }) => ok),
    "the token is known",
  );
  await until(
    () =>
      fetch(`${services.command.url}/v1/me`, { headers: { Authorization: `Bearer ${token}` } }).then(({ ok }) => ok),
    "… at both",
  );
});
after(async () => {
  await browser.close();
  await services.stop();
});

async function signIn(person, text) {
  await person.page.getByLabel("Access token").fill(text);
  await person.page.getByRole("button", { name: "Sign in" }).click();
}
const unexpected = (complaints) => complaints.filter((complaint) => !REFUSED.test(complaint));

test("one signs in by a token, works under its name, and signs out", async () => {
  const person = await Person.at(browser, services);
  await person.page.getByLabel("Access token").waitFor();
  assert.deepEqual(await person.violations(), []);
  await signIn(person, "not-a-token");
  await person.page.getByRole("alert").getByText("not, or no longer, valid").waitFor();
  await signIn(person, token);
  await person.page.getByText("Live", { exact: true }).waitFor();
  await person.create("Signed");
  const dialog = await person.open("Signed");
  await dialog.getByRole("button", { name: "Claim" }).click();
  await dialog.getByText("Grace Hopper", { exact: true }).first().waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();

  const judge = new Services({
    commandUrl: services.command.url,
    queryUrl: services.projection.url,
    token: services.tokens.root,
  });
  // The dialog shows the claim before it is sent, and the list has it only some time after.
  await person.sent("Signed");
  const task = await until(async () => {
    const [first] = (await judge.listTasks()).items;
    return first?.assigneeId && first;
  }, "the list has the claim");
  assert.deepEqual([task.createdBy, task.assigneeId], [grace.userId, grace.userId]);

  await person.page.reload();
  await person.card("Signed").waitFor();
  const kept = await person.page.evaluate(() => [
    Object.values(localStorage).join(),
    Object.values(sessionStorage).join(),
  ]);
  assert.ok(!kept[0].includes(token) && kept[1].includes(token), "the token is kept in this tab alone");
  await person.page.getByRole("button", { name: "Sign out" }).click();
  await person.page.getByLabel("Access token").waitFor();
  assert.deepEqual(
    await person.page.evaluate(async () => [(await indexedDB.databases()).length, sessionStorage.length]),
    [0, 0],
  );
  assert.deepEqual(unexpected(await person.leave()), []);
});

test("a token that may only read shows the board, and what it tries to change is taken back", async () => {
  const reader = services.tokens.make("reader", "manager", "tasks:read");
  services.readTokens();
  await until(
    () =>
      fetch(`${services.projection.url}/v1/me`, { headers: { Authorization: `Bearer ${reader}` } }).then(
        ({ ok }) => ok,
      ),
    "the token is known",
  );
  await until(
    async () => (await fetch(`${services.command.url}/v1/me`, { headers: { Authorization: `Bearer ${reader}` } })).ok,
    "… at both",
  );
  const person = await Person.at(browser, services);
  await signIn(person, reader);
  await person.page.getByText("Live", { exact: true }).waitFor();
  await person.page.getByRole("button", { name: "New task" }).click();
  await person.page.getByRole("dialog").getByLabel("Title").fill("Not mine to make");
  await person.page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await person.page.locator(".message.trouble", { hasText: "taken back" }).waitFor();
  await person.card("Not mine to make").waitFor({ state: "detached" });
  assert.deepEqual(
    (await person.leave()).filter((complaint) => !/status of (401|403)/.test(complaint)),
    [],
  );
});
