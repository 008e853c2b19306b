// A task as a card: what is worth knowing of it at a glance.
import { el, fill } from "/dom.js";
import { isHeld, isOpen, isOverdue } from "/task_facts.js";
import { PRIORITY_WORDS, dayOf, initialsOf } from "/words.js";

/** Brings the card in step with the view; `nameOf` names users. */
export function paintCard(card, { task, pending, conflict }, nameOf) {
  const classes = [
    "card",
    `p-${task.priority.toLowerCase()}`,
    pending.length && "pending",
    conflict && "conflicted",
    !isOpen(task) && "closed",
  ]
    .filter(Boolean)
    .join(" ");
  if (card.className !== classes) card.className = classes;
  fill(
    card.firstElementChild,
    el("span", { class: "title" }, task.title),
    el(
      "span",
      { class: "marks" },
      task.priority !== "MEDIUM" &&
        el("span", { class: `chip priority ${task.priority.toLowerCase()}` }, PRIORITY_WORDS[task.priority]),
      task.tags.map((tag) => el("span", { class: "chip" }, tag)),
      task.dueDate &&
        el(
          "span",
          { class: isOverdue(task) ? "chip due overdue" : "chip due" },
          isOverdue(task) ? `Overdue: ${dayOf(task.dueDate)}` : dayOf(task.dueDate),
        ),
      isHeld(task.lock) && el("span", { class: "chip lock" }, `Locked by ${nameOf(task.lock.holder)}`),
    ),
    el(
      "span",
      { class: "foot" },
      task.assigneeId
        ? el(
            "span",
            { class: "assignee" },
            el("span", { class: "initials", "aria-hidden": "true" }, initialsOf(nameOf(task.assigneeId))),
            nameOf(task.assigneeId),
          )
        : el("span", { class: "assignee none" }, "Nobody’s"),
      conflict
        ? el("span", { class: "chip conflict" }, "Conflict")
        : pending.length > 0 && el("span", { class: "chip waiting" }, "Not sent yet"),
    ),
  );
}
