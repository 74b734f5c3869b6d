// The list of chats: one for each number of an office, and the phone's SMS.

import { byId, el, icon } from "./dom.js";
import { hour, plain } from "./format.js";

const FILES = { image: "Foto", document: "Dokumen", audio: "Pesan suara", video: "Video", sticker: "Stiker" };

export const SMS = "sms";

// Every chat: {key, title, subtitle, initials, has(message)}.
export function chatsOf(account) {
  const numbers = account.numbers.map((number) => ({
    key: number.phone_number_id,
    title: number.service ?? number.office,
    subtitle: number.service ? number.office : `+${number.display_phone_number}`,
    initials: initials(number.service ?? number.office),
    has: (message) => message.channel === "whatsapp" && message.phone_number_id === number.phone_number_id,
  }));
  const sms = {
    key: SMS,
    title: "SMS",
    subtitle: "Pesan singkat di ponsel ini",
    initials: null,
    has: (message) => message.channel === "sms",
  };
  return [...numbers, sms];
}

function initials(name) {
  const short = name.match(/^[A-Z]{2,4}\b/u);
  return short
    ? short[0]
    : name
        .split(/\s+/u)
        .slice(0, 2)
        .map((word) => word[0].toUpperCase())
        .join("");
}

export const avatar = (chat) => (chat.initials === null ? icon("sms") : chat.initials);

// What a chat's last message comes down to.
function preview(message) {
  if (!message) return "Belum ada pesan";
  const words = [message.file ? `[${FILES[message.kind]}]` : "", plain(message.body)].filter(Boolean).join(" ");
  return message.by === "resident" ? `Anda: ${words}` : words;
}

export const unread = (messages) =>
  messages.filter((one) => one.by === "office" && one.channel === "whatsapp" && one.state === "delivered").length;

let rows = new Map();

// Makes the list once; choose(key) is called when a chat is opened.
export function makeList(chats, choose) {
  rows = new Map(chats.map((chat) => [chat.key, makeRow(chat, choose)]));
  byId("chats").replaceChildren(...[...rows.values()].map((row) => row.item));
}

function makeRow(chat, choose) {
  const parts = {
    time: el("time"),
    preview: el("span", { class: "preview" }),
    badge: el("span", { class: "badge", hidden: true }),
  };
  const button = el(
    "button",
    { type: "button", class: "chat" },
    el("span", { class: "avatar", "aria-hidden": "true" }, avatar(chat)),
    el(
      "span",
      { class: "chat-text" },
      el("span", { class: "chat-line" }, el("strong", {}, chat.title), parts.time),
      el("small", {}, chat.subtitle),
      el("span", { class: "chat-line" }, parts.preview, parts.badge),
    ),
  );
  button.addEventListener("click", () => choose(chat.key));
  return { ...parts, button, item: el("li", {}, button) };
}

// Brings the list up to date. fresh: how many messages of a chat are new.
export function showList(chats, messages, current, fresh) {
  for (const chat of chats) {
    const row = rows.get(chat.key);
    const own = messages.filter(chat.has);
    const last = own.at(-1);
    const count = fresh(chat, own);
    row.preview.textContent = preview(last);
    row.time.textContent = last ? hour(last.at) : "";
    row.badge.textContent = count ? String(count) : "";
    row.badge.hidden = !count;
    if (count) row.badge.setAttribute("aria-label", `${count} belum dibaca`);
    row.button.setAttribute("aria-current", String(chat.key === current));
  }
}
