"""The actions, by name. Each takes a call and gives the `result`; what it raises, the envelope turns into an answer."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from mapalus.apps.directory.models import Unit
from mapalus.doors.api.ckan import datastore, search, shapes
from mapalus.doors.api.ckan.envelope import Call
from mapalus.doors.api.ckan.solr import BadQuery
from mapalus.doors.api.licenses import LICENSES
from mapalus.doors.api.open import SAMPLE, find, find_resource, identifier
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.text import slug

__all__ = ["ACTIONS"]

_NAMES_MAX, _DICTS_MAX = 1000, 25
_SEARCHED = {
    "q", "fq", "fq_list", "sort", "rows", "start", "facet", "facet.field", "facet.limit", "facet.mincount", "fl",
    "include_private", "include_drafts", "include_deleted", "use_default_schema", "qf", "bf", "boost", "tie",
    "defType", "mm", "callback",
}  # fmt: skip


def status_show(call: Call) -> dict[str, Any]:
    """Return a dictionary with information about the site's configuration."""
    return {
        "ckan_version": "2.12.0",
        "site_url": call.site,
        "site_description": SAMPLE if settings.SAMPLE_DATA else "",
        "site_title": "Mapalus",
        "error_emails_to": None,
        "locale_default": "id",
        "extensions": ["datastore", "dcat"],
    }


def site_read(call: Call) -> bool:
    """Return whether the site may be read; older clients ask this first."""
    return True


def package_list(call: Call) -> list[str]:
    """Return a list of the names of the site's datasets (packages)."""
    return _page([entry.name for entry in search.entries()], call, limit=None)


def current_package_list_with_resources(call: Call) -> list[dict[str, Any]]:
    """Return a list of the site's datasets and their resources, most recently modified first."""
    newest = search.keys(sort="metadata_modified desc, id desc")
    if call.data.get("page") not in (None, ""):
        limit = call.number("limit", 10)
        start = (call.number("page", 1, least=1) - 1) * limit
        return search.packages(newest[start : start + limit], site=call.site)
    return search.packages(_page(newest, call, limit=None), site=call.site)


def package_show(call: Call) -> dict[str, Any]:
    """Return the metadata of a dataset (package) and its resources."""
    dataset = find(call.text("id") or call.required("name_or_id"))
    if dataset is None:
        raise NotFound
    return search.shown(dataset, site=call.site)


def package_search(call: Call) -> dict[str, Any]:
    """Search for packages satisfying a given search criteria."""
    unknown = [name for name in call.data if name not in _SEARCHED and not name.startswith("ext_")]
    if unknown:
        raise BadQuery(reason=f"unknown parameters {', '.join(sorted(unknown))}")
    facets = call.parsed("facet.field", []) if call.truth("facet", default=True) else []
    if isinstance(facets, str):
        facets = [facets]
    if not isinstance(facets, list) or len(facets) > 50:
        raise Invalid(fields={"facet.field": "Must be a list"})
    fq = call.data.get("fq") or []
    more = call.parsed("fq_list", [])
    result = search.search(
        site=call.site,
        now=clock.now(),
        q=call.text("q") or "*:*",
        fq=[str(one) for many in (fq, more) for one in (many if isinstance(many, list) else [many])],
        sort=call.text("sort") or "score desc, metadata_modified desc",
        rows=min(call.number("rows", 10), search.ROWS_MAX),
        start=call.number("start", 0),
        facets=[str(name) for name in facets],
        facet_limit=call.number("facet.limit", 50, least=None),
        facet_mincount=call.number("facet.mincount", 1),
    )
    fields = call.text("fl").replace(",", " ").split()
    if fields:
        result["results"] = [{name: one.get(name) for name in fields} for one in result["results"]]
    return result


def package_autocomplete(call: Call) -> list[dict[str, Any]]:
    """Return a list of datasets (packages) that match a string."""
    asked = call.required("q").lower()
    found = [
        {"name": one.name, "title": one.title, "match_field": "name" if asked in one.name else "title",
         "match_displayed": one.name if asked in one.name else f"{one.title} ({one.name})"}
        for one in search.entries()
        if asked in one.name or asked in one.title.lower()
    ]  # fmt: skip
    return found[: call.number("limit", 10)]


