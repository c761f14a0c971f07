// Comforts of a form: Esc leaves, unsaved changes are asked about, the first fault gets the focus.
// Enter saves because the save button is the form's own; without this script everything still works.

const form = document.querySelector("[data-record-form]");

function state() {
  return new URLSearchParams(
    [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string"),
  ).toString();
}

function watch() {
  // Values that the server filled in without saving them are a change already.
  const untouched = "unsaved" in form.dataset ? null : state();
  let leaving = false;
  const changed = () => !leaving && state() !== untouched;

  form.addEventListener("submit", () => {
    leaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (changed()) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });

  const leave = form.querySelector("[data-leave]");
  const ask = () => !changed() || confirm(form.dataset.leaveQuestion);
  leave?.addEventListener("click", (event) => {
    if (ask()) leaving = true;
    else event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    leave?.click();
  });
}

function showFault() {
  document.querySelector("[data-summary]")?.focus();
}

if (form) {
  watch();
  showFault();
}
