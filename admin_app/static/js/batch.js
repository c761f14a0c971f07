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

// What has to be mended gets the focus: the first field, or what is said of the whole.
function showFault() {
  const wrong = form?.querySelector('[aria-invalid="true"]');
  const field = wrong?.matches("fieldset") ? wrong.querySelector("input") : wrong;
  (field ?? document.querySelector("[data-summary]"))?.focus();
}

showFault();

// Looks in the background, which keeps no session alive, and loads the page anew when the batch has come to an end.
async function look() {
  try {
    const answer = await fetch(location.href, { headers: { "X-Background": "1" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector("[data-running]")) setTimeout(look, 2000);
    else location.reload();
  } catch {
    setTimeout(look, 10000);
  }
}

if (document.querySelector("[data-running]")) setTimeout(look, 2000);
