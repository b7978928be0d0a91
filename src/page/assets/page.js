"use strict";

// Names in plots that are wider than their room, because of their letters or the font, are narrowed.
for (const text of document.querySelectorAll("figure svg text[data-room]")) {
  const room = Number(text.dataset.room);
  if (text.getComputedTextLength() <= room) continue;
  text.setAttribute("textLength", room);
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

// The table of coefficients sorts by the column whose head is clicked, and filters by name.
(() => {
  const table = document.getElementById("coefficient-table");
  if (!table) return;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const all = [...body.rows].map((row) => ({
    row,
    name: row.cells[0].textContent.toLowerCase(),
  }));

  // Numbers are sorted by their full value, which the cell keeps; those without one come last.
  const number = (row, column) => {
    const text = row.cells[column].dataset.v;
    return text === "" || text === undefined ? NaN : text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
  };
  const compare = (column, kind, sign) => (a, b) => {
    if (kind === "text") {
      return sign * a.row.cells[column].textContent.localeCompare(b.row.cells[column].textContent);
    }
    const left = number(a.row, column);
    const right = number(b.row, column);
    if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) - Number.isNaN(right);
    return left < right ? -sign : left > right ? sign : 0;
  };
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    button.addEventListener("click", () => {
      const kind = button.dataset.kind;
      const before = head.getAttribute("aria-sort");
      const first = kind === "text" ? "ascending" : "descending";
      const second = kind === "text" ? "descending" : "ascending";
      const order = before === first ? second : first;
      heads.forEach((other) => other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", order);
      all.sort(compare(column, kind, order === "ascending" ? 1 : -1));
      body.append(...all.map((entry) => entry.row));
    });
  });

  const filter = document.getElementById("filter");
  const matches = document.getElementById("matches");
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    let count = 0;
    for (const entry of all) {
      entry.row.hidden = !entry.name.includes(wanted);
      if (!entry.row.hidden) count += 1;
    }
    matches.textContent = wanted === "" ? "" : `${count} ${count === 1 ? "matches" : "match"}.`;
  });
})();
