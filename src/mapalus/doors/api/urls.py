from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from mapalus.doors.api.ckan import bookmarks
from mapalus.doors.api.ckan import views as ckan
from mapalus.doors.api.dcat import views as dcat
from mapalus.doors.api.open311 import views as open311
from mapalus.doors.api.v1 import views as v1

app_name = "api"
_GEO = r"^open311/v2/"
_FORMAT = r"\.(?P<fmt>json|xml)$"
_ACTION = r"(?:3/)?action/(?P<name>[a-z_]+)/?$"
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^api/" + _ACTION, ckan.action, name="ckan-action"),
    re_path(r"^api/3/?$", ckan.api_version, name="ckan-version"),
    path("api/v1/docs", v1.docs, name="docs"),
    path("api/v1/", include((v1.patterns(), "v1"))),
    re_path(r"^api/v1/(?P<rest>.*)$", v1.missing),
    path("api/util/status", ckan.util_status, name="ckan-status"),
    path("datastore/dump/<str:resource_id>", ckan.dump, name="ckan-dump"),
    re_path(r"^catalog\.(?P<suffix>ttl|jsonld|rdf|xml|n3)$", dcat.catalog, name="dcat-catalog"),
    re_path(r"^dataset/(?P<name>[\w-]+)\.(?P<suffix>ttl|jsonld|rdf|xml|n3)$", dcat.dataset, name="dcat-dataset"),
    re_path(r"^dataset/(?P<name>[\w-]+)/?$", ckan.dataset, name="ckan-dataset"),
    re_path(
        r"^dataset/(?P<name>[\w-]+)/resource/(?P<resource_id>[\w-]+)/?(?P<rest>download/.*)?$",
        ckan.resource,
        name="ckan-resource",
    ),
    re_path(r"^dataset/?$", bookmarks.datasets, name="ckan-datasets"),
    re_path(r"^feeds/dataset\.atom$", bookmarks.feed, name="ckan-feed"),
    re_path(r"^group(?:/(?P<name>[\w-]+))?/?$", bookmarks.group, name="ckan-group"),
    re_path(r"^organization/?$", bookmarks.organizations, name="ckan-organizations"),
    re_path(r"^organization/(?P<name>[\w-]+)/?$", ckan.organization, name="ckan-organization"),
    re_path(rf"{_GEO}services{_FORMAT}", open311.listing, name="open311-services"),
    re_path(rf"{_GEO}services/(?P<code>[\w.-]+){_FORMAT}", open311.definition, name="open311-definition"),
    re_path(rf"{_GEO}requests{_FORMAT}", open311.reports, name="open311-requests"),
    re_path(rf"{_GEO}requests/(?P<number>[\w.-]+){_FORMAT}", open311.report, name="open311-request"),
    re_path(rf"{_GEO}tokens/(?P<code>[\w.-]+){_FORMAT}", open311.token, name="open311-token"),
    re_path(rf"{_GEO}servicerequestupdates{_FORMAT}", open311.updates, name="open311-updates"),
    re_path(rf"^(?:open311/(?:v2/)?)?discovery{_FORMAT}", open311.discovery, name="open311-discovery"),
]
