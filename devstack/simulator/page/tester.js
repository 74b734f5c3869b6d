// The drawer for testers: Kabar's clock, this phone, and faults.

import { get, post, Refused, remove } from "./api.js";
import { byId, el, tell, toast } from "./dom.js";
import { phoneNumber } from "./format.js";

const OUTCOMES = {
  http_500: "galat server (HTTP 500)",
  http_502: "gerbang rusak (HTTP 502)",
  http_429: "terlalu sering (HTTP 429)",
  timeout_before: "tanpa jawaban, tidak terkirim",
  timeout_after: "tanpa jawaban, padahal terkirim",
  reset: "sambungan putus",
  malformed_200: "jawaban kacau, padahal terkirim",
  undeliverable: "nomor tanpa WhatsApp",
  silent: "terkirim, tanpa laporan",
  slow: "jawaban lambat",
  error: "ditolak dengan kode",
  failed: "dilaporkan gagal dengan kode",
  "receipts:duplicated": "laporan ganda",
  "receipts:reversed": "laporan terbalik",
  "receipts:delivered_after_failed": "gagal, lalu sampai",
  "receipts:read_only": "hanya laporan dibaca",
  "receipts:sent_only": "hanya laporan terkirim",
};
const ARGUMENTS = { slow: ["Berapa milidetik", "2000"], error: ["Kode", "131026"], failed: ["Kode", "131026"] };
const WIDE = matchMedia("(min-width: 1160px)");

const kindOf = (outcome) => (outcome.includes("<") ? outcome.split(":")[0] : outcome);

// phone(): the phone in use; changed(): something happened that the page should look at.
export function prepareTester(outcomes, phone, changed) {
  for (const opener of document.querySelectorAll("[data-opens=tester]")) opener.addEventListener("click", open);
  byId("tester").addEventListener("keydown", (event) => {
    if (event.key === "Escape") byId("tester").close(); // beside the phone, the browser does not do it
  });
  prepareClock(changed);
  prepareSwitch("on", phone, changed);
  prepareSwitch("whatsapp", phone, changed);
  prepareFaults(outcomes, phone);
}

// Beside the phone where there is room, over it where there is none.
function open() {
  const drawer = byId("tester");
  if (drawer.open) drawer.close();
  else if (WIDE.matches) drawer.show();
  else drawer.showModal();
  showFaults();
}

// Shows what the phone is like.
export function showPhone(phone) {
  byId("on").checked = phone.on;
  byId("whatsapp").checked = phone.whatsapp;
}

function prepareClock(changed) {
  const buttons = byId("advance").querySelectorAll("button");
  for (const button of buttons) {
    button.addEventListener("click", async () => {
      for (const one of buttons) one.disabled = true;
      try {
        await post("advance", { seconds: Number(button.dataset.seconds) });
      } catch {
        toast("Jam tidak dapat dimajukan.");
      } finally {
        for (const one of buttons) one.disabled = false;
        button.focus();
      }
      changed();
      showFaults();
    });
  }
}

function prepareSwitch(name, phone, changed) {
  const box = byId(name);
  box.addEventListener("change", async () => {
    try {
      await post("phones", { phone: phone(), [name]: box.checked });
    } catch {
      toast("Ponsel tidak dapat diubah.");
    }
    changed();
  });
}

function prepareFaults(outcomes, phone) {
  const select = byId("outcome");
  select.replaceChildren(
    ...outcomes.map((outcome) => el("option", { value: kindOf(outcome) }, OUTCOMES[kindOf(outcome)] ?? outcome)),
  );
  select.addEventListener("change", showArgument);
  showArgument();
  byId("fault-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await addFault(phone());
  });
  byId("clear-faults").addEventListener("click", async () => {
    await remove("faults");
    await showFaults();
    byId("outcome").focus();
  });
}

function showArgument() {
  const [label, example] = ARGUMENTS[byId("outcome").value] ?? ["", ""];
  byId("argument-field").hidden = !label;
  byId("argument-label").textContent = label;
  byId("argument").value = example;
}

async function addFault(phone) {
  const kind = byId("outcome").value;
  const channel = byId("channel").value;
  const fault = {
    outcome: kind in ARGUMENTS ? `${kind}:${byId("argument").value.trim()}` : kind,
    times: byId("times").valueAsNumber,
    ...(channel ? { channel } : {}),
    ...(byId("only").checked ? { to: phone } : {}),
  };
  try {
    await post("faults", fault);
    tell(byId("fault-error"), "");
  } catch (error) {
    tell(byId("fault-error"), error instanceof Refused ? error.message : "Simulator tidak menjawab.");
  }
  await showFaults();
}

async function showFaults() {
  const faults = await get("faults").catch(() => []);
  byId("faults").replaceChildren(...faults.map((fault) => el("li", {}, described(fault))));
  byId("clear-faults").hidden = !faults.length;
}

function described(fault) {
  const [kind, argument] = fault.outcome.split(":");
  const words = OUTCOMES[fault.outcome] ?? `${OUTCOMES[kind]} ${argument}`;
  const whom = fault.to && `ke ${phoneNumber(`+${fault.to}`)}`;
  return [`${fault.times}× ${words}`, fault.channel, whom].filter(Boolean).join(", ");
}
