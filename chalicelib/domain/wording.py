"""The words themselves, by language and kind: data, with named placeholders.

A notice's text serves both as free words and, with its placeholders numbered in order, as the body of the approved template of
the same name. An answer is only ever said while the chat is open: it may have lines, buttons and lists, and needs no template.
"""

from chalicelib.domain.request import Status

NOTICES: dict[tuple[str, str], str] = {
    ("id", "opened"): (
        "Yth. Bapak/Ibu, permohonan *{service}* sudah kami terima. Nomor: *{id}*. "
        "Kirim foto dokumen asli di chat ini: {needs}. Petugas memeriksa berkas paling lambat {due}; selesai dalam {done} "
        "setelah berkas lengkap. Ketik *CEK* untuk melihat status. Layanan ini GRATIS."
    ),
    ("id", "incomplete"): (
        "Mohon maaf, permohonan *{service}* ({id}) belum dapat diproses karena {reason}. "
        "Silakan kirim foto dokumen asli yang jelas di chat ini."
    ),
    ("id", "verified"): (
        "Berkas *{service}* ({id}) sudah lengkap dan akan diproses. Perkiraan selesai: {due}. "
        "Anda tidak perlu datang ke kantor."
    ),
    ("id", "processing"): "Permohonan *{service}* ({id}) sedang diproses. Perkiraan selesai: {due}. Mohon menunggu kabar kami.",
    ("id", "ready_card"): (
        "Kabar baik! *{service}* ({id}) *SIAP DIAMBIL* di {place}, {hours}. Tunjukkan pesan ini dan bawa {bring}. "
        "Jika diwakilkan, bawa surat kuasa dan KTP-el penerima kuasa. Layanan ini GRATIS."
    ),
    ("id", "ready_pdf"): (
        "Kabar baik! *{service}* ({id}) sudah terbit. Tautan dan PIN dikirim SIAK melalui SMS/email. "
        "Jangan berikan PIN kepada siapa pun. Layanan ini GRATIS."
    ),
    (
        "id",
        "completed",
    ): "Permohonan *{service}* ({id}) telah selesai. {office} mengucapkan terima kasih atas kepercayaan Anda.",
    ("id", "rejected"): (
        "Mohon maaf, permohonan *{service}* ({id}) tidak dapat disetujui karena {reason}. "
        "Anda dapat mengajukan lagi di chat ini. Pengaduan: lapor.go.id."
    ),
    ("id", "cancelled"): "Permohonan *{service}* ({id}) dibatalkan. Ketik *BARU* bila Anda ingin mengajukan lagi.",
    ("id", "hold"): (
        "Mohon maaf, permohonan *{service}* ({id}) tertunda karena {reason}. Perkiraan baru: {due}. "
        "Anda tidak perlu datang ke kantor."
    ),
    ("id", "resend"): (
        "Mohon maaf, foto atau dokumen yang Anda kirim ke {office} tidak dapat dibuka. "
        "Silakan kirim sekali lagi di chat ini sebagai foto atau PDF."
    ),
    ("id", "hold_open"): (
        "Mohon maaf, permohonan *{service}* ({id}) tertunda karena {reason}. Kami mengirim kabar di chat ini begitu ada "
        "perkiraan baru. Anda tidak perlu datang ke kantor."
    ),
    ("id", "progress"): (
        "Mohon maaf, permohonan *{service}* ({id}) melewati waktu yang kami janjikan, {due}. Petugas masih mengerjakannya, dan "
        "kami mengirim kabar di chat ini begitu ada perubahan. Ketik *PETUGAS* bila Anda ingin berbicara dengan petugas."
    ),
    ("id", "progress_hold"): (
        "Mohon maaf, permohonan *{service}* ({id}) masih tertunda karena {reason}. Perkiraan kami, {due}, sudah lewat; kami "
        "mengirim kabar di chat ini begitu ada perubahan. Ketik *PETUGAS* bila Anda ingin berbicara dengan petugas."
    ),
    ("id", "reminder"): (
        "Pengingat: permohonan *{service}* ({id}) masih menunggu berkas Anda: {lacks}. Tanggal yang kami tunggu, {due}, sudah "
        "lewat, tetapi permohonan tetap terbuka. Silakan kirim foto dokumen asli yang jelas di chat ini. Layanan ini GRATIS."
    ),
    ("id", "rating"): (
        "Permohonan *{service}* ({id}) telah selesai. Bagaimana pelayanan kami? Balas dengan satu angka: 1 tidak baik, "
        "2 kurang baik, 3 baik, 4 sangat baik. Jawaban Anda dihitung tanpa nama."
    ),
    ("id", "reply"): "Pesan dari petugas {office}: {body} - silakan balas di chat ini.",
    ("en", "opened"): (
        "Dear resident, your request *{service}* has been received. Number: *{id}*. Please send photos of the originals "
        "in this chat: {needs}. An officer checks them by {due}; it is done within {done} of complete documents. Type "
        "*CEK* to see its status. This service is FREE."
    ),
    ("en", "incomplete"): (
        "We are sorry: your request *{service}* ({id}) cannot proceed because {reason}. "
        "Please send a clear photo of the original document in this chat."
    ),
    ("en", "verified"): (
        "Your documents for *{service}* ({id}) are complete. Expected by {due}. There is no need to come to the office."
    ),
    ("en", "processing"): "Your request *{service}* ({id}) is being processed. Expected by {due}. We will write to you here.",
    ("en", "ready_card"): (
        "Good news! *{service}* ({id}) is *READY TO PICK UP* at {place}, {hours}. Show this message and bring {bring}. "
        "Somebody else needs a letter of authority and their own KTP-el. This service is FREE."
    ),
    ("en", "ready_pdf"): (
        "Good news! *{service}* ({id}) has been issued. SIAK sends the link and PIN by SMS/email. "
        "Never give the PIN to anybody. This service is FREE."
    ),
    ("en", "completed"): "Your request *{service}* ({id}) is completed. {office} thanks you for using its services.",
    ("en", "rejected"): (
        "We are sorry: your request *{service}* ({id}) could not be approved because {reason}. "
        "You can apply again in this chat. Complaints: lapor.go.id."
    ),
    ("en", "cancelled"): "Your request *{service}* ({id}) has been cancelled. Type *BARU* to apply again.",
    ("en", "hold"): (
        "We are sorry: your request *{service}* ({id}) is delayed because {reason}. New estimate: {due}. "
        "There is no need to come to the office."
    ),
    ("en", "resend"): (
        "We are sorry: the photo or document that you sent to {office} cannot be opened. "
        "Please send it once more in this chat, as a photo or a PDF."
    ),
    ("en", "hold_open"): (
        "We are sorry: your request *{service}* ({id}) is delayed because {reason}. We will write to you here as soon as there "
        "is a new estimate. There is no need to come to the office."
    ),
    ("en", "progress"): (
        "We are sorry: your request *{service}* ({id}) is past the time that we promised, {due}. An officer is still working "
        "on it, and we will write to you here as soon as something changes. Type *PETUGAS* to speak to an officer."
    ),
    ("en", "progress_hold"): (
        "We are sorry: your request *{service}* ({id}) is still delayed because {reason}. Our estimate, {due}, has passed; we "
        "will write to you here as soon as something changes. Type *PETUGAS* to speak to an officer."
    ),
    ("en", "reminder"): (
        "A reminder: your request *{service}* ({id}) still waits for your documents: {lacks}. The date we expected them, "
        "{due}, is past, but the request stays open. Please send clear photos of the originals here. This service is FREE."
    ),
    ("en", "rating"): (
        "Your request *{service}* ({id}) is completed. How did we serve you? Please reply with one digit: 1 poor, 2 fair, "
        "3 good, 4 very good. Your answer is counted without your name."
    ),
    ("en", "reply"): "A message from an officer of {office}: {body} - please answer in this chat.",
}

