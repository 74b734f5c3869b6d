"""One example for each body that the API takes or answers, of requests that nobody made: data for `openapi`."""

from typing import Any

_OPENED, _READY, _DUE = "2026-11-24T03:00:00.000Z", "2026-11-24T06:30:00.000Z", "2026-11-25T08:00:00.000Z"
_READ = "2026-11-24T06:31:10.000Z"
_NUMBER = "KTP-7F3K-9QXM-2DM"
_HOLD = {"reason": "Jaringan pusat sedang terganggu"}

_REQUEST = {
    "id": _NUMBER, "office": "1801", "service": "KTP", "status": "ready", "version": 2, "language": "id", "name": "Siti",
    "phone": "+62…001", "opened_at": _OPENED, "updated_at": _READY, "due_at": _DUE,
    "requirements": [
        {"code": "kk", "name": "Kartu Keluarga", "state": "received"},
        {"code": "police-letter", "name": "surat kehilangan dari polisi atau KTP-el yang rusak", "state": "unreadable"},
    ],
    "missing": 1,
}  # fmt: skip
_NOTICE = {
    "id": f"{_NUMBER}.2", "kind": "ready", "state": "read", "channel": "whatsapp", "attempt": 1, "caused_at": _READY,
    "accepted_at": "2026-11-24T06:30:01.500Z", "arrived_at": _READ,
    "attempts": [
        {"number": 1, "channel": "whatsapp", "at": "2026-11-24T06:30:01.500Z", "outcome": "accepted"}
    ],
}  # fmt: skip
_CALL = {
    "id": "1801.0f1e2d3c4b5a69788796", "office": "1801", "phone_number_id": "100000000000002", "asked_at": _OPENED,
    "name": "Siti", "phone": "+62…001",
}  # fmt: skip
_STALE = {
    "type": "about:blank", "title": "The request has changed", "status": 409, "code": "stale_version",
    "detail": "The request is at version 3, not 2: read it again.",
}  # fmt: skip

_FIGURES = {
    "opened": 412, "closed": {"completed": 371, "rejected": 9, "cancelled": 14},
    "open": {"submitted": 11, "incomplete": 17, "verified": 6, "processing": 20, "ready": 31}, "overdue": 3,
    "ready": {
        "count": 388, "median_hours": 21.5, "p90_hours": 44.25, "promised": 388, "kept": 361, "kept_share": 0.93,
    },
    "notices": {
        "whatsapp_arrived": 1080, "sms_arrived": 0, "sms_accepted": 61, "on_the_way": 22, "failed": 4, "unknown": 2,
        "suppressed": 7,
    },
    "ratings": {"answers": 130, "counts": {"1": 2, "2": 6, "3": 51, "4": 71}, "average": 3.47, "index": 86.73},
}  # fmt: skip

EXAMPLES: dict[str, Any] = {
    "WalkInBody": {"service": "KTP", "name": "Siti", "phone": "+62 812-0000-0001", "consent": True},
    "ChangeBody": {"to": "ready", "expected_version": 1, "note": "Rak 3"},
    "ChecklistBody": {"requirements": {"kk": "received", "police-letter": "unreadable"}},
    "ManyBody": {
        "changes": [
            {"id": _NUMBER, "to": "ready", "expected_version": 1},
            {"id": "KK-RBS8-ZHYS-D80", "to": "verified", "expected_version": 2, "hold": True, **_HOLD},
        ]
    },
    "ReplyBody": {"text": "Baik, Ibu. Silakan datang sebelum pukul 15.00."},
    "Webhook": {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "200000000000001",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {"display_phone_number": "62721000000", "phone_number_id": "100000000000002"},
                            "contacts": [{"profile": {"name": "Siti"}, "wa_id": "6281200000001"}],
                            "messages": [
                                {
                                    "from": "6281200000001", "id": "wamid.HBgN0001", "timestamp": "1795489200",
                                    "type": "text", "text": {"body": "KTP saya hilang"},
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    },
    "Standing": {
        "id": _NUMBER, "service": "KTP", "status": "ready", "label": "Siap diambil", "opened_at": _OPENED,
        "updated_at": _READY, "due_at": _DUE, "next": "Silakan ambil dokumen Anda di kantor.", "bring": "KK",
        "where": "Kantor Dukcapil, Kalianda, Sen-Kam 08-15",
    },
    "Requests": {"requests": [_REQUEST], "cursor": f"{_DUE}#{_NUMBER}"},
    "Calls": {"calls": [_CALL]},
    "CallFile": {
        "call": _CALL,
        "messages": [
            {"id": "9b74c9897bac770ffc029102a200c5de", "from": "resident", "at": _OPENED, "kind": "text",
             "text": "mau bicara petugas", "intent": "human"}
        ],
    },
    "OneRequest": {"request": _REQUEST | {"hold": _HOLD}},
    "File": {
        "request": _REQUEST,
        "changes": [
            {"version": 1, "to": "submitted", "actor": "resident", "at": _OPENED, "due_at": _READY},
            {"version": 2, "from": "submitted", "to": "ready", "actor": "staff:0f1e2d3c4b5a", "at": _READY, "note": "Rak 3"},
        ],
        "messages": [
            {
                "id": "9b74c9897bac770ffc029102a200c5de", "from": "resident", "at": _OPENED, "kind": "image",
                "media": {
                    "id": "1000000000000101", "mime_type": "image/jpeg", "state": "kept", "content_type": "image/jpeg",
                    "size": 183_204, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "link": "https://files.example/1801/KTP-7F3K-9QXM-2DM.jpg", "link_expires_at": _READY,
                },
                "request_id": _NUMBER,
            }
        ],
        "notices": [_NOTICE],
    },
    "Statistics": {
        "office": "1801", "from": "2026-11-01", "to": "2026-11-24", "as_of": _READY, "complete": True,
        "rating_months": ["2026-11"], "all": _FIGURES, "services": [{"service": "KTP", **_FIGURES}],
    },
    "Outcomes": {"outcomes": [{"id": _NUMBER, "request": _REQUEST}, {"id": "KK-RBS8-ZHYS-D80", "problem": _STALE}]},
    "OneNotice": {"notice": _NOTICE | {"state": "planned", "attempt": 0, "attempts": []}},
    "Notices": {"notices": [_NOTICE]},
    "Challenge": "1158201444",
    "Counts": {"stored": 1, "duplicate": 0, "quarantined": 0},
    "Health": {"ok": True},
    "Document": {"openapi": "3.1.0"},
}  # fmt: skip
