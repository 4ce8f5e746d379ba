// What a page itself knows of Lighthouse's rules; run before its own scripts. `fbadsRules()` gives one number per rule.
(() => {
  const seen = { lcp: 0, cls: 0, tbt: 0, listeners: 0 };
  const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch("largest-contentful-paint", (one) => { seen.lcp = one.startTime; });
  watch("layout-shift", (one) => { if (!one.hadRecentInput) seen.cls += one.value; });
  watch("longtask", (one) => { seen.tbt += Math.max(0, one.duration - 50); });
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const holdsUp = ["wheel", "mousewheel", "touchstart", "touchmove"].includes(type) && !(options && options.passive);
    if (holdsUp || type === "unload" || type === "beforeunload") seen.listeners += 1;
    return listen.call(this, type, listener, options);
  };

  const named = (one) => `${one.tagName.toLowerCase()} ${(one.textContent || one.name || "").trim().slice(0, 20)}`;
  const isShown = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });

  // WCAG 2.5.8: 24 pixels each way, or a circle of 24 around the middle that meets no other target. Links within a sentence are free.
  function smallTargets() {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(isShown);
    const boxes = all.map((one) => one.getBoundingClientRect()).map((box) => ({ box, x: box.x + box.width / 2, y: box.y + box.height / 2 }));
    const isInline = (one) => getComputedStyle(one).display === "inline" && [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    return all.filter((one, index) => {
      const { box, x, y } = boxes[index];
      if (!box.width || !box.height || box.right < 0 || box.x < -100) return false;
      if ((box.width >= 23.5 && box.height >= 23.5) || isInline(one) || one.closest("label")) return false;
      return boxes.some((other, at) => {
        if (at === index || !other.box.width || all[at].contains(one) || one.contains(all[at])) return false;
        const near = [Math.max(other.box.left, Math.min(x, other.box.right)), Math.max(other.box.top, Math.min(y, other.box.bottom))];
        return Math.hypot(near[0] - x, near[1] - y) < 12;
      });
    });
  }

  function skippedHeadings() {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(isShown).map((one) => Number(one.tagName[1]));
    return levels.filter((level, index) => index && level > levels[index - 1] + 1).length;
  }

  function smallText() {
    let small = 0, all = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim(), parent = walker.currentNode.parentElement;
      if (!text || !isShown(parent)) continue;
      all += text.length;
      if (parseFloat(getComputedStyle(parent).fontSize) < 12) small += text.length;
    }
    return all ? small / all : 0;
  }

  window.fbadsRules = () => {
    const [page] = performance.getEntriesByType("navigation"), paint = performance.getEntriesByName("first-contentful-paint")[0];
    const images = [...document.images].filter((one) => one.naturalWidth && isShown(one) && !one.src.endsWith("svg"));
    const small = smallTargets(), all = [...document.querySelectorAll("*")];
    const fields = [...document.querySelectorAll("input:not([type=hidden]):not([type=submit]), select, textarea")];
    const unlabelled = fields.filter((one) => !one.labels.length && !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby"));
    const weights = new Map(performance.getEntriesByType("resource").map((one) => [one.name, one.encodedBodySize]));
    const depth = (one) => { let steps = 0; for (let at = one; at; at = at.parentElement) steps += 1; return steps; };
    const viewport = document.querySelector("meta[name=viewport]")?.content || "user-scalable=no";
    const head = document.head;
    return {
      ...seen,
      fcp: paint ? paint.startTime : 0,
      answer: page.responseStart - page.requestStart,
      nodes: all.length,
      depth: Math.max(...all.map(depth)),
      blocking: [...head.querySelectorAll("script[src]")].filter((one) => !one.defer && !one.async).length,
      unsized: images.filter((one) => !(one.hasAttribute("width") && one.hasAttribute("height")) && getComputedStyle(one).aspectRatio === "auto").length,
      oversized: images.filter((one) => one.naturalWidth * one.naturalHeight > 4 * devicePixelRatio ** 2 * one.width * one.height && (weights.get(one.src) || 0) > 10000).length,
      distorted: images.filter((one) => getComputedStyle(one).objectFit === "fill" && Math.abs(one.width / one.height / (one.naturalWidth / one.naturalHeight) - 1) > 0.05).length,
      small_targets: small.length,
      headings: skippedHeadings(),
      unlabelled: unlabelled.length,
      sideways: Math.max(0, document.documentElement.scrollWidth - innerWidth),
      unzoomable: /user-scalable=no|maximum-scale=[0-4]/.test(viewport) ? 1 : 0,
      small_text: smallText(),
      quirks: [document.compatMode === "CSS1Compat", head.querySelector("meta[charset]"), document.documentElement.lang, document.title, head.querySelector("meta[name=description]")?.content].filter((one) => !one).length,
      unpastable: fields.filter((one) => one.onpaste).length,
      about: { small_targets: small.slice(0, 3).map(named).join("; "), unlabelled: unlabelled.slice(0, 3).map(named).join("; ") },
    };
  };
})();
