/* What the script adds to the pages: a palette on Ctrl-K, keys in the list of suggestions, and the conversation beside a
   page. Every text comes from the page, every action is a link or a form that is there without this script. */
"use strict";

const isTyping = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;
const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

/* The palette: the search of the server (its page, read for its links), and before anything is typed the pages. */
function startPalette(dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  const state = dialog.querySelector("[role=status]");
  let asked = null;
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const choose = (index) => {
    const all = options();
    chosen = all.length ? (index + all.length) % all.length : -1;
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === chosen)));
    if (chosen < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  };
  const show = (found) => {
    list.replaceChildren(...found.map((one, n) => {
      const item = document.createElement("li");
      item.id = `found-${n}`;
      item.setAttribute("role", "option");
      item.dataset.link = one.link;
      const name = document.createElement("span");
      name.textContent = one.name;
      const group = document.createElement("small");
      group.textContent = one.group;
      item.append(name, group);
      return item;
    }));
    state.textContent = found.length ? "" : dialog.dataset.none;
    choose(0);
  };
  const pages = () => [...document.querySelectorAll("nav.side a")].map((one) => ({
    name: one.textContent, link: one.getAttribute("href"), group: dialog.dataset.pages,
  }));
  const search = async () => {
    asked?.abort();
    const text = input.value.trim();
    if (!text) {
      show(pages());
      return;
    }
    asked = new AbortController();
    const address = new URLSearchParams({ q: text, back: location.pathname });
    try {
      const answer = await fetch(`/search?${address}`, { signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show([...page.querySelectorAll("ul[data-found] a")].map((one) => ({
        name: one.textContent, link: one.getAttribute("href"), group: one.closest("ul").dataset.found,
      })));
    } catch (fault) {
      if (fault.name !== "AbortError") state.textContent = dialog.dataset.failed;
    }
  };
  const go = () => {
    const one = options()[chosen];
    if (one && one.dataset.link.startsWith("/")) location.assign(one.dataset.link);
  };
  let waiting = 0;
  const open = () => {
    if (dialog.open) return;
    input.value = "";
    dialog.showModal();
    input.focus();
    show(pages());
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  dialog.addEventListener("keydown", (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      choose(chosen + move);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go();
    }
  });
  list.addEventListener("click", (event) => {
    const one = event.target.closest("[role=option]");
    if (!one) return;
    choose(options().indexOf(one));
    go();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  const opener = document.querySelector("button[data-palette]");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", open);
  }
}

/* Keys in the list of suggestions. They can be switched off, and do nothing while somebody types. */
function startKeys(legend) {
  const cards = () => [...document.querySelectorAll("main li[data-card]")];
  const place = "fbads-card";
  const box = legend.querySelector("input");
  legend.hidden = false;
  box.checked = localStorage.getItem("fbads-keys") !== "off";
  box.addEventListener("change", () => localStorage.setItem("fbads-keys", box.checked ? "on" : "off"));

  const here = () => cards().findIndex((one) => one.contains(document.activeElement));
  const stand = (index) => {
    const all = cards();
    const one = all[Math.max(0, Math.min(index, all.length - 1))];
    one?.focus();
    one?.scrollIntoView({ block: "nearest" });
  };
  const keepPlace = () => sessionStorage.setItem(place, String(Math.max(0, here())));
  const send = (root, action) => {
    const button = root?.querySelector(`button[value=${action}]`);
    if (!button) return;
    keepPlace();
    button.form.requestSubmit(button);
  };
  const keys = {
    j: () => stand(here() + 1),
    k: () => stand(here() - 1),
    a: (card) => send(card, "accept"),
    s: (card) => send(card, "snooze"),
    r: (card) => {
      const reject = card?.querySelector("details.reject");
      if (!reject) return;
      reject.open = true;
      reject.querySelector("select").focus();
    },
    x: (card) => card?.querySelector("input[name=chosen]")?.click(),
    e: (card) => {
      keepPlace();
      [...(card?.querySelectorAll("a[data-evidence]") ?? [])].find((one) => one.offsetParent !== null)?.click();
    },
    u: (card) => send(document.querySelector("main > [role=status]:has(button[value=undo])") ?? card, "undo"),
    "?": () => { legend.open = !legend.open; },
  };
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || !box.checked || hasModifier(event) || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act(cards()[here()]);
  });
  const kept = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  if (kept !== null) stand(Number(kept));
}

/* The conversation beside the page: the server's own page of it, read for its thread; its forms and the links that lead
   on in it stay here. It is open on the next page too, until it is closed. */
function startTalk(panel, opener) {
  const kept = "fbads-talk";
  const place = panel.querySelector("[data-place]");
  const state = panel.querySelector("[role=status]");
  const whole = panel.querySelector("[data-whole]");
  const around = [...document.body.children].filter((one) => one !== panel && one.tagName !== "DIALOG");
  const narrow = matchMedia("(max-width: 68rem)");
  const fit = () => around.forEach((one) => { one.inert = !panel.hidden && narrow.matches; });
  narrow.addEventListener("change", fit);

  const show = (page) => {
    const thread = page.querySelector("[data-talk]");
    if (!thread) throw new Error("no conversation");
    place.replaceChildren(...document.importNode(thread, true).childNodes);
    const session = place.querySelector("input[name=session]").value;
    whole.href = `/chat?${new URLSearchParams({ session, about: location.pathname })}`;
    sessionStorage.setItem(kept, session);
  };
  const load = async (address, options) => {
    place.setAttribute("aria-busy", "true");
    state.textContent = "";
    try {
      const answer = await fetch(address, options);
      if (answer.redirected && new URL(answer.url).pathname === "/login") {
        location.assign(opener.href);
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      [...place.querySelectorAll(".asked")].at(-1)?.scrollIntoView({ block: "start" });
    } catch {
      state.textContent = panel.dataset.failed;
    } finally {
      place.removeAttribute("aria-busy");
    }
  };
  const ask = () => {
    const field = place.querySelector("textarea");
    field?.focus({ preventScroll: true });
    field?.setSelectionRange(field.value.length, field.value.length);
  };
  const open = async (address) => {
    panel.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    document.documentElement.classList.add("is-talking");
    fit();
    await load(address);
  };
  const close = () => {
    panel.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    document.documentElement.classList.remove("is-talking");
    sessionStorage.removeItem(kept);
    fit();
    opener.focus();
  };
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", async (event) => {
    if (hasModifier(event) || event.shiftKey) return;
    event.preventDefault();
    if (!panel.hidden) {
      close();
      return;
    }
    await open(opener.href);
    ask();
  });
  panel.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (place.hasAttribute("aria-busy")) return;
    const sent = new URLSearchParams(new FormData(event.target, event.submitter));
    await load(event.target.action, { method: "POST", body: sent });
    ask();
  });
  panel.addEventListener("click", async (event) => {
    if (event.target.closest("[data-close]")) close();
    if (!event.target.closest("[data-new]") || hasModifier(event) || event.shiftKey) return;
    event.preventDefault();
    await load(opener.href);
    ask();
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  const session = sessionStorage.getItem(kept);
  if (session) open(`/chat?${new URLSearchParams({ session, about: location.pathname })}`);
}

/* Enter sends a question; with Shift it begins a line. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || hasModifier(event) || event.isComposing) return;
  if (!event.target.matches("textarea[name=question]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

const palette = document.querySelector("dialog#palette");
if (palette) startPalette(palette);
const legend = document.querySelector("details#keys");
if (legend) startKeys(legend);
const talk = document.querySelector("aside#talk");
if (talk) startTalk(talk, document.querySelector("a[data-ask]"));
