// Not run with the other tests: each test here but the first has to be red. harness.test.mjs sees to that.
import { test } from "node:test";

import { atTheBoard } from "./people.mjs";

const { person } = await atTheBoard();

const PLANTS = {
  nothing: () => {},
  "a word on the console": () => console.error("planted"),
  "an error that nobody catches": () =>
    setTimeout(() => {
      throw new Error("planted");
    }),
  "a promise that nobody catches": () => {
    Promise.reject(new Error("planted"));
  },
  "a script in the page": () => {
    const script = document.createElement("script");
    script.append("globalThis.planted = true");
    document.body.append(script);
  },
  "a style in the page": () => document.body.setAttribute("style", "color: red"),
  "a request to another origin": () => fetch("http://127.0.0.1:1/").catch(() => {}),
  "text that is read as HTML": () => {
    try {
      document.body.innerHTML = "<p>planted</p>";
    } catch {
      // The policy alone has to tell.
    }
  },
};

for (const [name, plant] of Object.entries(PLANTS)) {
  test(name, async () => {
    const ada = await person("Ada");
    await ada.page.evaluate(plant);
    // What the page does of it, it has done by then.
    await ada.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  });
}
