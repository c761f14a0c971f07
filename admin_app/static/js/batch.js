// The batch page's comforts: one press only, a hint when inputs have changed, a look again while it runs.

const form = document.querySelector("[data-batch]");
if (form) {
  const stale = form.querySelector("[data-stale]");
  form.addEventListener("input", () => {
    if (stale) stale.hidden = false;
  });
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    const pressed = event.submitter;
    if (pressed?.dataset.busy) pressed.textContent = pressed.dataset.busy;
  });
  addEventListener("pageshow", () => {
    isSent = false;
  });
}

if (document.querySelector("[data-running]")) setTimeout(() => location.reload(), 2000);
