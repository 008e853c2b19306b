// Who is at the board in a file of tests: each leaves after their test, which is red when the browser complained of anything.
import assert from "node:assert/strict";
import { after, afterEach } from "node:test";

import { Services } from "../../projection-service/web/taskstream.js";
import { startServices } from "../support/web/services.mjs";
import { Person, startBrowser } from "./browser.mjs";

/** Real services and a browser, for the tests of the file that asks for them. */
export async function atTheBoard(options = {}) {
  const [services, browser] = await Promise.all([startServices(options), startBrowser()]);
  const people = [];
  after(async () => {
    await browser.close();
    await services.stop();
  });
  afterEach(async () => {
    const complaints = [];
    for (const one of people.splice(0)) complaints.push(...(await one.leave()));
    assert.deepEqual(complaints, [], "nothing on the console, and no breach of the policy");
  });
  /** A user with a profile of their own, whose page is open. */
  const visitor = async (options = {}) => {
    const one = await Person.at(browser, services, options);
    people.push(one);
    return one;
  };
  return {
    services,
    visitor,
    person: async (name, user = null) => (await visitor()).signInAs(name, user),
    /** A client without a page, in nobody's way. */
    judge: () =>
      new Services({ commandUrl: services.command.url, queryUrl: services.projection.url, actor: "Judge" }),
  };
}
