// Comforts of a record: "e" edits, "j" and "k" step through the list, "u" goes back to it, "p" puts it on paper; deletions are asked about at once. Without this script the server asks on a page.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const keys = { e: "[data-edit]", j: "[data-step=next]", k: "[data-step=prev]", u: "[data-list]", p: "[data-paper]" };

document.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (modified || typing(event.target) || !Object.hasOwn(keys, event.key)) return;
  document.querySelector(keys[event.key])?.click();
});

function answer(form) {
  const sure = document.createElement("input");
  Object.assign(sure, { type: "hidden", name: "sure", value: "1" });
  form.append(sure);
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (confirm(form.dataset.ask)) answer(form);
    else event.preventDefault();
  });
}
