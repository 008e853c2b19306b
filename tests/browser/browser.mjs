// Chromium on the board, with what no test of it may overlook: errors on the console and breaches of the page's policy.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Where TASKSTREAM_SCREENSHOTS names a folder, what is seen on the way is kept there.
const PICTURES = process.env.TASKSTREAM_SCREENSHOTS;
// What the browser itself says on its console of an answer. Nobody answers, or a service that is only starting:
const A_LOST_CONNECTION = /^Failed to load resource: (net::ERR_|the server responded with a status of 503)/;
const A_REFUSAL = /^Failed to load resource: the server responded with a status of 40[13]/;

export async function startBrowser() {
  // Nothing of the browser's own goes out: its connections would only be refused.
  return chromium.launch({
    executablePath: process.env.TASKSTREAM_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A user at the board, in a profile of their own: `{context, page, complaints, signIn…}`. */
export class Person {
  complaints = [];
  mayLoseConnections = false;
  mayBeRefused = false;

  static async at(browser, services, options = {}) {
    const person = new Person();
    person.url = services.projection.url;
    person.context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: "light",
      ...options,
    });
    person.context.setDefaultTimeout(15_000);
    await person.context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`policy breached: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
      );
    });
    person.page = await person.openTab();
    return person;
  }

  async openTab() {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => this.complaints.push(`thrown: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      if (this.mayLoseConnections && A_LOST_CONNECTION.test(message.text())) return;
      if (this.mayBeRefused && A_REFUSAL.test(message.text())) return;
      this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    await page.goto(this.url);
    return page;
  }

  async signInAs(name, user = null, page = this.page) {
    await page.getByLabel("Your name").fill(name);
    if (user) await page.getByLabel("Claim tasks as").selectOption(user.userId);
    await page.getByRole("button", { name: "Open the board" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    return this;
  }

  card(title, page = this.page) {
    return page.locator(".card", { hasText: title });
  }
  inColumn(words, title) {
    return this.page.getByRole("list", { name: words, exact: true }).locator(".card", { hasText: title });
  }
  async create(title, page = this.page) {
    await page.getByRole("button", { name: "New task" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Title").fill(title);
    await dialog.getByRole("button", { name: "Create" }).click();
    await this.sent(title, page);
  }
  /** Once the card is there, and nothing of it waits to be sent. */
  async sent(title, page = this.page) {
    await this.card(title, page).waitFor();
    await this.card(title, page).locator(".chip.waiting").waitFor({ state: "detached" });
  }
  async open(title) {
    await this.card(title).getByRole("button").click();
    return this.page.getByRole("dialog");
  }
  /** Opens the task, changes these fields, and saves. */
  async edit(title, fields) {
    const dialog = await this.open(title);
    for (const [label, value] of Object.entries(fields))
      await fillField(dialog.getByLabel(label, { exact: true }), value);
    await dialog.getByRole("button", { name: "Save" }).click();
  }

  /** What axe finds wrong with the page as it is now. */
  async violations() {
    const found = await this.page.evaluate(`${AXE}; axe.run(document, {resultTypes: ["violations"]})`);
    return found.violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`).join("; ")}`,
    );
  }

  async picture(name) {
    if (!PICTURES) return;
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  async leave() {
    await this.context.close();
    return this.complaints;
  }
}

async function fillField(control, value) {
  if (await control.evaluate((element) => element.tagName === "SELECT")) await control.selectOption({ label: value });
  else await control.fill(value);
}

export const here = fileURLToPath(new URL(".", import.meta.url));
