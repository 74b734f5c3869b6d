from ops.templates import submissions, time_to_live


def test_every_template_is_submitted_with_the_time_after_which_the_sms_goes() -> None:
    made = {(str(one["name"]), str(one["language"])): one for one in submissions("1801")}
    assert {name for name, _ in made} >= {"kabar_opened", "kabar_ready_card", "kabar_ready_pdf", "kabar_incomplete"}
    assert made["kabar_ready_card", "id"]["message_send_ttl_seconds"] == 240
    assert made["kabar_incomplete", "id"]["message_send_ttl_seconds"] == 1500
    assert "message_send_ttl_seconds" not in made["kabar_opened", "id"]
    assert all(one["category"] == "UTILITY" for one in made.values())


def test_whatsapp_takes_times_to_live_from_30_seconds_to_12_hours() -> None:
    told = [live for one in submissions("1801") if (live := time_to_live(str(one["name"]))) is not None]
    assert told
    assert all(30 <= live.total_seconds() <= 12 * 3600 for live in told)


def test_a_template_says_what_stands_in_each_place_by_number() -> None:
    for one in submissions("1801"):
        (body,) = one["components"]
        places = body["text"].count("{{")
        assert all("{{" + str(number) + "}}" in body["text"] for number in range(1, places + 1)), one["name"]
