// What to do about a change that met somebody else's: base, mine and theirs, field by field.
import { button, el, openDialog } from "/dom.js";
import { FIELD_WORDS, momentOf, valueInWords } from "/words.js";

const WRITTEN = new Set(["title", "description"]); // fields of which both versions can be put together by hand

export function openConflict(board, conflict) {
  const nameOf = (id) => board.nameOf(id);
  const shown = (name, value) => valueInWords(name, value, nameOf) ?? el("span", { class: "none" }, "nothing");
  const choices = new Map();
  const fields = [
    ...new Set([...conflict.conflictingFields, ...conflict.fields, ...conflict.changes.map((change) => change.field)]),
  ];
  const rows = fields.filter((name) => name !== "lock").map((name) => rowOf(conflict, name, shown, nameOf, choices));
  const act = (work) => () => {
    dialog.close();
    board.attempt(work());
  };
  const merge = () => conflict.merge(Object.fromEntries([...choices].map(([name, choice]) => [name, choice()])));
  const dialog = openDialog(
    "Somebody changed this task, too",
    { class: "wide conflict" },
    el(
      "p",
      {},
      el("strong", {}, conflict.theirs.title),
      ` was changed since you looked at it. Choose for each field that both of you changed.`,
    ),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "The versions" },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["Field", "Before", "Mine", "Theirs", "Take"].map((word) => el("th", { scope: "col" }, word)),
          ),
        ),
        el("tbody", {}, rows),
      ),
    ),
    el(
      "div",
      { class: "actions" },
      button("Discard mine", { onclick: act(() => conflict.giveUp()) }),
      button(conflict.kind === "delete" ? "Delete all the same" : "Overwrite with mine", {
        onclick: act(() => conflict.overwrite()),
      }),
      conflict.kind !== "delete" && button("Save what is chosen", { class: "primary", onclick: act(merge) }),
    ),
  );
  return dialog;
}

function rowOf(conflict, name, shown, nameOf, choices) {
  const change = conflict.changes.find((each) => each.field === name);
  const isContested = conflict.conflictingFields.includes(name);
  const by = change && el("div", { class: "by" }, `${nameOf(change.actor)}, ${momentOf(change.time)}`);
  const mine =
    conflict.fields.includes(name) && conflict.mine
      ? shown(name, conflict.mine[name])
      : el("span", { class: "none" }, "not touched");
  return el(
    "tr",
    { class: isContested ? "contested" : null },
    el("th", { scope: "row" }, FIELD_WORDS[name] ?? name),
    el("td", {}, shown(name, conflict.base[name])),
    el("td", {}, mine),
    el("td", {}, change ? shown(name, conflict.theirs[name]) : el("span", { class: "none" }, "not touched"), by),
    el(
      "td",
      {},
      isContested && conflict.kind !== "delete" ? choiceOf(conflict, name, choices) : change ? "theirs" : "mine",
    ),
  );
}

function choiceOf(conflict, name, choices) {
  const label = FIELD_WORDS[name] ?? name;
  const own = WRITTEN.has(name)
    ? el("textarea", { rows: "2", "aria-label": `${label}, put together`, hidden: true })
    : null;
  if (own)
    own.value = [conflict.mine[name], conflict.theirs[name]].filter(Boolean).join(name === "title" ? " / " : "\n");
  let chosen = "mine";
  choices.set(name, () => (chosen === "own" ? { value: own.value } : chosen));
  const radio = (value, words) => {
    const input = el("input", {
      type: "radio",
      name: `take-${name}`,
      value,
      checked: value === "mine",
      onchange: () => {
        chosen = value;
        if (own) own.hidden = value !== "own";
      },
    });
    return el("label", { class: "choice" }, input, words);
  };
  return el(
    "fieldset",
    { class: "choices" },
    el("legend", { class: "visually-hidden" }, label),
    radio("mine", "mine"),
    radio("theirs", "theirs"),
    own && radio("own", "both"),
    own,
  );
}
