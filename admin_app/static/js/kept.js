// A kept form goes on by itself; not when one has come back to this page, and not when there is something to read.

const form = document.querySelector("[data-resume]");
const [visit] = performance.getEntriesByType("navigation");
// A field may bear the name of the form's own method.
if (form && visit?.type === "navigate") HTMLFormElement.prototype.submit.call(form);
