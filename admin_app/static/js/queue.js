// The queue by keyboard: digits decide, S skips, C ticks the box, U takes the last decision back, Esc stops.
// A key that does nothing says why. The lease is renewed while the page is open and given back when it closes.
// Every form works without this.

const RENEW_MS = 180000;
const desk = document.querySelector("[data-queue]");
const said = document.querySelector("[data-said]");
const ways = [...document.querySelectorAll("form[data-way]")];
let sent = false;

const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, dialog");

function submit(form) {
  if (!form || sent) return;
  form.requestSubmit();
}

// Emptied first, so that the same sentence is read out again.
function say(text) {
  if (!said || !text) return;
  said.textContent = "";
  requestAnimationFrame(() => {
    said.textContent = text;
  });
}

function choose(number) {
  const closed = document.querySelector(`[data-closed="${number}"]`);
  if (closed) {
    say(closed.dataset.why);
    return;
  }
  const form = ways.find((each) => each.dataset.way === number);
  if (!form) {
    say(said?.dataset.noWay);
    return;
  }
  const box = form?.querySelector("details");
  if (!box) {
    pressButton(form);
    return;
  }
  for (const other of ways) if (other !== form) other.querySelector("details")?.removeAttribute("open");
  box.open = true;
  box.querySelector("textarea, input:not([type=hidden]), select")?.focus();
}

// What cannot be taken back wants a second press.
function pressButton(form) {
  const button = form.querySelector("button:not([type=button])");
  if (form.hasAttribute("data-danger") && document.activeElement !== button) {
    button.focus();
    say(said?.dataset.again);
  } else submit(form);
}

function takeBack() {
  const form = document.querySelector("form[data-undo]");
  if (form) submit(form);
  else say(said?.dataset.noUndo);
}

const keys = {
  s: () => submit(document.querySelector("form[data-skip]")),
  u: takeBack,
  c: () => document.querySelector("form[data-way] input[type=checkbox]")?.click(),
};

function press(event) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const form = event.target.closest("form[data-way]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    event.preventDefault();
    submit(form);
  } else if (event.altKey && /^[1-9]$/.test(event.key) && form) {
    const button = form.querySelectorAll("[data-reason]")[Number(event.key) - 1];
    if (button) event.preventDefault();
    button?.click();
  } else if (event.key === "Escape") leave(event, form);
  else if (!typing(event.target)) plain(event);
}

function plain(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key)) choose(key);
  else if (Object.hasOwn(keys, key)) keys[key]();
  else return;
  event.preventDefault();
}

// Esc first closes what is being filled in, then stops.
function leave(event, form) {
  event.preventDefault();
  const box = form?.querySelector("details[open]");
  if (box) {
    box.open = false;
    box.querySelector("summary").focus();
  } else submit(document.querySelector("form[data-leave-queue]"));
}

function offerReasons() {
  for (const list of document.querySelectorAll("[data-fills]")) {
    list.hidden = false;
    const field = document.getElementById(list.dataset.fills);
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-reason]");
      if (!button) return;
      field.value = button.dataset.reason;
      field.focus();
    });
  }
}

function body() {
  const data = new FormData();
  data.set("id", desk.dataset.id);
  data.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  return data;
}

async function renew() {
  if (document.hidden || sent) return;
  const asked = { method: "POST", body: body(), headers: { Accept: "application/json" } };
  const answer = await fetch(desk.dataset.hold, asked).catch(() => null);
  if (answer?.status !== 409 || sent) return;
  const note = document.createElement("div");
  Object.assign(note, { className: "note warning", textContent: desk.dataset.lost });
  note.setAttribute("role", "alert");
  desk.prepend(note);
  for (const form of ways) form.inert = true;
  clearInterval(renewing);
}

let renewing = 0;
function keep() {
  renewing = setInterval(renew, RENEW_MS);
  document.addEventListener("visibilitychange", renew);
  addEventListener("pageshow", (event) => {
    sent = false;
    if (event.persisted) renew();
  });
  document.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pagehide", () => {
    if (!sent) navigator.sendBeacon(desk.dataset.leave, body());
  });
}

// Whoever loads a page again or goes back to it let its record go as it closed, and takes it again.
function takeAgain() {
  const [visit] = performance.getEntriesByType("navigation");
  if (!visit || visit.type === "navigate") return;
  if (desk) renew();
  else submit(document.querySelector("form[data-continue]"));
}

function limitUndo() {
  const form = document.querySelector("form[data-undo]");
  if (form) setTimeout(() => form.remove(), Number(form.dataset.undo) * 1000);
}

document.addEventListener("keydown", press);
document.querySelector("[data-first-focus]")?.focus();
offerReasons();
limitUndo();
if (desk) keep();
takeAgain();
