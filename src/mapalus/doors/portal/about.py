"""What this is, and the small files that machines look for at a site's root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.portal.services import known_services
from mapalus.doors.portal.services_start import may_wait
from mapalus.doors.ui.context import province_name

__all__ = ["About", "about", "manifest", "offline", "robots", "sitemap", "worker"]


@dataclass(frozen=True)
class About:
    """Context of portal/about.html."""

    origin: str  # scheme and host, for addresses people copy
    example: str  # name of a dataset that exists, for the examples; empty without any


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@login_not_required
@require_safe
@kept_while_same
def about(request: HttpRequest) -> HttpResponse:
    """What Mapalus is, how a figure comes about, who may use it and how."""
    first = Dataset.objects.visible_to(None).order_by("name").values_list("name", flat=True).first()
    return render(request, "portal/about.html", {"page": About(_origin(request), first or "")})


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be found; desks and switches are none of it. Samples stay out of search engines."""
    if settings.SAMPLE_DATA:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        closed = ("/meja/", "/papan/", "/akun/", "/-/", "/cari", "/layanan/kasus/", "/layanan/ikuti/", "/layanan/saya/")
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {_origin(request)}/sitemap.xml"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Public pages with the day of their last change."""
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement("urlset", AttributesImpl({"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}))
    found = Dataset.objects.visible_to(None).values_list("name", "current__published_at").order_by("name")
    pages: list[tuple[str, datetime | None]] = [
        (path, None) for path in ("/", "/layanan/", "/data/", "/instansi/", "/tentang/")
    ]
    pages += [(one.href, one.version.loaded_at) for one in known_services()]
    for path, changed in [*pages, *((f"/data/{name}/", at) for name, at in found)]:
        xml.startElement("url", AttributesImpl({}))
        xml.addQuickElement("loc", f"{_origin(request)}{path}")
        if changed is not None:
            xml.addQuickElement("lastmod", changed.date().isoformat())
        xml.endElement("url")
    xml.endElement("urlset")
    xml.endDocument()
    return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """So that the portal can stand on the first screen of a cheap telephone."""
    icon = {"src": static("ui/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    said = {
        "name": f"Mapalus {province_name(settings.PROVINCE_CODE)}",
        "short_name": "Mapalus",
        "lang": "id",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#062c38",
        "icons": [{**icon, "purpose": "any"}, {**icon, "src": static("ui/mark-maskable.svg"), "purpose": "maskable"}],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown where neither the network nor a kept copy answers."""
    return render(request, "portal/offline.html")


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it serves the whole portal; it names this release's style sheet."""
    waiting = [one for one in known_services() if may_wait(one)]
    digest = sha256(" ".join(one.version.digest for one in waiting).encode()).hexdigest()[:8]
    known = {"forms": [one.name for one in waiting], "digest": digest}
    response = render(request, "portal/worker.js", known, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
