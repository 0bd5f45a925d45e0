"""The newest object of a prefix, or each new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from mapalus.connectors.s3 import listing
from mapalus.connectors.s3.signature import Signature
from mapalus.engine.errors import Invalid, Misconfigured, Unavailable
from mapalus.engine.harvest.choosing import Choice, Found, choose, facts, is_unfinished, offering
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import _
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.client import Web

__all__ = ["BucketSource", "opened"]

_MOST_PAGES = 1000
_PAGE = 1000  # objects; no service gives more at once
_STATUSES = (301, 400, 403, 404)


def opened(settings: Settings, surroundings: Surroundings) -> BucketSource:
    return BucketSource(settings, surroundings)


class BucketSource:
    """The mark remembers each object that was taken by name, size and ETag."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        key_id, secret = settings.text("key_id"), settings.text("secret")
        if bool(key_id) != bool(secret):
            raise Invalid(fields={"secret": _("The id of a key and the key belong together.")})
        if "/" in settings.text("bucket"):
            raise Invalid(fields={"bucket": _("This is a name without strokes; folders belong to the prefix.")})
        self._auth = Signature(key_id, secret, settings.text("region")) if secret else None
        self._settings = settings
        self._surroundings = surroundings

    def check(self) -> None:
        with self._web() as web:
            listing.read(self._asked(web, {"list-type": "2", "max-keys": "1", "prefix": self._settings.text("prefix")}))

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with self._web() as web:
            choice = self._choose(web, mark)
            if choice is None:
                return None
            found = choice.found
            try:
                file = web.download(self._address(found.name), into=into)
            except Vanished as error:
                raise Unavailable(_("The file %(file)s was taken away while it was read."), file=found.name) from error
        assert file is not None  # nothing was said to be known
        if file.etag and found.tag and listing.bare(file.etag) != found.tag:
            file.path.unlink()
            raise Unavailable(_("The file %(file)s is still being written."), file=found.name)
        return Harvest(file.path, found.name.rpartition("/")[2], mark=choice.mark, facts=facts(choice))

    def offered(self) -> Iterator[Offering]:
        """Each object below the prefix, whatever its name; it is a shelf as well."""
        with self._web() as web:
            for found in self._listed(web):
                if not is_unfinished(found.name):
                    folder, stroke, _name = found.name.rpartition("/")
                    yield offering(found, self._settings, prefix=folder + stroke)

    def _web(self) -> Web:
        return Web(self._surroundings, auth=self._auth)

    def _choose(self, web: Web, mark: str) -> Choice | None:
        return choose(
            self._listed(web), pattern=self._settings.text("pattern"), take=self._settings.text("take"), mark=mark
        )

    def _listed(self, web: Web) -> Iterator[Found]:
        """Every object of the prefix; an interrupted list is a Problem, never a short one."""
        following: dict[str, str] = {}
        for _page in range(_MOST_PAGES):
            query = {"list-type": "2", "max-keys": str(_PAGE), "prefix": self._settings.text("prefix")}
            root = listing.read(self._asked(web, {**query, **following}))
            yield from listing.entries(root)
            before, following = following, listing.following(root)
            if not following:
                return
            if following == before:
                raise Unavailable(_("The source gives the same page again and goes no further."))
        raise Misconfigured(
            _("There are more than %(most)s files of this pattern."),
            advice=_("Narrow the pattern, or move away the files that were taken."),
            most=_MOST_PAGES * _PAGE,
        )

    def _asked(self, web: Web, query: dict[str, str]) -> Answer:
        answer = web.get(self._address(""), params=query, statuses=_STATUSES)
        if answer.status < 300:
            return answer
        code = listing.fault(answer.body)
        bucket = self._settings.text("bucket")
        region = answer.headers.get("x-amz-bucket-region", "") or listing.fault(answer.body, "Region")
        if answer.status == 301 or (region and region != self._settings.text("region")):
            raise Misconfigured(
                _("The bucket %(bucket)s lies in another region: %(region)s."),
                advice=_("Put that region, and the address of the service there, into the settings."),
                bucket=bucket, region=region or listing.fault(answer.body, "Endpoint") or code,
            )  # fmt: skip
        if answer.status == 404:
            raise Vanished(_("There is no bucket %(bucket)s."), bucket=bucket)
        if code == "RequestTimeTooSkewed":
            raise Misconfigured(_("The clock of this machine and that of the object storage differ too much."))
        raise Misconfigured(
            _("The object storage does not let us into the bucket %(bucket)s (%(cause)s)."),
            advice=_("Ask its keeper for a key that may list and read it, and put it into the environment."),
            bucket=bucket, cause=code or answer.status,
        )  # fmt: skip

    def _address(self, key: str) -> str:
        parts = urlsplit(self._settings.text("endpoint"))
        bucket, path = self._settings.text("bucket"), quote(key, safe="/-_.~")
        if self._settings.text("style") == "host":
            return urlunsplit((parts.scheme, f"{bucket}.{parts.netloc}", f"{parts.path.rstrip('/')}/{path}", "", ""))
        return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{quote(bucket)}/{path}", "", ""))
