"""Kabar's routes and event handlers. Each body is one call; all else is in chalicelib, imported when it is first needed.

Event handlers stay here: those of a Blueprint are deployed as `chalicelib.….fn`, and Lambda would never import this module.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, Request, Response

if TYPE_CHECKING:
    from chalicelib.domain.staff import Staff
    from chalicelib.wiring import Wiring

app = Chalice(app_name="kabar", configure_logs=False)  # its own handler writes whatever a view raised, with its text

# Known to Chalice while it packages; a stage's environment sets them.
STREAM_ARN = os.environ.get("KABAR_STREAM_ARN", "arn:aws:dynamodb:ap-southeast-3:000000000000:table/unset/stream/unset")
SMS_TOPIC = os.environ.get("KABAR_SMS_TOPIC", "")
SOCIAL_TOPIC = os.environ.get("KABAR_SOCIAL_TOPIC", "")
QUEUE_NAME = os.environ.get("KABAR_QUEUE_NAME", "kabar-unset-notices")
MEDIA_QUEUE_NAME = os.environ.get("KABAR_MEDIA_QUEUE_NAME", "kabar-unset-media")


def parts() -> "Wiring":
    from chalicelib.wiring import wired

    return wired()


def request() -> Request:
    assert app.current_request is not None, "only routes ask for it"
    return app.current_request


def staff() -> "Staff":
    from chalicelib.entry.staff import who

    return who(request(), parts().store, parts().clock)


def answered(view: Callable[[], Response]) -> Response:
    from chalicelib.entry.problems import answered

    return answered(view)


@app.route("/webhooks/whatsapp", methods=["GET"])
def whatsapp_handshake() -> Response:
    from chalicelib.entry import whatsapp

    return answered(lambda: whatsapp.handshake(request(), parts().secrets.current()))


@app.route("/webhooks/whatsapp", methods=["POST"])
def whatsapp_receive() -> Response:
    from chalicelib.entry import whatsapp

    return answered(lambda: whatsapp.receive(request(), parts().secrets.current(), parts().ingest))


@app.route("/requests/{request_id}", methods=["GET"])
def look_up(request_id: str) -> Response:
    from chalicelib.entry import public

    return answered(lambda: public.look_up(request_id, parts().lookup, parts().offices))


@app.route("/staff/requests", methods=["GET"])
def staff_list() -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.listing(request(), staff(), parts().reading))


@app.route("/staff/requests", methods=["POST"])
def staff_walk_in() -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.walk_in(request(), staff(), parts().desk, parts().secrets.current()))


@app.route("/staff/requests/{request_id}", methods=["GET"])
def staff_file(request_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.file(request_id, staff(), parts().reading))


@app.route("/staff/requests/{request_id}/status", methods=["POST"])
def staff_change(request_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.change(request_id, request(), staff(), parts().desk))


@app.route("/staff/requests/{request_id}/requirements", methods=["POST"])
def staff_check(request_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.check(request_id, request(), staff(), parts().checklist))


@app.route("/staff/requests/status", methods=["POST"])
def staff_change_many() -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.change_many(request(), staff(), parts().desk))


@app.route("/staff/requests/{request_id}/messages", methods=["POST"])
def staff_reply(request_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.reply(request_id, request(), staff(), parts().telling))


@app.route("/staff/calls", methods=["GET"])
def staff_calls() -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.calls(staff(), parts().reading))


@app.route("/staff/calls/{call_id}", methods=["GET"])
def staff_call(call_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.call(call_id, staff(), parts().reading))


@app.route("/staff/calls/{call_id}/messages", methods=["POST"])
def staff_answer(call_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.answer(call_id, request(), staff(), parts().telling))


@app.route("/staff/notices", methods=["GET"])
def staff_notices() -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.notices(request(), staff(), parts().telling))


@app.route("/staff/notices/{notice_id}/resend", methods=["POST"])
def staff_resend(notice_id: str) -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.resend(notice_id, staff(), parts().telling))


@app.route("/staff/stats", methods=["GET"])
def staff_stats() -> Response:
    from chalicelib.entry import staff as desk

    return answered(lambda: desk.stats(request(), staff(), parts().statistics))


@app.route("/health", methods=["GET"])
def health() -> Response:
    from chalicelib.entry import public

    return answered(public.health)


@app.route("/openapi.json", methods=["GET"])
def openapi_document() -> Response:
    from chalicelib.entry import openapi

    return answered(openapi.describe)


@app.on_dynamodb_record(stream_arn=STREAM_ARN, name="dispatch", batch_size=100, starting_position="TRIM_HORIZON")
def dispatch(event: Any) -> None:
    from chalicelib.entry import events

    events.dispatch(event.to_dict(), parts().dispatch, parts().keeping)


@app.on_sqs_message(queue=QUEUE_NAME, name="deliver", batch_size=1, maximum_concurrency=5)
def deliver(event: Any) -> None:
    from chalicelib.entry import events

    events.deliver(event.to_dict(), event.context.aws_request_id, parts().deliver, parts().keeping)


@app.on_sqs_message(queue=MEDIA_QUEUE_NAME, name="media", batch_size=1, maximum_concurrency=2)
def media(event: Any) -> None:
    from chalicelib.entry import events

    events.media(event.to_dict(), parts().media, parts().keeping)


if SMS_TOPIC:  # only an office that sends by End User Messaging SMS has one

    @app.on_sns_message(topic=SMS_TOPIC, name="sms_reports")
    def sms_reports(event: Any) -> None:
        from chalicelib.entry import events

        events.sms_reports(event.to_dict(), parts().receipts, parts().keeping)


if SOCIAL_TOPIC:  # only a stage with a number by End User Messaging Social has one

    @app.on_sns_message(topic=SOCIAL_TOPIC, name="social")
    def social(event: Any) -> None:
        from chalicelib.entry import social_events

        social_events.receive(event.to_dict(), SOCIAL_TOPIC, parts().ingest, parts().secrets.current(), parts().keeping)


@app.schedule("rate(1 minute)", name="sweep")
def sweep(event: Any) -> None:
    parts().sweep()
