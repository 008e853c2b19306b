// usage: node pictures.mjs FOLDER
// Takes the pictures that README.md shows, of a board with something on it.
import { Services, newId } from "../../projection-service/web/taskstream.js";
import { startServices } from "../support/web/services.mjs";

process.env.TASKSTREAM_SCREENSHOTS = process.argv[2];
const { Person, startBrowser } = await import("./browser.mjs");

const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString();
// Title, status, who has it (of the people below), and the other fields.
const TASKS = [
  ["Answer the security questionnaire", "NOT_STARTED", 1, { priority: "URGENT", tags: ["legal"], dueDate: day(1) }],
  ["Write the guide to offline editing", "NOT_STARTED", null, { priority: "HIGH", tags: ["docs"], dueDate: day(4) }],
  ["Pick a date for the retrospective", "NOT_STARTED", null, { tags: ["team"] }],
  ["Order cables for the new rack", "NOT_STARTED", 2, { priority: "LOW", tags: ["hardware"] }],
  [
    "Move the broker to three machines",
    "IN_PROGRESS",
    0,
    { priority: "URGENT", tags: ["kafka", "operations"], dueDate: day(2) },
  ],
  ["Show who holds the lock on the card", "IN_PROGRESS", 1, { priority: "HIGH", tags: ["board"] }],
  ["Translate the sign-in page", "IN_PROGRESS", 3, { tags: ["board", "docs"], dueDate: day(9) }],
  [
    "Renew the certificate of the staging proxy",
    "BLOCKED",
    2,
    { priority: "HIGH", tags: ["operations"], dueDate: day(3) },
  ],
  ["Import the tasks of the old tracker", "BLOCKED", 0, { tags: ["migration"] }],
  ["Try the new event viewer", "DEFERRED", null, { priority: "LOW", tags: ["ideas"] }],
  ["Measure catch-up after a rebuild", "COMPLETED", 3, { tags: ["performance"] }],
  ["Explain a conflict in one picture", "COMPLETED", 1, { priority: "HIGH", tags: ["docs"] }],
  ["Support the previous file format", "CANCELLED", null, { priority: "LOW", tags: ["migration"] }],
];

const services = await startServices();
const browser = await startBrowser();
try {
  const users = [];
  for (const [first, last] of [
    ["Grace", "Hopper"],
    ["Alan", "Turing"],
    ["Radia", "Perlman"],
    ["Edsger", "Dijkstra"],
  ])
    users.push(await services.addUser(first, last));
  const api = (actor) => new Services({ commandUrl: services.command.url, queryUrl: services.projection.url, actor });
  for (const [title, status, who, fields] of TASKS) {
    const actor = api(users[who ?? 0].userId);
    let { task } = await actor.createTask(
      { title, ...fields, ...(who === null ? {} : { assigneeId: users[who].userId }) },
      { id: newId() },
    );
    for (const to of status === "COMPLETED" ? ["IN_PROGRESS", "COMPLETED"] : status === "NOT_STARTED" ? [] : [status]) {
      ({ task } = await actor.setStatus(task.taskId, to, { version: task.version }));
    }
    if (title.startsWith("Show who")) await api("Alan Turing").lock(task.taskId, 600);
  }
  const views = {
    "board-light": { colorScheme: "light" },
    "board-dark": { colorScheme: "dark" },
    "board-small": { viewport: { width: 390, height: 844 } },
  };
  for (const [name, options] of Object.entries(views)) {
    const grace = await (
      await Person.at(browser, services, { viewport: { width: 1440, height: 760 }, ...options })
    ).signInAs("Grace Hopper", users[0]);
    await grace.card("Support the previous").waitFor();
    await grace.page.mouse.move(0, 0);
    await grace.picture(name);
    await grace.leave();
  }
  const [grace, alan] = [
    await Person.at(browser, services, { viewport: { width: 1200, height: 700 } }),
    await Person.at(browser, services),
  ];
  await grace.signInAs("Grace Hopper", users[0]);
  await alan.signInAs("Alan Turing", users[1]);
  const dialog = await grace.open("Import the tasks");
  await dialog.getByLabel("Title").fill("Import all tasks of the old tracker");
  await dialog.getByLabel("Tags").fill("migration, weekend");
  await alan.edit("Import the tasks", { Title: "Import the open tasks of the old tracker", Priority: "High" });
  await alan.sent("Import the open tasks");
  await dialog.getByRole("button", { name: "Save" }).click();
  await grace.page.getByRole("button", { name: "1 conflict" }).click();
  await grace.picture("conflict");
} finally {
  await browser.close();
  await services.stop();
}
