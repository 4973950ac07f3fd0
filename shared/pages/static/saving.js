// Answers are saved by htmx on leaving a field. What htmx cannot know is here: which version a request that had to
// wait starts from, what was not saved, and that nobody leaves the page while something is on its way.
(() => {
  "use strict";
  const form = document.getElementById("form");
  const unsaved = document.getElementById("unsaved");
  const onTheWay = new Set(); // fields that were left and whose answer has not arrived
  const failed = new Set(); // fields whose answer could not be brought to the hub
  const PATIENCE = 4000, AGAIN = 15000, KEPT_ALIVE = 60000;
  const SPOKEN = new Set([200, 412, 422]); // answers that are made for this page
  let whenArrived = null;

  const settle = (field, arrived) => {
    onTheWay.delete(field);
    arrived ? failed.delete(field) : failed.add(field);
    unsaved.hidden = failed.size === 0;
    if (whenArrived && onTheWay.size === 0) whenArrived();
  };
  const fieldOf = (event) => {
    const source = event.detail?.ctx?.sourceElement;
    return source?.hasAttribute("data-answer") ? source : null;
  };
  const afterArrival = (act) => {
    let done = false;
    whenArrived = () => {
      if (done) return;
      done = true;
      whenArrived = null;
      act();
    };
    setTimeout(whenArrived, PATIENCE);
  };

  form.addEventListener("change", (event) => {
    const field = event.target.closest("[data-answer]");
    if (field) onTheWay.add(field);
  });
  document.addEventListener("htmx:before:request", (event) => {
    if (!fieldOf(event)) return;
    const { request } = event.detail.ctx;
    const version = document.getElementById("version").value;
    request.body.set("version", version);
    request.headers["If-Match"] = `"${version}"`;
    request.keepalive = request.body.toString().length < KEPT_ALIVE;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const field = fieldOf(event);
    if (!field) return;
    const spoken = SPOKEN.has(event.detail.ctx.response.status);
    if (!spoken) event.preventDefault(); // the page of a refusal does not belong here
    settle(field, spoken);
  });
  document.addEventListener("htmx:error", (event) => {
    const field = fieldOf(event);
    if (field) settle(field, false);
  });

  const again = () => {
    for (const field of failed) field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  window.addEventListener("online", again);
  setInterval(again, AGAIN);

  form.addEventListener("submit", (event) => {
    failed.clear(); // the whole section is on its way now
    if (onTheWay.size === 0) return;
    event.preventDefault();
    const { submitter } = event;
    afterArrival(() => {
      onTheWay.clear();
      form.requestSubmit(submitter);
    });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
    if (!link || elsewhere || onTheWay.size === 0 || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    afterArrival(() => {
      location.href = link.href;
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (failed.size) event.preventDefault();
  });

  // How many characters are left; without script the limit stands there as text.
  const count = (area) => {
    const place = document.getElementById(`${area.id}-limit`);
    if (!place) return;
    const left = Number(area.dataset.limit) - [...area.value.replace(/\r\n/g, "\n").trim()].length;
    const words = left < 0 ? place.dataset.over : place.dataset.left;
    place.textContent = words.replace("%d", Math.abs(left).toLocaleString(document.documentElement.lang));
    place.classList.toggle("hub-over", left < 0);
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-limit]")) count(event.target);
  });
  for (const area of form.querySelectorAll("textarea[data-limit]")) if (area.value) count(area);
})();