# The only template for answers: what is said when a chat has closed before its answer could be sent.
NOTICES |= {
    ("id", "answer"): "Jawaban {office} atas pesan Anda sudah siap. Balas pesan ini, lalu ketik *CEK*, untuk membacanya.",
    ("en", "answer"): "The answer of {office} to your message is ready. Reply to this message and type *CEK* to read it.",
}

ANSWERS: dict[tuple[str, str], str] = {
    ("id", "menu"): "Selamat datang di {office}. Layanan nomor ini: {list}\nPilih di bawah atau tulis keperluan Anda. GRATIS.",
    ("id", "another"): "Permohonan baru untuk layanan apa? Pilih di bawah.",
    ("id", "ack"): (
        "Terima kasih, kiriman Anda untuk permohonan *{service}* ({id}) sudah kami terima. Petugas memeriksanya paling lambat "
        "{due}. Tidak perlu mengirim ulang."
    ),
    ("id", "ack_noted"): (
        "Terima kasih, pesan Anda untuk permohonan *{service}* ({id}) sudah kami terima dan diteruskan ke petugas."
    ),
    ("id", "greeting"): (
        "Salam dari {office}. Tulis keperluan Anda, kirim foto dokumen di chat ini, atau ketik *CEK* untuk melihat status."
    ),
    ("id", "thanks"): "Sama-sama, Bapak/Ibu. Ketik *CEK* kapan saja untuk melihat status.",
    ("id", "help"): (
        "Untuk *{service}*, kirim foto dokumen asli di chat ini: {list}\n\nPetugas memeriksa pada jam kerja; selesai "
        "dalam {done} setelah berkas lengkap. Semua layanan GRATIS.\n\n{place}, {hours}."
    ),
    ("id", "help_all"): (
        "{office} melayani: {list}\nPilih layanan di bawah untuk melihat syaratnya. Semua layanan GRATIS.\n\n{place}, {hours}."
    ),
    ("id", "elsewhere"): (
        "Nomor ini melayani *{service}*. Untuk *{other}*, silakan kirim pesan WhatsApp ke {other_number}. Layanan ini GRATIS."
    ),
    (
        "id",
        "elsewhere_office",
    ): "Nomor ini melayani *{service}*. Untuk *{other}*, silakan hubungi kantor kami: {place}, {hours}.",
    ("id", "human"): "Baik, permintaan Anda kami teruskan. Petugas menjawab di chat ini paling lambat {answer_by}.",
    ("id", "complaint"): (
        "Mohon maaf atas pengalaman ini. Keluhan Anda kami catat dan teruskan; petugas menjawab di chat ini paling lambat "
        "{answer_by}. Pengaduan resmi: lapor.go.id."
    ),
    ("id", "complaint_status"): (
        "Mohon maaf atas pengalaman ini. Keluhan Anda kami catat dan teruskan; petugas menjawab di chat ini paling lambat "
        "{answer_by}. Status permohonan Anda: {list}\nPengaduan resmi: lapor.go.id."
    ),
    ("id", "real"): (
        "Benar, ini terdaftar di {office}: {list}\nKami hanya menulis dari nomor WhatsApp ini, dan tidak pernah meminta "
        "OTP, PIN, uang, atau memasang aplikasi."
    ),
    ("id", "real_unknown"): (
        "Hati-hati: tidak ada permohonan yang cocok pada kami. {office} hanya menulis dari nomor WhatsApp ini, dan tidak "
        "pernah meminta OTP, PIN, uang, atau memasang aplikasi. Bila pesan itu menyebut nomor permohonan, kirimkan "
        "nomornya di sini."
    ),
    ("id", "status"): "Status permohonan Anda: {list}\nKami mengirim kabar di chat ini bila ada perubahan.",
    ("id", "no_request"): (
        "Kami tidak menemukan permohonan itu. Periksa kembali nomor pada pesan kami, atau ketik *CEK* dari nomor WhatsApp yang "
        "Anda pakai saat mendaftar."
    ),
    ("id", "mistyped"): (
        "Nomor permohonan itu salah ketik. Periksa kembali nomor pada pesan kami (contoh: KTP-7F3K-9QXM-2DM), atau ketik *CEK*."
    ),
    ("id", "confirm"): "Permohonan ini akan dibatalkan: {list}\nAnda yakin?",
    ("id", "which"): "Permohonan mana yang ingin Anda batalkan? {list}",
    ("id", "kept"): "Baik, permohonan Anda tetap kami proses.",
    ("id", "language"): "Baik, mulai sekarang kami menulis dalam bahasa Indonesia.",
    ("id", "rated"): (
        "Terima kasih, penilaian Anda sudah kami catat tanpa nama. Bila ada keluhan atau saran, silakan tulis di chat ini."
    ),
    ("id", "opted_out"): (
        "Baik, Anda tidak akan menerima pemberitahuan lagi. Ketik *CEK* kapan saja untuk melihat status, atau *MULAI* untuk "
        "menerima pemberitahuan kembali."
    ),
    ("id", "opted_in"): "Terima kasih. Anda akan menerima pemberitahuan kembali. Ketik *BERHENTI* untuk menghentikannya.",
    ("id", "sms_number"): (
        "Terima kasih. Bila WhatsApp tidak sampai, kabar permohonan Anda kami kirim lewat SMS ke {number}. Nomor itu tidak "
        "kami pakai untuk hal lain."
    ),
    ("en", "sms_number"): (
        "Thank you. When WhatsApp does not reach you, news of your request goes by SMS to {number}. We use that number for "
        "nothing else."
    ),
    ("en", "menu"): "Welcome to {office}. This number serves: {list}\nChoose below or write what you need. FREE of charge.",
    ("en", "another"): "Which service is the new request for? Choose below.",
    ("en", "ack"): (
        "Thank you, we have received what you sent for *{service}* ({id}). An officer checks it by {due}. There is no "
        "need to send it again."
    ),
    ("en", "ack_noted"): "Thank you, we have received your message for *{service}* ({id}) and passed it on to an officer.",
    ("en", "greeting"): (
        "Greetings from {office}. Write what you need, send photos of documents in this chat, or type *CEK* to see your status."
    ),
    ("en", "thanks"): "You are welcome. Type *CEK* at any time to see your status.",
    ("en", "help"): (
        "For *{service}*, send photos of the originals in this chat: {list}\n\nAn officer checks them in office hours; "
        "it is done within {done} of complete documents. All services are FREE.\n\n{place}, {hours}."
    ),
    ("en", "help_all"): (
        "{office} serves: {list}\nChoose one below to see what it takes. All services are FREE.\n\n{place}, {hours}."
    ),
    ("en", "elsewhere"): (
        "This number serves *{service}*. For *{other}*, please write on WhatsApp to {other_number}. This service is FREE."
    ),
    ("en", "elsewhere_office"): "This number serves *{service}*. For *{other}*, please contact our office: {place}, {hours}.",
    ("en", "human"): "We have passed that on. An officer answers in this chat by {answer_by}.",
    ("en", "complaint"): (
        "We are sorry. Your complaint has been noted and passed on; an officer answers in this chat by {answer_by}. Official "
        "complaints: lapor.go.id."
    ),
    ("en", "complaint_status"): (
        "We are sorry. Your complaint has been noted and passed on; an officer answers in this chat by {answer_by}. Your "
        "requests: {list}\nOfficial complaints: lapor.go.id."
    ),
    ("en", "real"): (
        "Yes, {office} has this on record: {list}\nWe only write from this WhatsApp number, and never ask for an OTP, a "
        "PIN, money, or to install an app."
    ),
    ("en", "real_unknown"): (
        "Be careful: we have no matching request. {office} only writes from this WhatsApp number, and never asks for an "
        "OTP, a PIN, money, or to install an app. If the message names a request number, send that number here."
    ),
    ("en", "status"): "Your requests: {list}\nWe will write to you here when something changes.",
    ("en", "no_request"): (
        "We cannot find that request. Please check the number in our message, or type *CEK* from the WhatsApp number that you "
        "used when you applied."
    ),
    ("en", "mistyped"): (
        "That request number has a typing error. Please check our message (like KTP-7F3K-9QXM-2DM) or type *CEK*."
    ),
    ("en", "confirm"): "This request will be cancelled: {list}\nAre you sure?",
    ("en", "which"): "Which request do you want to cancel? {list}",
    ("en", "kept"): "All right, we go on with your request.",
    ("en", "language"): "All right, we write in English from now on.",
    ("en", "rated"): (
        "Thank you, your answer has been counted without your name. Complaints and suggestions are welcome in this chat."
    ),
    ("en", "opted_out"): (
        "You will not receive notices any more. Type *CEK* at any time to see your status, or *MULAI* to receive notices again."
    ),
    ("en", "opted_in"): "Thank you. You will receive notices again. Type *BERHENTI* to stop them.",
}

