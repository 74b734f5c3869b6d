// The page: which phone, which chat, and a look at the simulator every second.

import { get, post } from "./api.js";
import { avatar, chatsOf, makeList, showList, SMS, unread } from "./chats.js";
import { byId, el, tell, toast } from "./dom.js";
import { day, hour, phoneNumber } from "./format.js";
import { clearLog, prepareLog, showLog } from "./log.js";
import { prepareSaying } from "./saying.js";
import { prepareDialogs } from "./sheets.js";
import { prepareTester, showPhone } from "./tester.js";

const RESIDENTS = [
  { name: "Siti", phone: "+62 812-0000-0001" },
  { name: "Budi", phone: "+62 812-0000-0002" },
  { name: "Wayan", phone: "+62 812-0000-0003" },
];
const CALM_MS = 1000;
const BUSY_MS = 250;
const BUSY_FOR_MS = 4000;

const digits = (phone) => phone.replace(/\D/gu, "").replace(/^0/u, "62");
const smsSeen = new Map();
const page = {
  phone: digits(RESIDENTS[0].phone),
  chat: null,
  chats: [],
  account: null,
  thread: null,
  actions: null,
  busyUntil: 0,
  wake: () => {},
};

// To whom and as whom one speaks.
const whom = () => ({
  from: page.phone,
  phone_number_id: page.chat,
  name: RESIDENTS.find((one) => digits(one.phone) === page.phone)?.name ?? "Warga",
});

const chat = () => page.chats.find((one) => one.key === page.chat);

// ── looking ──

async function watch() {
  for (;;) {
    await look();
    const wait = performance.now() < page.busyUntil ? BUSY_MS : CALM_MS;
    await new Promise((resolve) => {
      page.wake = resolve;
      setTimeout(resolve, wait);
    });
  }
}

// Something happened: look now, and more often for a while.
function stir() {
  page.busyUntil = performance.now() + BUSY_FOR_MS;
  page.wake();
}

async function look() {
  const phone = page.phone;
  try {
    const thread = await get(`thread?phone=${encodeURIComponent(phone)}`);
    if (phone !== page.phone) return;
    page.thread = thread;
    show();
  } catch {
    if (phone === page.phone) tell(byId("banner"), "Tidak tersambung ke simulator. Mencoba lagi…");
  }
}

// ── showing ──

function show() {
  const { now, phone, messages } = page.thread;
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.dateTime = now;
    clock.textContent = clock.dataset.clock === "short" ? hour(now) : `${day(now)}, ${hour(now)} WIB`;
  }
  byId("bar-state").textContent = phone.on ? phoneNumber(phone.address) : "ponsel mati";
  showPhone(phone);
  const own = messages.filter(chat().has);
  showEdges(phone, own);
  showLog(own, page.actions); // after what is around it, which takes room from it
  if (page.chat === SMS && isVisible()) smsSeen.set(page.phone, own.length);
  showList(page.chats, messages, page.chat, fresh);
}

const isVisible = () => document.body.dataset.view === "chat" || getComputedStyle(byId("back")).display === "none";

const fresh = (one, own) =>
  one.key === SMS ? own.length - Math.min(own.length, smsSeen.get(page.phone) ?? 0) : unread(own);

// What is around the messages: banner, unread, and whether one can write.
function showEdges(phone, own) {
  const isSms = page.chat === SMS;
  const banner = !phone.on
    ? "Ponsel mati. Pesan baru menunggu."
    : !phone.whatsapp && !isSms
      ? "WhatsApp tidak ada di ponsel ini."
      : "";
  tell(byId("banner"), banner);
  tell(
    byId("empty"),
    own.length ? "" : isSms ? "Belum ada SMS." : "Belum ada pesan. Tulis keperluan Anda, misalnya: ktp saya hilang",
  );
  const count = isSms || !phone.on || !phone.whatsapp ? 0 : unread(own);
  byId("unread-count").textContent = `${count} pesan belum dibaca`;
  byId("unread").hidden = !count;
  byId("composer").hidden = isSms;
  byId("no-reply").hidden = !isSms;
  for (const part of byId("composer").elements) part.disabled = !phone.on || !phone.whatsapp;
}

// ── choosing ──

function choose(key, { enter = true } = {}) {
  page.chat = key;
  if (enter) document.body.dataset.view = "chat";
  byId("chat-title").textContent = chat().title;
  byId("chat-subtitle").textContent = chat().subtitle;
  byId("chat-avatar").replaceChildren(avatar(chat()));
  clearLog();
  remember();
  if (page.thread) show();
  if (enter) (key === SMS ? byId("log") : byId("text")).focus();
}

function usePhone(given) {
  const phone = digits(given);
  if (!/^[1-9][0-9]{6,14}$/u.test(phone)) {
    tell(byId("phone-error"), "Nomor ponsel 7 sampai 15 angka, misalnya 0812-0000-0001.");
    return;
  }
  tell(byId("phone-error"), "");
  page.phone = phone;
  page.thread = null;
  byId("phone").value = RESIDENTS.find((one) => digits(one.phone) === phone)?.phone ?? phoneNumber(`+${phone}`);
  for (const chip of byId("residents").children)
    chip.setAttribute("aria-pressed", String(chip.dataset.phone === phone));
  clearLog();
  remember();
  stir();
}

// The address names phone and chat, so that a reload or a link comes back to them.
function remember() {
  history.replaceState(null, "", `#${page.phone}/${page.chat}`);
}

// ── starting ──

function preparePhone() {
  byId("residents").replaceChildren(
    ...RESIDENTS.map((one) => el("button", { type: "button", "data-phone": digits(one.phone) }, one.name)),
  );
  byId("residents").addEventListener("click", (event) => {
    if (event.target.dataset.phone) usePhone(event.target.dataset.phone);
  });
  byId("phone-form").addEventListener("submit", (event) => {
    event.preventDefault();
    usePhone(byId("phone").value);
  });
}

function prepareHead() {
  byId("back").addEventListener("click", () => {
    document.body.dataset.view = "list";
    byId("chats").querySelector("[aria-current=true]")?.focus();
  });
  byId("read").addEventListener("click", async () => {
    try {
      await post("read", { phone: page.phone, phone_number_id: page.chat });
    } catch {
      toast("Tidak dapat ditandai.");
    }
    stir();
    byId("text").focus();
  });
}

async function start() {
  page.account = await get("account");
  page.chats = chatsOf(page.account);
  makeList(page.chats, choose);
  prepareDialogs();
  prepareLog();
  preparePhone();
  page.actions = prepareSaying(whom, page.account.largest, stir);
  prepareHead();
  prepareTester(page.account.outcomes, () => page.phone, stir);
  const [phone, key] = location.hash.slice(1).split("/");
  const known = page.chats.some((one) => one.key === key);
  page.chat = known ? key : page.chats[0].key;
  usePhone(phone || page.phone);
  choose(page.chat, { enter: known });
  await watch();
}

start().catch(() => tell(byId("banner"), "Halaman tidak dapat dimulai: simulator tidak menjawab."));
