from devstack.environment import entered, hermetic

A_BUSY_SHELL = {
    "PATH": "/usr/bin",
    "LANG": "id_ID.UTF-8",
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.ap-southeast-3.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "KABAR_TABLE": "kabar-prod",
    "https_proxy": "http://proxy:3128",
    "HTTP_PROXY": "http://proxy:3128",
    "ALL_PROXY": "socks5://proxy",
}


def test_nothing_of_a_real_account_or_a_proxy_reaches_a_process_of_the_stack() -> None:
    environment = hermetic(A_BUSY_SHELL)
    assert environment["PATH"] == "/usr/bin"
    assert environment["AWS_ACCESS_KEY_ID"] == "devstack"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert "127.0.0.1" in environment["NO_PROXY"]
    gone = {
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "KABAR_TABLE",
    }
    assert not environment.keys() & (gone | {"https_proxy", "HTTP_PROXY", "ALL_PROXY"})


def test_an_environment_is_entered_in_place_and_left_as_it_was() -> None:
    environ = dict(A_BUSY_SHELL)
    with entered(environ):
        assert environ == hermetic(A_BUSY_SHELL)
        environ |= {"KABAR_TABLE": "kabar-dev", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "PATH": "/elsewhere"}
    assert environ == A_BUSY_SHELL