# Said at the end of these while nobody is in the office.
CLOSED = {
    "id": "Kantor sedang tutup dan buka kembali {opens}; permohonan Anda tetap aman.",
    "en": "The office is closed now and opens again {opens}; your request is safe.",
}
TELLS_WHEN_OPEN = frozenset({"opened", "ack", "ack_noted", "human", "complaint", "complaint_status"})

# Said once at the end of an opening's answer, to those who have no phone that is known: an SMS could go nowhere.
ASKS_NUMBER = {
    "id": (
        "Bila WhatsApp tidak sampai, kami bisa memberi kabar lewat SMS. Jika Anda setuju, balas dengan nomor HP Anda; nomor "
        "itu hanya dipakai untuk kabar permohonan Anda."
    ),
    "en": (
        "When WhatsApp does not reach you, we can send news by SMS. If you agree, reply with your mobile number; it is used "
        "for news of your requests only."
    ),
}

# One part of 160 GSM-7 characters each, with the longest values. SMS goes in Indonesian only.
SMS: dict[str, str] = {
    "opened": "{short}: Permohonan {code} Anda diterima, nomor {id}. Status: kirim CEK via WhatsApp. GRATIS.",
    "incomplete": "{short}: {id} belum lengkap: {reason}. Kirim foto dokumen via WhatsApp atau datang. GRATIS.",
    "verified": "{short}: Berkas {id} lengkap dan akan diproses. GRATIS. Kami tak minta OTP/PIN.",
    "processing": "{short}: {id} sedang diproses. Mohon menunggu kabar kami. GRATIS.",
    "ready_card": "{short}: {code} Anda ({id}) SIAP DIAMBIL. {hours} Bawa bukti ini. GRATIS. Kami tak minta OTP/PIN.",
    "ready_pdf": "{short}: {code} Anda ({id}) sudah terbit. Tautan dan PIN dari SIAK. Jangan beri PIN ke siapa pun.",
    "completed": "{short}: {id} telah selesai. Terima kasih.",
    "rating": "{short}: {id} telah selesai. Terima kasih.",
    "rejected": "{short}: {id} tidak disetujui: {reason}. Pengaduan: lapor.go.id",
    "cancelled": "{short}: {id} dibatalkan.",
    "hold": "{short}: {id} tertunda: {reason}. Tidak perlu datang ke kantor.",
    "hold_open": "{short}: {id} tertunda: {reason}. Tidak perlu datang ke kantor.",
    "progress": "{short}: Mohon maaf, {id} melewati waktu janji kami dan masih dikerjakan. Tanya: kirim PETUGAS via WhatsApp.",
    "progress_hold": "{short}: Mohon maaf, {id} masih tertunda: {reason}. Tanya: kirim PETUGAS via WhatsApp.",
    "reminder": "{short}: {id} masih menunggu berkas: {lacks}. Kirim foto via WhatsApp atau datang. GRATIS.",
    "status": "{short}: {list}. GRATIS. Kami tak minta OTP/PIN.",
    "resend": "{short}: foto/dokumen Anda tidak dapat dibuka. Mohon kirim lagi via WhatsApp sebagai foto atau PDF. GRATIS.",
    "reply": "{short}: petugas menulis pesan untuk {whom}. Buka WhatsApp Anda atau datang ke kantor.",
}

