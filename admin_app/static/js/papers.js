// PDF files, whole or a large print's parts: fetched here, so that each says that it is being made, and taken.
// Without JavaScript the same form downloads the file; whatever is no file is shown by sending it plainly.

const NAME = /filename\*=UTF-8''([^;]+)/;

for (const form of document.querySelectorAll("form[data-part]")) {
  form.addEventListener("submit", (event) => {
    if (event.submitter.value !== "pdf") return; // the print page is a page like any other
    event.preventDefault();
    take(form, event.submitter);
  });
}

async function take(form, button) {
  const sent = new FormData(form, button);
  const state = form.querySelector("[role=status]");
  button.disabled = true;
  state.textContent = form.dataset.busy;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent) });
    if (answer.headers.get("Content-Type") !== "application/pdf") throw new Error("no file");
    keep(await answer.blob(), decodeURIComponent(NAME.exec(answer.headers.get("Content-Disposition"))[1]));
    form.dataset.taken = "";
    state.textContent = form.dataset.done;
    button.disabled = false;
  } catch {
    state.textContent = "";
    button.disabled = false;
    const plain = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    form.append(plain);
    form.submit();
  }
}

function keep(file, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
