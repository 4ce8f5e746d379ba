"""A database or a Redis on another machine is spoken to over TLS, or not at all."""

import pytest

from fbads_pipeline.domain.core.encrypted_connections import (
    is_this_machine,
    require_database_tls,
    require_redis_tls,
)


def refusal(url, wanted="require", **environment):
    try:
        require_database_tls(url, wanted, environment)
    except ValueError as wrong:
        return str(wrong)
    return None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@127.0.0.1:5432/d",
        "postgresql+psycopg2://u:p@localhost/d",
        "postgresql://u@[::1]:5432/d",
        "postgresql:///d?host=/var/run/postgresql",
        "postgresql://fbads:@/fbads?host=%2Ftmp%2Fx",
        "postgresql:///d",
        "postgresql://u:p/?x@db.example/d?sslmode=require",
        "postgresql://u@db.example/d?sslmode=verify-full&sslrootcert=/x",
        "mysql://x",
    ],
)
def test_this_machine_and_encrypted_connections_are_let_through(url):
    assert refusal(url) is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres://u:hunter2@db.example/d", "db.example is another machine, and the address has no sslmode"),
        ("postgresql://u:hunter2@10.0.0.4:5432/d?sslmode=disable", "10.0.0.4 .* sslmode=disable"),
        ("postgresql://u:hunter2@db/d?sslmode=prefer", "sslmode=prefer"),
        ("postgresql://u:hunter2@127.0.0.1,db.example:5433/d", "db.example is another machine"),
        ("postgresql://u:hunter2@127.0.0.1/d?host=db.example", "db.example"),
        ("postgresql://u:hunter2@localhost/d?hostaddr=10.0.0.4", "10.0.0.4"),
        ("postgresql://u:hunter2@[fe80::1]/d", "fe80::1"),
        ("postgresql:///d?service=x", "service file"),
        ("postgresql://u:hunter2@127.0.0.1@db.example/d", "db.example"),
        ("postgresql://u:hunter2@db.example/d?sslmode=require&sslmode=disable", "sslmode=disable"),
    ],
)
def test_a_plain_connection_to_another_machine_is_refused_in_words(url, says):
    with pytest.raises(ValueError, match=says) as refused:
        require_database_tls(url, "require", {})
    assert "hunter2" not in str(refused.value) and "FBADS_DATABASE_TLS=off" in str(refused.value)


def test_what_libpq_takes_from_the_environment_counts():
    assert "db.example" in refusal("postgresql:///d", PGHOST="db.example")
    assert refusal("postgresql://u@db.example/d", PGSSLMODE="require") is None
    assert refusal("postgresql://u@db.example/d?sslmode=prefer", PGSSLMODE="require")


def test_a_checked_certificate_may_be_wanted_or_nothing():
    encrypted = "postgresql://u@db.example/d?sslmode=require"
    assert "or ?sslmode=require" not in refusal(encrypted, "verify-full")
    assert refusal(f"{encrypted.removesuffix('require')}verify-full", "verify-full") is None
    assert refusal("postgresql://u@db.example/d", "off") is None


def test_a_redis_on_another_machine_is_spoken_to_over_tls():
    for url in ("rediss://r.example", "redis://127.0.0.1/0", "redis://localhost:6379", "unix:///r.sock"):
        require_redis_tls(url, True)
    require_redis_tls("redis://r.example", False)
    with pytest.raises(ValueError, match="r.example is another machine: begin the address with rediss://"):
        require_redis_tls("redis://:hunter2@r.example:6379/0", True)


def test_names_that_only_begin_like_this_machine_are_others():
    assert [is_this_machine(one) for one in ("localhost.example", "127.0.0.1.example", "0.0.0.0")] == [False] * 3