def resource_show(call: Call) -> dict[str, Any]:
    """Return the metadata of a resource."""
    wanted = call.required("id")
    dataset, _suffix = find_resource(wanted) or (None, "")
    for one in search.shown(dataset, site=call.site)["resources"] if dataset else ():
        if one["id"] == wanted:
            return dict(one)
    raise NotFound


def resource_search(call: Call) -> dict[str, Any]:
    """Search for resources in public Datasets."""
    asked = call.data.get("query")
    terms = asked if isinstance(asked, list) else [asked] if asked else []
    if not terms:
        raise Invalid(fields={"query": "Missing value"})
    pairs = []
    for term in terms:
        name, colon, value = str(term).partition(":")
        if not colon or not value:
            raise Invalid(fields={"query": "Must be <field>:<value> pair(s)"})
        pairs.append((name, value.lower()))
    found: list[dict[str, Any]] = []
    for one in search.each_resource(site=call.site):  # one dataset after the other: all of them would fill the memory
        for name, _value in pairs:
            if name not in one:
                raise Invalid(fields={"query": f'Field "{name}" not recognised in resource_search.'})
        if all(value in str(one[name] or "").lower() for name, value in pairs):
            found.append(one)
    if call.text("order_by"):
        found.sort(key=lambda one: str(one.get(call.text("order_by")) or ""))
    return {"count": len(found), "results": _page(found, call, limit=None)}


def organization_list(call: Call) -> list[Any]:
    """Return a list of the names of the site's organizations."""
    counts = _counts()
    wanted = call.parsed("organizations", None) if call.data.get("organizations") else None
    units = [unit for unit in Unit.objects.visible_to(None) if counts[unit.code] or wanted]
    if wanted:
        names = {str(name) for name in (wanted if isinstance(wanted, list) else [wanted])}
        units = [unit for unit in units if unit.code in names]
    dicts = [shapes.organization(unit, count=counts[unit.code]) for unit in units]
    return _named(call, dicts)


def organization_show(call: Call) -> dict[str, Any]:
    """Return the details of an organization."""
    wanted = call.required("id")
    for unit in Unit.objects.visible_to(None):
        if wanted in (unit.code, identifier("organization", unit.code)):
            result = shapes.organization(unit, count=_counts()[unit.code])
            if call.truth("include_datasets"):
                keys = [entry.pk for entry in search.entries() if entry.unit == unit.code]
                result["packages"] = search.packages(keys[:10], site=call.site)
            return result
    raise NotFound


def group_list(call: Call) -> list[Any]:
    """Return a list of the names of the site's groups."""
    return _named(call, _groups())


def group_show(call: Call) -> dict[str, Any]:
    """Return the details of a group."""
    wanted = call.required("id")
    for one in _groups():
        if wanted in (one["name"], one["id"]):
            if call.truth("include_datasets"):
                themes = [(entry.pk, {slug(theme) for theme in entry.themes}) for entry in search.entries()]
                keys = [key for key, names in themes if one["name"] in names]
                one["packages"] = search.packages(keys[:10], site=call.site)
            return one
    raise NotFound


def tag_list(call: Call) -> list[Any]:
    """Return a list of the site's tags."""
    if call.text("vocabulary_id"):
        raise NotFound  # no vocabulary is kept here
    asked = call.text("query").lower()
    found = [name for name in search.values("tags") if asked in name]
    return [shapes.tag(name) for name in found] if call.truth("all_fields") else list(found)


def tag_show(call: Call) -> dict[str, Any]:
    """Return the details of a tag."""
    wanted = call.required("id")
    for name in search.values("tags"):
        if wanted in (name, identifier("tag", name)):
            return shapes.tag(name)
    raise NotFound


def tag_search(call: Call) -> dict[str, Any]:
    """Return a list of tags whose names contain a given string."""
    asked = _words(call)
    found = [shapes.tag(name) for name in search.values("tags") if all(word in name for word in asked)]
    return {"count": len(found), "results": _page(found, call, limit=None)}


def tag_autocomplete(call: Call) -> list[str]:
    """Return a list of tag names that contain a given string."""
    asked = _words(call)
    return _page([name for name in search.values("tags") if all(word in name for word in asked)], call, limit=None)


def format_autocomplete(call: Call) -> list[str]:
    """Return a list of resource formats whose names contain a string."""
    asked = call.required("q").lower()
    found = sorted({one.lower() for one in search.values("res_format") if asked in one.lower()})
    return found[: call.number("limit", 5)]


