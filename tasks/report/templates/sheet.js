"use strict";
const sheet = JSON.parse(document.getElementById("sheet").textContent);
const chosen = () => Object.fromEntries(
  [...document.querySelectorAll("fieldset input:checked")].map((input) => [input.name, input.value]));
const count = () => { document.getElementById("count").textContent = Object.keys(chosen()).length; };

document.addEventListener("change", count);
document.getElementById("save").addEventListener("click", () => {
  const saved = { ...sheet, by: document.getElementById("by").value.trim(), verdicts: chosen() };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(saved)], { type: "application/json" }));
  link.download = `nabra-audit-${sheet.draw_id}.json`;
  link.click();
});
count();  // a browser keeps what was chosen when the page is loaded again