LABELS: dict[str, dict[Status, str]] = {
    "id": {
        Status.SUBMITTED: "Permohonan diterima",
        Status.INCOMPLETE: "Berkas belum lengkap",
        Status.VERIFIED: "Berkas lengkap",
        Status.PROCESSING: "Sedang diproses",
        Status.READY: "Siap diambil",
        Status.COMPLETED: "Selesai",
        Status.REJECTED: "Ditolak",
        Status.CANCELLED: "Dibatalkan",
    },
    "en": {
        Status.SUBMITTED: "Received",
        Status.INCOMPLETE: "Documents missing",
        Status.VERIFIED: "Documents complete",
        Status.PROCESSING: "Being processed",
        Status.READY: "Ready to pick up",
        Status.COMPLETED: "Completed",
        Status.REJECTED: "Rejected",
        Status.CANCELLED: "Cancelled",
    },
}
READY_PDF = {"id": "Siap diunduh", "en": "Ready to download"}

# What happens next, as the look-up says it.
NEXT: dict[str, dict[Status, str]] = {
    "id": {
        Status.SUBMITTED: "Petugas memeriksa berkas Anda.",
        Status.INCOMPLETE: "Kirim foto dokumen yang kurang di chat WhatsApp yang sama.",
        Status.VERIFIED: "Dokumen Anda akan diproses.",
        Status.PROCESSING: "Dokumen Anda sedang dibuat.",
        Status.READY: "Ambil dokumen Anda di kantor.",
        Status.COMPLETED: "Tidak ada yang perlu dilakukan.",
        Status.REJECTED: "Baca alasannya di chat WhatsApp Anda. Anda dapat mengajukan lagi.",
        Status.CANCELLED: "Anda dapat mengajukan lagi lewat WhatsApp.",
    },
}
NEXT_READY_PDF = {"id": "Unduh dokumen lewat tautan dari SIAK (SMS/email)."}

