// One chat's messages as bubbles. A bubble that is there stays there: only how far its message came is written anew.

import { byId, el, icon } from "./dom.js";
import { day, formatted, hour } from "./format.js";

const STATES = {
  whatsapp: {
    accepted: ["clock", "diterima WhatsApp"],
    sent: ["tick", "terkirim, belum sampai"],
    delivered: ["ticks", "sampai"],
    read: ["ticks", "dibaca"],
    failed: ["failed", "gagal, tidak sampai"],
  },
  sms: { accepted: ["tick", "diterima operator"], delivered: ["ticks", "sampai"], failed: ["failed", "gagal"] },
  resident: {
    sent: ["tick", "sedang dikirim"],
    delivered: ["ticks", "diterima Kabar"],
    failed: ["failed", "belum diterima Kabar"],
  },
};
const PICTURES = ["image/jpeg", "image/png", "image/webp"];
const NEAR_PX = 80;

let shown = new Map();
let follows = true; // whether the end of the log is looked at, and stays looked at whatever comes or changes its size

export function prepareLog() {
  const log = byId("log");
  log.addEventListener("scroll", () => {
    follows = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  });
}

// Shows messages. press(message, button) and open(message) are called for what can be pressed.
export function showLog(messages, actions) {
  const bubbles = new Map();
  const items = [];
  for (const [place, message] of messages.entries()) {
    const today = day(message.at);
    if (place === 0 || day(messages[place - 1].at) !== today) items.push(daySign(today));
    const bubble = shown.get(message.id) ?? makeBubble(message, actions);
    bubble.update(message);
    bubbles.set(message.id, bubble);
    items.push(bubble.item);
  }
  shown = bubbles;
  arrange(byId("messages"), items);
  if (follows) byId("log").scrollTop = byId("log").scrollHeight;
}

// Forgets the bubbles of the chat that was shown; the next one is looked at from its end.
export function clearLog() {
  shown = new Map();
  follows = true;
  byId("messages").replaceChildren();
}

const days = new Map();

function daySign(words) {
  if (!days.has(words)) days.set(words, el("li", { class: "day" }, el("span", {}, words)));
  return days.get(words);
}

// Puts items in order and leaves alone what is in place: what has the focus must not be moved.
function arrange(list, items) {
  items.forEach((item, place) => {
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  while (list.children.length > items.length) list.lastElementChild.remove();
}

function makeBubble(message, actions) {
  const meta = el("span", { class: "meta" });
  const buttons = pressables(message, actions);
  const bubble = el(
    "div",
    { class: "bubble" },
    message.header ? el("strong", { class: "header", dir: "auto" }, message.header) : null,
    message.file ? attachment(message) : null,
    message.body ? el("div", { class: "words", dir: "auto" }, formatted(message.body)) : null,
    message.footer ? el("small", { class: "footer", dir: "auto" }, message.footer) : null,
    meta,
  );
  const item = el(
    "li",
    { class: `message ${message.by} ${message.channel}` },
    el("span", { class: "sr" }, message.by === "resident" ? "Anda:" : "Kantor:"),
    bubble,
    ...buttons,
  );
  let told = "";
  const update = (now) => {
    if (told === now.state) return;
    told = now.state;
    item.dataset.state = now.state;
    for (const button of buttons) button.disabled = !["delivered", "read"].includes(now.state);
    meta.replaceChildren(...describe(now));
  };
  return { item, update };
}

function describe(message) {
  const [name, words] = STATES[message.by === "resident" ? "resident" : message.channel][message.state];
  const time = el("time", { datetime: message.at }, hour(message.at));
  const state = el("span", { class: message.by === "resident" && message.state !== "failed" ? "sr" : "state" }, words);
  const kind = message.template ? el("span", { class: "kind", title: message.template }, "templat") : null;
  const sender = message.sender ? el("span", { class: "kind" }, message.sender) : null;
  return [sender, kind, time, icon(name, `tick ${message.state}`), state].filter(Boolean);
}

function pressables(message, actions) {
  if (message.menu) {
    const button = el("button", { type: "button", class: "press" }, icon("list"), el("span", {}, message.menu.button));
    button.addEventListener("click", () => actions.open(message));
    return [button];
  }
  return (message.buttons ?? []).map((pressed) => {
    const button = el("button", { type: "button", class: "press" }, el("span", {}, pressed.title));
    button.addEventListener("click", () => actions.press(message, pressed));
    return button;
  });
}

function attachment(message) {
  const { id, mime_type: type, name, file_size: bytes } = message.file;
  if (PICTURES.includes(type))
    return el("img", {
      class: "picture",
      src: `sim/files/${encodeURIComponent(id)}`,
      alt: name ? `Foto: ${name}` : "Foto",
    });
  const size = bytes < 1024 ? `${bytes} B` : `${Math.round(bytes / 1024)} KB`;
  return el("span", { class: "file" }, icon("file"), el("span", {}, name ?? type, el("small", {}, size)));
}
