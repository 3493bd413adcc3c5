"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const entries = [...document.querySelectorAll(".entry")];
  const find = byId("find"), found = byId("found"), audio = byId("audio");
  const paints = typeof Highlight === "function" && CSS.highlights;
  const LIMIT = 20000;
  let index = null, hits = [], at = -1;

  // The same length as the text, so that places stay places: each character without its case and accents.
  const fold = (text) => /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : Array.from({ length: text.length }, (_, i) => {
    const plain = text[i].normalize("NFD")[0].toLowerCase();
    return plain.length === 1 ? plain : text[i];
  }).join("");

  const read = () => entries.map((entry) => {
    const nodes = [], starts = [];
    let text = "";
    for (const part of entry.querySelectorAll(".name, .words")) {
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        nodes.push(walker.currentNode);
        starts.push(text.length);
        text += walker.currentNode.data;
      }
      text += "\n";
    }
    return { entry, nodes, starts, text: fold(text) };
  });

  const place = ({ nodes, starts }, offset, end) => {
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (end ? starts[middle] < offset : starts[middle] <= offset) low = middle; else high = middle - 1;
    }
    return [nodes[low], Math.min(offset - starts[low], nodes[low].length)];
  };

  const rangeOf = ({ row, from, length }) => {
    const range = document.createRange();
    range.setStart(...place(row, from, false));
    range.setEnd(...place(row, from + length, true));
    return range;
  };

  const search = () => {
    const wanted = fold(find.value.trim());
    for (const hit of hits) hit.row.entry.classList.remove("hit");
    hits = [];
    at = -1;
    if (wanted) {
      index = index || read();
      for (const row of index) {
        for (let from = row.text.indexOf(wanted); from >= 0 && hits.length < LIMIT; from = row.text.indexOf(wanted, from + wanted.length)) {
          hits.push({ row, from, length: wanted.length });
        }
      }
    }
    if (paints) CSS.highlights.set("found", new Highlight(...hits.map(rangeOf)));
    else for (const hit of hits) hit.row.entry.classList.add("hit");
    step(1, "instant");
  };

  const step = (by, behavior = "auto") => {
    if (paints) CSS.highlights.delete("current");
    found.textContent = find.value.trim() ? "nothing found" : "";
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    const range = rangeOf(hits[at]);
    if (paints) {
      const current = new Highlight(range);
      current.priority = 1;
      CSS.highlights.set("current", current);
    }
    range.startContainer.parentElement.scrollIntoView({ block: "center", behavior });
    found.textContent = `${at + 1} of ${hits.length}${hits.length === LIMIT ? "+" : ""}`;
  };

  let waiting = 0;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 60);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") {
      find.value = "";
      search();
      find.blur();
    }
  });
  byId("next").addEventListener("click", () => step(1));
  byId("previous").addEventListener("click", () => step(-1));
  byId("print").addEventListener("click", () => print());
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, audio") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      find.focus();
    } else if (event.key === "n") step(1);
    else if (event.key === "N") step(-1);
    else if (event.key === " " && audio && !event.target.matches("button, a")) {
      event.preventDefault();
      if (audio.paused) audio.play(); else audio.pause();
    }
  });
  byId("tools").hidden = false;

  if (!audio) return;
  const spans = [...document.querySelectorAll("[data-at]")];
  const times = spans.map((span) => Number(span.dataset.at));
  let heard = null;
  const play = (seconds) => {
    audio.currentTime = seconds;
    audio.play().catch(() => undefined); // the player says itself why it cannot
  };
  document.addEventListener("click", (event) => {
    const time = event.target.closest("a.time");
    if (!time) return;
    event.preventDefault();
    play(Number(time.dataset.from));
  });
  audio.addEventListener("timeupdate", () => {
    let low = -1, high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= audio.currentTime + 0.01) low = middle; else high = middle - 1;
    }
    const now = low < 0 ? null : spans[low];
    if (now === heard) return;
    const place = heard && heard.getBoundingClientRect();
    const follows = !place || (place.bottom > 0 && place.top < innerHeight);
    if (heard) heard.classList.remove("heard");
    if (now) now.classList.add("heard");
    if (now && follows && !audio.paused) now.scrollIntoView({ block: "nearest" });
    heard = now;
  });
  audio.addEventListener("error", () => {
    byId("silent").hidden = false;
  });
})();
