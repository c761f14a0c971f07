// Comforts of a record: "e" edits, deletions are asked about at once. Without this script the server asks on a page.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "e" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  document.querySelector("[data-edit]")?.click();
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
