// Who is at the board. With authentication a token says so; without it everybody is who they say they are.
import { ProblemError, Services, Taskstream } from "/taskstream.js";
import { el, field, openDialog, select } from "/dom.js";

const NAMED = "taskstream.board.named"; // where nobody has to authenticate: the name given, for this tab

/** Opens the replica of whoever is, or signs, in. */
export async function signIn(urls) {
  const token = Taskstream.savedToken(urls.queryUrl);
  const named = JSON.parse(sessionStorage.getItem(NAMED) ?? "null");
  for (let trouble = null; ;) {
    try {
      if (trouble === null && (token || named)) return await Taskstream.open({ ...urls, ...(named ?? {}) });
      return await askWho(urls, trouble);
    } catch (error) {
      if (!(error instanceof ProblemError) || ![400, 401, 403].includes(error.status)) throw error;
      trouble = error;
    }
  }
}

export function forgetName() {
  sessionStorage.removeItem(NAMED);
}

async function askWho(urls, trouble) {
  const users = await usersWhereAnybodyMayLook(urls);
  return users === null ? askForToken(urls, trouble) : askForName(urls, users);
}

// Null where one has to authenticate.
async function usersWhereAnybodyMayLook(urls) {
  try {
    return (await new Services(urls).listUsers({ active: true, limit: 200 })).items;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) return null;
    throw error;
  }
}

function askForToken(urls, trouble) {
  const token = el("input", {
    type: "password",
    autocomplete: "off",
    required: true,
    spellcheck: "false",
    autofocus: true,
  });
  return submitted(
    "Sign in",
    [
      el("p", {}, "Paste an access token. It is kept in this tab alone, until you sign out or close it."),
      field("Access token", token),
      complaint(trouble),
    ],
    "Sign in",
    () => Taskstream.open({ ...urls, token: token.value.trim() }),
  );
}

function askForName(urls, users) {
  const name = el("input", {
    autocomplete: "nickname",
    required: true,
    maxlength: "128",
    pattern: "[ -~]+",
    autofocus: true,
  });
  const user = select(
    [["", "Nobody"], ...users.map(({ userId, firstName, lastName }) => [userId, `${firstName} ${lastName}`])],
    "",
  );
  user.addEventListener("change", () => {
    name.value ||= user.value && user.selectedOptions[0].textContent;
  });
  return submitted(
    "Who are you?",
    [
      el(
        "p",
        {},
        "This installation asks nobody to authenticate. Say who you are, so that others see who changed what.",
      ),
      field("Your name", name),
      users.length ? field("Claim tasks as", user) : null,
    ],
    "Open the board",
    () => {
      const named = { actor: name.value.trim(), ...(user.value ? { userId: user.value } : {}) };
      sessionStorage.setItem(NAMED, JSON.stringify(named));
      return Taskstream.open({ ...urls, ...named });
    },
  );
}

function complaint(trouble) {
  if (!(trouble instanceof ProblemError)) return null;
  return el(
    "p",
    { class: "complaint", role: "alert" },
    trouble.status === 401 ? "This token is not, or no longer, valid." : trouble.message,
  );
}

// A dialog that stays until it was sent; what sending comes to is the answer.
function submitted(title, content, send, open) {
  return new Promise((resolve, reject) => {
    const form = el(
      "form",
      { method: "dialog", class: "stack" },
      ...content,
      el("div", { class: "actions" }, el("button", { class: "primary" }, send)),
    );
    const dialog = openDialog(title, { class: "small welcome" }, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    form.addEventListener("submit", () => open().then(resolve, reject));
  });
}
