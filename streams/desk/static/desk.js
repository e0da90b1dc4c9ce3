// What the desk does beyond plain pages: keys, times that run, and news that arrive without moving what one reads.
"use strict";

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Times that run. The words are those of `words.py`.

  function span(minutes) {
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    const rest = minutes % 60;
    if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
    if (hours) return rest ? `${hours} h ${rest} min` : `${hours} h`;
    return rest ? `${rest} min` : "under a minute";
  }

  // The server's clock counts: a browser's may be wrong.
  const skew = Date.parse(document.documentElement.dataset.now) - Date.now() || 0;

  function tick() {
    const now = Date.now() + skew;
    for (const time of $$("time[data-left]")) {
      const left = Date.parse(time.dateTime) - now;
      const minutes = Math.floor(Math.abs(left) / 60000);
      time.textContent = left > 0 ? `${span(minutes)} left` : `overdue by ${span(minutes)}`;
      time.classList.toggle("late", left <= 0);
    }
  }

  setInterval(tick, 20000);

  const seeCurrentTab = () => {
    const tabs = $("#tabs");
    const current = tabs && $("[aria-current]", tabs);
    if (current) tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  };

  seeCurrentTab();

  // News of the inbox. Rows that are there change in place; new ones wait while somebody points at the list
  // or moves in it with keys, so that nothing jumps away under a hand.

  let waiting = [];

  function busy() {
    const rows = $("#rows");
    return rows && !rows.hidden && (rows.matches(":hover") || rows.contains(document.activeElement));
  }

  function announce(text) {
    const news = $("#news");
    if (news) news.textContent = text;
  }

  function place(row, order) {
    const rows = $("#rows");
    const after = order.slice(order.indexOf(row.dataset.row) + 1);
    const next = after.map((id) => document.getElementById(`row-${id}`)).find(Boolean);
    rows.insertBefore(row, next || null);
    rows.hidden = false;
    $("#empty").hidden = true;
    row.classList.add("fresh");
    htmx.process(row);
  }

  function showWaiting() {
    const held = waiting;
    waiting = [];
    for (const { row, order } of held) {
      document.getElementById(row.id)?.remove();
      place(row, order);
    }
    $("#show-news").hidden = true;
  }

  function cases(count) {
    return count === 1 ? "1 new case" : `${count} new cases`;
  }

  function news(html) {
    const told = new DOMParser().parseFromString(html, "text/html").querySelector("[data-order]");
    if (!told) return;
    const order = told.dataset.order.split(" ").filter(Boolean);
    $("#tabs").replaceChildren(...$("#tabs", told).children);
    $("#total").textContent = told.dataset.total;
    for (const id of told.dataset.gone.split(" ").filter(Boolean)) {
      waiting = waiting.filter(({ row }) => row.dataset.row !== id);
      document.getElementById(`row-${id}`)?.classList.add("gone");
    }
    let fresh = 0;
    for (const row of $$("li.row", told).map((found) => document.adoptNode(found))) {
      const there = document.getElementById(row.id);
      waiting = waiting.filter((held) => held.row.id !== row.id);
      if (there) {
        const focused = there.contains(document.activeElement);
        there.replaceWith(row);
        row.classList.add("fresh");
        if (focused) $("a.over", row).focus({ preventScroll: true });
      } else {
        fresh += 1;
        waiting.push({ row, order });
      }
    }
    if (!busy()) {
      $$("#rows .row.gone").forEach((row) => row.remove());
      showWaiting();
      if (fresh) announce(`· ${cases(fresh)}`);
    } else if (waiting.length) {
      announce(`· ${cases(waiting.length)}`);
      $("#show-news").hidden = false;
    }
    if ($("#rows") && !$("#rows .row")) {
      $("#rows").hidden = true;
      $("#empty").hidden = false;
    }
    tick();
  }

  document.addEventListener("news", (event) => news(event.detail.data));

  document.addEventListener("changed", (event) => {
    const bar = $("#case-news");
    if (!bar) return;
    bar.className = "done";
    const words = document.createElement("p");
    words.textContent = `${event.detail.data}. `;
    const link = document.createElement("a");
    link.href = location.pathname;
    link.textContent = "Show what changed";
    words.append(link);
    bar.replaceChildren(words);
  });

  function state(on) {
    const shown = $("#live-state");
    if (!shown) return;
    shown.hidden = false;
    $(".dot", shown).className = `dot ${on ? "on" : "off"}`;
    shown.lastElementChild.textContent = on ? "Live" : "Connecting again…";
  }

  document.addEventListener("htmx:sse:after:connection", () => state(true));
  document.addEventListener("htmx:sse:error", () => state(false));
  document.addEventListener("htmx:sse:close", () => state(false));

  // Forms: after a change the message is read first; a refused one shows its reason.

  document.addEventListener("htmx:after:swap", () => {
    const at = $("[data-focus]") || $(".refusal");
    if (at) {
      at.tabIndex = -1;
      at.focus();
    }
    tick();
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#show-news")) {
      showWaiting();
      announce("");
    }
  });

  // Keys.

  const links = () => $$("#rows a.over");

  function move(step) {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => link.closest(".row").contains(document.activeElement));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    next.focus();
    next.closest(".row").scrollIntoView({ block: "nearest" });
  }

  function openAct(name) {
    const details = document.getElementById(`act-${name}`);
    if (!details) return;
    details.open = true;
    details.scrollIntoView({ block: "nearest" });
    ($("[data-key]", details) || $("textarea, select, input:not([type=hidden])", details) || details).focus();
  }

  function claim() {
    const row = document.activeElement.closest(".row");
    const form = row ? $("form[data-claim]", row) : $("#form-claim");
    form?.requestSubmit();
  }

  let leading = false;

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    c: claim,
    n: () => openAct("note"),
    l: () => openAct("contact"),
    e: () => openAct("escalate"),
    "/": () => ($("#q") ? $("#q").focus() : (location.href = "/inbox")),
    "?": () => $("#keys")?.showModal(),
    g: () => {
      leading = true;
      setTimeout(() => (leading = false), 1200);
    },
  };

  const places = { i: "/inbox", a: "/audit", o: "/overview" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (leading && places[event.key]) {
      event.preventDefault();
      location.href = places[event.key];
      return;
    }
    const key = keys[event.key];
    if (key) {
      event.preventDefault();
      key();
    }
  });
})();
