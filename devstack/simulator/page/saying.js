// What the resident does in a chat: words, files, buttons and rows become messages to Kabar.

import { post, Refused, upload } from "./api.js";
import { byId, toast } from "./dom.js";
import { kindOf, openMenu, openPhotos, preparePhotos } from "./sheets.js";

// Makes the composer work. whom(): from whom to which number, with a name; largest: bytes by kind of file; stir() is called
// whenever there may be news. Returns what the log's buttons do.
export function prepareSaying(whom, largest, stir) {
  async function say(message) {
    const sent = post("inbound", { ...whom(), ...message });
    stir();
    const { status } = await sent;
    stir();
    if (status !== 200) {
      toast(status ? `Kabar menjawab HTTP ${status}; WhatsApp akan mencoba lagi.` : "Kabar tidak menjawab.");
    }
  }

  async function trySay(message) {
    try {
      await say(message);
    } catch (error) {
      const reason = error instanceof Refused ? error.message : "simulator tidak menjawab.";
      toast(`Tidak terkirim: ${reason}`);
    }
  }

  async function sendFiles(files, caption) {
    for (const [place, file] of files.entries()) {
      const { id } = await upload(file);
      await say({ media: { type: kindOf(file), id, ...(caption && place === 0 ? { caption } : {}) } });
    }
  }

  prepareText((words) => trySay({ text: words }));
  prepareFiles(largest, sendFiles);
  return {
    press: (message, { id, title }) => trySay({ button: { id, title }, reply_to: message.id }),
    open: (message) => openMenu(message.menu, (row) => trySay({ row, reply_to: message.id })),
  };
}

// Enter sends, Shift+Enter begins a line.
function prepareText(say) {
  const text = byId("text");
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = text.value.trim();
    text.value = "";
    text.focus();
    if (words) say(words);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("composer").requestSubmit();
  });
}

function prepareFiles(largest, sendFiles) {
  byId("attach").addEventListener("click", () => byId("files").click());
  byId("files").addEventListener("change", () => {
    const { files } = byId("files");
    if (files.length) openPhotos(files, largest);
    byId("files").value = ""; // so that the same file can be chosen again
  });
  preparePhotos(sendFiles);
}
