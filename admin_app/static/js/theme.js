// Runs before the first paint: theme, menu width and row height as the person left them, without a flash.
(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the defaults do
    }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  // What the person keeps with the server goes before what this device remembers.
  const show = () => {
    const choice = root.dataset.theme || read("theme") || "auto";
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  };
  show();
  dark.addEventListener("change", show);
  addEventListener("themechoice", show);
  if (read("sidebar") === "icons") root.dataset.sidebar = "icons";
})();
