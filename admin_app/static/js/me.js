// Comforts of one's own page: show what was typed as a password, print the recovery codes. Every page works without it.

import "./print.js";

for (const button of document.querySelectorAll("[data-show-secret]")) {
  const input = document.getElementById(button.dataset.showSecret);
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    input.focus();
  });
  // What is sent must not stay readable in the browser's memory of forms.
  input.form.addEventListener("submit", () => {
    input.type = "password";
  });
}