def organization_autocomplete(call: Call) -> list[dict[str, Any]]:
    """Return a list of organization names that contain a string."""
    return _completed(call, [shapes.organization(unit, count=0) for unit in Unit.objects.visible_to(None)])


def group_autocomplete(call: Call) -> list[dict[str, Any]]:
    """Return a list of group names that contain a string."""
    return _completed(call, _groups())


def group_package_show(call: Call) -> list[dict[str, Any]]:
    """Return the datasets (packages) of a group."""
    wanted = call.required("id")
    for one in _groups():
        if wanted in (one["name"], one["id"]):
            themes = [(entry.pk, {slug(theme) for theme in entry.themes}) for entry in search.entries()]
            keys = [key for key, names in themes if one["name"] in names]
            return search.packages(_page(keys, call, limit=search.ROWS_MAX), site=call.site)
    raise NotFound


def nothing(call: Call) -> list[Any]:
    """Return an empty list: there are none of these here."""
    return []


def _words(call: Call) -> list[str]:
    said = call.data.get("query") or call.data.get("q") or []
    return [str(word).lower() for word in (said if isinstance(said, list) else [said]) if str(word).strip()]


def _completed(call: Call, dicts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    asked = call.required("q").lower()
    found = [one for one in dicts if asked in one["name"].lower() or asked in one["title"].lower()]
    found.sort(key=lambda one: one["name"])
    return [{name: one[name] for name in ("id", "name", "title")} for one in found[: call.number("limit", 20)]]


def license_list(_call: Call) -> list[dict[str, Any]]:
    """Return the list of licenses available for datasets on the site."""
    return [shapes.license_dict(one) for one in LICENSES]


def help_show(call: Call) -> str:
    """Return the help string for a particular API action."""
    name = call.required("name")
    if name not in ACTIONS:
        raise NotFound(message=f"Action {name} was not found.")
    return inspect.getdoc(ACTIONS[name]) or ""


def _page(found: list[Any], call: Call, *, limit: int | None) -> list[Any]:
    start = call.number("offset", 0)
    asked = call.data.get("limit")
    end = None if asked in (None, "") else start + call.number("limit", 0)
    if limit is not None:
        end = min(end if end is not None else start + limit, start + limit)
    return found[start:end]


def _named(call: Call, dicts: Sequence[dict[str, Any]]) -> list[Any]:
    """Organizations or groups: names, or whole with `all_fields`; sorted as asked."""
    name, _space, way = (call.text("sort") or call.text("order_by") or "title asc").partition(" ")
    name = {"packages": "package_count"}.get(name, name)
    if name not in ("name", "title", "package_count"):
        raise Invalid(fields={"sort": f"Cannot sort by field `{name}`"})
    ordered = sorted(dicts, key=lambda one: (one[name], one["name"]), reverse=way.strip().lower() == "desc")
    if call.truth("all_fields"):
        return _page(list(ordered), call, limit=_DICTS_MAX)
    return _page([one["name"] for one in ordered], call, limit=_NAMES_MAX)


def _counts() -> Counter[str]:
    return Counter(entry.unit for entry in search.entries())


def _groups() -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for theme in (theme for entry in search.entries() for theme in entry.themes if slug(theme)):
        if slug(theme) not in found:
            found[slug(theme)] = {
                **shapes.group(theme), "type": "group", "state": "active", "approval_status": "approved",
                "is_organization": False, "image_url": "", "created": None, "package_count": 0, "num_followers": 0,
                "extras": [], "groups": [], "tags": [], "users": [],
            }  # fmt: skip
        found[slug(theme)]["package_count"] += 1
    return list(found.values())


ACTIONS: dict[str, Callable[[Call], Any]] = {
    action.__name__: action
    for action in (
        status_show,
        site_read,
        package_list,
        current_package_list_with_resources,
        package_show,
        package_search,
        package_autocomplete,
        resource_show,
        resource_search,
        organization_list,
        organization_show,
        group_list,
        group_show,
        tag_list,
        tag_show,
        tag_search,
        tag_autocomplete,
        format_autocomplete,
        organization_autocomplete,
        group_autocomplete,
        group_package_show,
        license_list,
        help_show,
        datastore.datastore_search,
        datastore.datastore_search_sql,
        datastore.datastore_info,
    )
} | dict.fromkeys(("vocabulary_list", "resource_view_list", "organization_list_for_user"), nothing)
