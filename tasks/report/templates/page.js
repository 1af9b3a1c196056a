"use strict";
// What cannot be read without a script: article pages, and the search through quotes and positions. All texts are put
// into the page as text, never as markup.
(async () => {
  const at = (id) => document.getElementById(id);
  const form = at("search");
  const SHOWN = 30;
  const SPEAKERS = 200;
  // Places in the lists of nabra.tasks.report.pack.
  const ARTICLE = { id: 0, outlet: 1, url: 2, title: 3, day: 4, text: 5, tones: 6 };
  const QUOTE = { direct: 4, who: 5, speaker: 6, text: 7 };
  const STANCE = { favor: 4, score: 5, who: 6, source: 7, whom: 8, target: 9, text: 10 };

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  }

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  let data;
  if (!("DecompressionStream" in window)) {
    tell(at("unpack").dataset.text);
    return;
  }
  try {
    data = await unpacked(at("pack").textContent);
  } catch (error) {
    tell(at("unpack").dataset.text);
    return;
  }
  const { articles, quotes, stances, names, labels } = data;
  const folding = new Map(Object.entries(data.fold));
  const pages = articles.some((article) => article[ARTICLE.text] !== null);
  document.documentElement.classList.add("scripted");
  if (!pages) document.documentElement.classList.add("pageless");

  function tell(text) {
    at("unpack").textContent = text;
    at("unpack").hidden = false;
  }

  const named = (key) => names[key] ?? key;
  const fold = (text) => Array.from(text, (letter) => folding.get(letter) ?? letter).join("").toLowerCase();
  const part = (row) => articles[row[0]][row[1] ? ARTICLE.text : ARTICLE.title];
  const words = (row, place) => row[place] ?? part(row).slice(row[2], row[3]);

  // The search.
  const kinds = { quotes, stances };
  const texts = { quotes: null, stances: null };
  let pair = null;
  let hits = [];
  let shown = 0;

  function folded(kind) {
    const place = kind === "quotes" ? QUOTE : STANCE;
    texts[kind] ??= kinds[kind].map((row) => {
      const sides = kind === "quotes" ? [row[QUOTE.who], row[QUOTE.speaker]] : [row[STANCE.who], row[STANCE.source], row[STANCE.whom], row[STANCE.target]];
      return fold([words(row, place.text), ...sides.map(named)].join("\n"));
    });
    return texts[kind];
  }

  function terms() {
    const bare = (word) => (word.startsWith("ال") && word.length > 4 ? word.slice(2) : word);
    return fold(form.elements.words.value).split(/\s+/u).filter(Boolean).map(bare);
  }

  function search() {
    const kind = form.elements.kind.value;
    const wanted = terms();
    const outlet = form.elements.outlet.value;
    const who = form.elements.who.value;
    const place = kind === "quotes" ? QUOTE : STANCE;
    const haystacks = wanted.length ? folded(kind) : [];
    hits = kinds[kind].filter(
      (row, number) =>
        (!outlet || articles[row[0]][ARTICLE.outlet] === outlet) &&
        (!who || row[place.who] === who) &&
        (!pair || kind === "quotes" || (row[STANCE.who] === pair[0] && row[STANCE.whom] === pair[1])) &&
        wanted.every((term) => haystacks[number].includes(term)),
    );
    shown = 0;
    at("results").replaceChildren();
    at("found").textContent = labels.found.replace("{count}", hits.length.toLocaleString("en"));
    more();
  }

  function more() {
    const item = form.elements.kind.value === "quotes" ? quoteItem : stanceItem;
    at("results").append(...hits.slice(shown, shown + SHOWN).map((row) => item(row, false)));
    shown += SHOWN;
    at("more").hidden = shown >= hits.length;
  }

  function facts(row) {
    const article = articles[row[0]];
    const title = article[ARTICLE.title] || labels.untitled_article;
    const line = make("p", { class: "facts" }, make("span", {}, article[ARTICLE.outlet]), " ");
    if (article[ARTICLE.day]) line.append(make("time", { datetime: article[ARTICLE.day] }, article[ARTICLE.day]), " ");
    line.append(pages ? make("a", { href: `#a/${article[ARTICLE.id]}`, dir: "auto" }, title) : make("span", { dir: "auto" }, title));
    if (article[ARTICLE.url]) line.append(" ", outward(article[ARTICLE.url]));
    return line;
  }

  const outward = (url) => make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, labels.address);
  const citation = (text) => make("blockquote", { dir: "rtl", lang: "ar" }, text);

  function quoteItem(row, inPage) {
    const text = words(row, QUOTE.text);
    const speaker = [named(row[QUOTE.who]), row[QUOTE.speaker]].filter((name, place, all) => name && all.indexOf(name) === place);
    return make(
      "li",
      { dir: "rtl" },
      citation(row[QUOTE.direct] ? `«${text}»` : text),
      make("p", { class: "facts" }, speaker.join(" · ") || labels.nobody),
      ...(inPage ? [] : [facts(row)]),
    );
  }

  function verdict(row) {
    const favor = row[STANCE.favor];
    return make("b", { class: favor ? "favor" : "against" }, favor ? `+ ${labels.favor}` : `− ${labels.against}`);
  }

  function stanceItem(row, inPage) {
    const line = make("p", { class: "facts" }, make("bdi", {}, named(row[STANCE.who])), " ", verdict(row), " ");
    line.append(make("bdi", {}, named(row[STANCE.whom])), " ", make("span", { title: labels.score }, row[STANCE.score].toFixed(2)));
    return make("li", { dir: "rtl" }, citation(words(row, STANCE.text)), line, ...(inPage ? [] : [facts(row)]));
  }

  function offer(select, counted, most) {
    const keys = [...counted.keys()].sort((one, other) => counted.get(other) - counted.get(one)).slice(0, most);
    select.append(...keys.map((key) => make("option", { value: key }, `${named(key)} (${counted.get(key)})`)));
  }

  function count(rows, of) {
    const counted = new Map();
    for (const row of rows) if (of(row)) counted.set(of(row), (counted.get(of(row)) ?? 0) + 1);
    return counted;
  }

  function setPair(chosen) {
    pair = chosen;
    at("pair").hidden = !pair;
    if (pair) at("pair").textContent = `${pair.map(named).join(" · ")} ×`;
  }

  // Article pages.
  function marked(text, marks) {
    const borders = [...new Set([0, text.length, ...marks.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
    const found = document.createDocumentFragment();
    for (let number = 0; number + 1 < borders.length; number += 1) {
      const [start, end] = [borders[number], borders[number + 1]];
      const around = marks.filter((mark) => mark.start <= start && end <= mark.end);
      const piece = text.slice(start, end);
      const told = around.map((mark) => mark.told).filter(Boolean).join("\n");
      found.append(around.length ? make("mark", { class: around.map((mark) => mark.kind).join(" "), ...(told && { title: told }) }, piece) : piece);
    }
    return found;
  }

  function marksOf(number, inText) {
    const of = (rows) => rows.filter((row) => row[0] === number && row[1] === inText);
    const span = (row, shift, kind, told) => ({ start: row[shift], end: row[shift + 1], kind, told });
    return [
      ...articles[number][ARTICLE.tones].filter((tone) => tone[0] === inText).map((tone) => span(tone, 1, tone[3] > 0 ? "bright" : "dark")),
      ...of(quotes).map((row) => span(row, 2, "quote", `«» ${named(row[QUOTE.who]) || labels.nobody}`)),
      ...of(stances).map((row) => span(row, 2, row[STANCE.favor] ? "evidence for" : "evidence contra", `${named(row[STANCE.who])} ${row[STANCE.favor] ? "+" : "−"} ${named(row[STANCE.whom])}`)),
    ];
  }

  function legend() {
    const sample = (kind, text) => make("mark", { class: kind }, text);
    return make("p", { class: "legend facts" }, sample("quote", labels.quotes), sample("evidence for", labels.favor), sample("evidence contra", labels.against), sample("bright", labels.positive), sample("dark", labels.negative));
  }

  function list(title, items) {
    return items.length ? [make("h3", {}, title), make("ul", { class: "sentences" }, ...items)] : [];
  }

  function open(number) {
    const article = articles[number];
    const close = make("button", { type: "button", class: "close" }, labels.close);
    close.addEventListener("click", () => at("page").close());
    const title = make("h2", { id: "page-title", dir: "auto", lang: "ar" }, marked(article[ARTICLE.title] || labels.untitled_article, article[ARTICLE.title] ? marksOf(number, 0) : []));
    const line = make("p", { class: "facts" }, make("span", {}, article[ARTICLE.outlet]), " ", make("time", {}, article[ARTICLE.day]));
    if (article[ARTICLE.url]) line.append(" ", outward(article[ARTICLE.url]));
    const body = make("div", { class: "body", dir: "rtl", lang: "ar" }, marked(article[ARTICLE.text], marksOf(number, 1)));
    const of = (rows) => rows.filter((row) => row[0] === number);
    at("page").replaceChildren(close, title, line, legend(), body, ...list(labels.quotes, of(quotes).map((row) => quoteItem(row, true))), ...list(labels.stances, of(stances).map((row) => stanceItem(row, true))));
    if (!at("page").open) at("page").showModal();
    at("page").scrollTop = 0;
  }

  function follow() {
    const id = location.hash.startsWith("#a/") ? location.hash.slice(3) : "";
    const number = id ? articles.findIndex((article) => article[ARTICLE.id] === id) : -1;
    if (number >= 0 && pages) open(number);
    else if (at("page").open) at("page").close();
    const target = location.hash.startsWith("#pair-") && document.getElementById(location.hash.slice(1));
    if (target) target.open = true;
  }

  at("page").addEventListener("close", () => {
    if (location.hash.startsWith("#a/")) history.replaceState(null, "", location.href.split("#")[0]);
  });
  window.addEventListener("hashchange", follow);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.words.addEventListener("input", search);
  for (const select of form.querySelectorAll("select")) select.addEventListener("change", search);
  at("more").addEventListener("click", more);
  at("pair").addEventListener("click", () => {
    setPair(null);
    search();
    form.elements.words.focus();
  });
  for (const button of document.querySelectorAll("button.all")) {
    button.addEventListener("click", () => {
      form.reset();
      form.elements.kind.value = "stances";
      setPair([button.dataset.who, button.dataset.whom]);
      search();
      at("browser").scrollIntoView();
      at("pair").focus({ preventScroll: true });
    });
  }
  offer(form.elements.outlet, count([...quotes, ...stances], (row) => articles[row[0]][ARTICLE.outlet]), Infinity);
  offer(form.elements.who, count([...quotes.map((row) => row[QUOTE.who]), ...stances.map((row) => row[STANCE.who])], (key) => key), SPEAKERS);
  search();
  follow();
})();
