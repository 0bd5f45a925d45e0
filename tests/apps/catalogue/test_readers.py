"""Who reads the data and said so: tokens of applications, people who follow, and what they are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from mapalus.apps.catalogue import dependents, following, reading_tokens, use
from mapalus.apps.catalogue.models import Classification, Dataset, Follower, ReadToken, ReadTokenUse
from mapalus.apps.directory import accounts
from mapalus.apps.ledger.models import Entry
from mapalus.apps.notices import sending
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotAllowed
from tests.apps.catalogue.cast import NOW, actor, province, published
from tests.apps.catalogue.examples_readers import token

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return published(province(tmp_path)).dataset


def account(name: str = "warga-1", email: str = "siti@contoh.id") -> reading_tokens.Account:
    return reading_tokens.Account(User.objects.create(username=name, email=email).pk)


def restrict(dataset: Dataset) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(
        classification=Classification.RESTRICTED, classification_ground="UU 14/2008 Pasal 17"
    )


def test_the_secret_is_told_once_and_kept_nowhere(dataset: Dataset) -> None:
    by = actor("dinkes.kadis")
    made, secret = reading_tokens.issue_token(
        ReadToken, name="Dasbor", purpose="peta", contact="dinkes", until=NOW + timedelta(days=90), by=by, now=NOW
    )
    assert secret.startswith("mpr_")
    assert secret not in repr(ReadToken.objects.filter(pk=made.pk).values().get())
    assert secret not in repr(list(Entry.objects.values()))
    with pytest.raises(Invalid):
        reading_tokens.issue_token(
            ReadToken, name="x", purpose="y", contact="z", until=NOW + timedelta(days=900), by=by, now=NOW
        )


def test_of_an_accounts_token_the_ledger_says_nothing_that_tells_whose_it_is(db: None) -> None:
    by = account()
    made, _secret = reading_tokens.issue_token(
        ReadToken, name="Skripsi Siti", purpose="skripsi", contact="siti@contoh.id", until=NOW + timedelta(days=90),
        by=by, now=NOW, is_wide=True,
    )  # fmt: skip
    assert (made.position, made.is_wide) == ("", False)
    written = repr(list(Entry.objects.values()))
    assert "Siti" not in written
    assert "siti@" not in written
    with pytest.raises(NotAllowed):
        reading_tokens.revoke_token(made, reason="x", by=account("warga-2", "b@contoh.id"), now=NOW)


@pytest.mark.parametrize(
    "header", [{"authorization": "Bearer {0}"}, {"authorization": "{0}"}, {"x-ckan-api-key": "{0}"}]
)
def test_a_wide_token_reads_what_its_position_may_see_and_no_more(
    dataset: Dataset, client: Client, header: dict[str, str]
) -> None:
    restrict(dataset)
    addresses = (
        f"/data/{dataset.name}.csv", f"/api/v1/datasets/{dataset.name}/rows",
        f"/api/3/action/datastore_search?resource_id={dataset.name}", f"/api/3/action/package_show?id={dataset.name}",
    )  # fmt: skip
    now = clock.now()
    for secret, position, is_wide, expected in (
        ("mpr_lebar", "dinkes.kadis", True, 200), ("mpr_biasa", "dinkes.kadis", False, 404),
        ("mpr_lain", "pupr.kadis", True, 404),
    ):  # fmt: skip
        made = token(position, position.split(".")[0], secret=secret, is_wide=is_wide)
        ReadToken.objects.filter(pk=made.pk).update(expires_at=now + timedelta(days=9))
        headers = {name: value.format(secret) for name, value in header.items()}
        for address in addresses:
            answer = client.get(address, headers=headers)
            assert answer.status_code == expected, (address, secret)
            if expected == 200:
                assert "private" in answer["Cache-Control"]
                assert "Authorization" in answer["Vary"]
            b"".join(answer) if answer.streaming else answer.content
    assert all(client.get(address).status_code == 404 for address in addresses)
    Dataset.objects.filter(pk=dataset.pk).update(classification=Classification.CLOSED)
    closed = client.get(addresses[0], headers={"authorization": "Bearer mpr_lebar"})
    assert closed.status_code == 404


@pytest.mark.parametrize("end", ["revoked", "expired", "unknown", "other key"])
def test_a_token_that_does_not_count_is_told_and_another_key_is_passed_over(
    dataset: Dataset, client: Client, end: str
) -> None:
    made, now = token(secret="mpr_habis"), clock.now()
    ends = {"expires_at": now - timedelta(days=1)} if end == "expired" else {"expires_at": now + timedelta(days=1)}
    ends |= {"revoked_at": now} if end == "revoked" else {}
    ReadToken.objects.filter(pk=made.pk).update(**ends)
    secret = {"unknown": "mpr_lain", "other key": "8f2c-kunci-portal-lain"}.get(end, "mpr_habis")
    headers = {"authorization": secret}
    found = client.get(f"/api/3/action/package_show?id={dataset.name}", headers=headers)
    file = client.get(f"/data/{dataset.name}.csv", headers=headers)
    if end == "other key":
        assert (found.status_code, file.status_code) == (200, 200)
        b"".join(file)
    else:
        assert found.status_code == 403
        assert found.json()["error"]["__type"] == "Authorization Error"
        assert file.status_code == 401


def test_who_reads_with_a_token_is_counted_and_asked(dataset: Dataset, client: Client) -> None:
    made, now = token("pupr.kadis", "pupr", secret="mpr_pu"), clock.now()
    ReadToken.objects.filter(pk=made.pk).update(expires_at=now + timedelta(days=9))
    use.flush(now=now, is_last=True)  # what other tests left
    ReadTokenUse.objects.all().delete()
    assert [one for one in dependents.of(dataset) if one.kind == "reader"] == []
    for _time in range(2):
        client.get(f"/api/v1/datasets/{dataset.name}/rows", headers={"authorization": "Bearer mpr_pu"})
    client.get(f"/api/v1/datasets/{dataset.name}/rows")
    use.flush(now=now, is_last=True)
    assert ReadTokenUse.objects.get(token=made, dataset=dataset).count == 2
    (asked,) = [one for one in dependents.of(dataset) if one.kind == "reader"]
    assert (asked.key, asked.position) == (str(made.pk), "pupr.kadis")


def test_the_tokens_of_an_account_end_with_it(db: None, client: Client) -> None:
    by = account()
    _made, secret = reading_tokens.issue_token(
        ReadToken, name="a", purpose="b", contact="c", until=clock.now() + timedelta(days=9), by=by, now=clock.now()
    )
    keys = accounts._keys["catalogue"]
    user = User.objects.get(pk=by.user)
    assert len(list(keys.held_by(user))) == 1
    assert keys.end(user) == 1
    with pytest.raises(reading_tokens.UnknownToken):
        reading_tokens.reader_of({"Authorization": secret}, now=clock.now())


def test_followers_are_told_once_of_a_version_and_how_to_end_it(dataset: Dataset) -> None:
    one = account()
    following.follow(dataset, by=one, now=NOW)
    following.follow(dataset, by=one, now=NOW)
    assert dataset.current is not None
    for _again in range(2):
        following.tell_followers("catalogue.publish", dataset.current.pk, now=NOW)
    notice = Notice.objects.get(receiver__startswith="follower:")
    assert dataset.title in notice.subject
    assert "{link}" in notice.body
    assert notice.url == f"/data/{dataset.name}/"
    sending.send(notice.pk, now=NOW)
    assert mail.outbox[0].to == ["siti@contoh.id"]
    assert f"/data/{dataset.name}/ikuti/" in mail.outbox[0].body
    following.unfollow(Follower.objects.get(), by=one, now=NOW)
    assert following.tell_followers("catalogue.withdraw", dataset.current.pk, now=NOW) == 0


def test_nobody_is_told_of_what_is_closed_since(dataset: Dataset) -> None:
    following.follow(dataset, by=account(), now=NOW)
    Dataset.objects.filter(pk=dataset.pk).update(classification=Classification.CLOSED, classification_ground="x")
    assert dataset.current is not None
    assert following.tell_followers("catalogue.publish", dataset.current.pk, now=NOW) == 0


def test_following_by_the_page_and_back(dataset: Dataset, client: Client) -> None:
    address = f"/data/{dataset.name}/ikuti/"
    assert "/layanan/saya/?next=" in client.get(address).content.decode()
    assert client.post(address, {"ikuti": "1"}).status_code == 302
    assert not Follower.objects.exists()
    client.force_login(User.objects.create(username="warga-9", email="a@contoh.id"))
    client.post(address, {"ikuti": "1"})
    assert "a@contoh.id" in client.get(address).content.decode()
    assert address in client.get("/layanan/saya/").content.decode()
    client.post(address, {"ikuti": "0"})
    assert not Follower.objects.exists()


def test_an_account_makes_a_token_and_ends_it(client: Client, db: None) -> None:
    client.force_login(User.objects.create(username="warga-9", email="a@contoh.id"))
    given = {"name": "Peta", "purpose": "tugas", "contact": "a@contoh.id", "term": "90"}
    answer = client.post("/layanan/saya/token/", given).content.decode()
    assert "mpr_" in answer
    made = ReadToken.objects.get()
    assert client.post("/layanan/saya/token/", {**given, "name": ""}).status_code == 422
    assert client.post(f"/layanan/saya/token/{made.pk}/akhiri/").status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_a_reader_whose_position_is_vacant_reads_what_is_open(dataset: Dataset, monkeypatch: Any) -> None:
    made = token(secret="mpr_lowong", is_wide=True)
    monkeypatch.setattr(reading_tokens, "holder_of", lambda position, now: type("Nobody", (), {"person": ""}))
    restrict(dataset)
    reader = reading_tokens.reader_of({"Authorization": "mpr_lowong"}, now=NOW)
    assert reader is not None
    assert reader.token == made
    assert not reading_tokens.readable(reader).filter(pk=dataset.pk).exists()