# Titles of buttons and of the buttons that open a list: at most 20 characters.
BUTTONS: dict[str, dict[str, str]] = {
    "id": {
        "open": "Ajukan {code}", "check": "Cek status", "help": "Syarat dan jam", "human": "Bicara petugas",
        "yes": "Ya, batalkan", "no": "Tidak jadi batal", "services": "Pilih layanan", "requests": "Pilih permohonan",
        "rate": "Beri penilaian",
    },
    "en": {
        "open": "Apply for {code}", "check": "Check status", "help": "What it takes", "human": "Talk to an officer",
        "yes": "Yes, cancel it", "no": "No, keep it", "services": "Choose a service", "requests": "Choose a request",
        "rate": "Rate our service",
    },
}  # fmt: skip
# What is missing: behind a status, one that cannot be read, more than there is room for, and how many in a list.
MISSING = {"id": "masih kurang: {missing}", "en": "still missing: {missing}"}
UNREADABLE = {"id": "{name} (tidak terbaca)", "en": "{name} (unreadable)"}
MORE = {"id": "dan {count} lagi", "en": "and {count} more"}
LACKS = {"id": "kurang {count} dokumen", "en": "{count} missing"}
# From 1 to 4, as Permenpan RB 14/2017 scales them; rows of a list have at most 24 characters.
SCORES = {
    "id": ("Tidak baik", "Kurang baik", "Baik", "Sangat baik"),
    "en": ("Poor", "Fair", "Good", "Very good"),
}
UNITS = {"id": ("jam", "hari"), "en": ("hours", "days")}
UNTIL = {"id": "paling lambat {due}", "en": "by {due}"}
