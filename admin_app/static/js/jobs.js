// Large batches: the bar on the batch's page, and a note on any page when one of this browser's has ended.

const KEY = "jobs";
const BAR_MS = 1000;
const NOTE_MS = 5000;

function waiting() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || [];
  } catch {
    return []; // Storage may be forbidden or hold junk: then there are no notes.
  }
}

function keep(urls) {
  try {
    localStorage.setItem(KEY, JSON.stringify(urls));
  } catch {
    // The bar works all the same.
  }
}

async function ask(url) {
  // Asking is no activity of the person's: the session's idle time goes on.
  const answer = await fetch(url, { headers: { "X-Background": "1" } });
  if (!answer.ok || answer.redirected) return null;
  return answer.json();
}

function watchBar(box) {
  const url = box.dataset.progress;
  keep([...new Set([...waiting(), url])]);
  const bar = box.querySelector("progress");
  const look = async () => {
    const told = await ask(url).catch(() => null);
    if (told?.is_over) {
      keep(waiting().filter((each) => each !== url));
      location.reload();
      return;
    }
    if (told && "waits" in box.dataset && !told.may_cancel) {
      location.reload(); // What waited has begun: the page says so in several places.
      return;
    }
    if (told) {
      bar.value = told.percent;
      box.querySelector("[data-progress-text]").textContent = told.text;
      box.querySelector("[data-progress-share]").textContent = `${told.percent}%`;
      const cancel = box.querySelector("[data-progress-cancel]");
      if (cancel) cancel.hidden = !told.may_cancel;
    }
    setTimeout(look, BAR_MS);
  };
  setTimeout(look, BAR_MS);
}

function show(told) {
  const main = document.querySelector("#main");
  const note = document.createElement("div");
  note.className = "note info";
  note.setAttribute("role", "status");
  const link = document.createElement("a");
  link.href = told.url;
  link.textContent = `${told.label} · ${told.state}`;
  note.append(link);
  main.querySelector(".head")?.after(note);
}

async function lookAround() {
  for (const url of waiting()) {
    const told = await ask(url).catch(() => undefined);
    if (told === undefined) continue; // no network: later
    if (told && !told.is_over) continue;
    keep(waiting().filter((each) => each !== url));
    if (told) show(told);
  }
  if (waiting().length) setTimeout(lookAround, NOTE_MS);
}

const box = document.querySelector("[data-progress]");
if (box) watchBar(box);
else if (waiting().length && document.querySelector(".frame")) lookAround();
