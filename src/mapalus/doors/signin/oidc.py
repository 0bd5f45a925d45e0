"""Signing in through another server by OpenID Connect (INApas, IKD, an agency's own): code flow with PKCE and nonce.

The library leaves the signature of the id_token unchecked where it came straight from the server. We check it, the
issuer, the nonce and that both answers speak of the same person, and keep of all claims one: a keyed hash of who it is.
No identity number is asked for, and where a server sends one it is not kept. Claims never give rights: positions do.
"""

from __future__ import annotations

import secrets
from typing import Any

import jwt
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mapalus.apps.directory import identities
from mapalus.doors.signin.oidc_web import Web
from mapalus.engine import clock
from mapalus.engine.errors import NotAllowed, NotFound

__all__ = ["SocialAdapter", "begin", "callback", "cancelled", "connect_token", "providers", "remove"]

log = structlog.get_logger()
_NONCES = "oidc_nonces"
_KEPT = 300  # seconds a server's description and keys are believed
_MOST_NONCES = 5


def providers() -> tuple[tuple[str, str], ...]:
    """Name in addresses and name on the button of each server that is set up."""
    return tuple((one["provider_id"], one["name"]) for one in settings.OIDC)


class Verified(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """What the server says, checked."""

    @property
    def openid_config(self) -> dict[str, Any]:
        server = self.get_provider().server_url
        found: dict[str, Any] = _kept(f"oidc-server:{server}", server)
        issuer = str(self.get_provider().app.settings["server_url"])
        if str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/").removesuffix(
            "/.well-known/openid-configuration"
        ):
            raise OAuth2Error("issuer of the description")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                raise OAuth2Error(f"no {name}")
        return found

    def get_provider(self) -> OpenIDConnectProvider:
        found = super().get_provider()
        return _WithNonce(self.request, app=found.app)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **known: Any) -> SocialLogin:
        claims = self._claims(known["response"].get("id_token"), app.client_id)
        said = {**claims, **self._person(token.token, claims["sub"])}
        return self.get_provider().sociallogin_from_response(request, {"id_token": _needed(app, said)})

    def _claims(self, given: object, client: str) -> dict[str, Any]:
        config = self.openid_config
        try:
            if not isinstance(given, str):
                raise OAuth2Error("no id_token")
            key = self._key(jwt.get_unverified_header(given).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                given, key=key.key, algorithms=[key.algorithm_name], audience=client, issuer=config["issuer"],
                leeway=30, options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OAuth2Error(type(error).__name__) from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client:
            raise OAuth2Error("azp")
        if not claims["sub"] or not _spend_nonce(self.request, str(claims.get("nonce", ""))):
            raise OAuth2Error("nonce")
        return claims

    def _key(self, kid: object) -> jwt.PyJWK:
        """The public key of that number; asked for anew once, because keys are changed."""
        address = self.openid_config["jwks_uri"]
        for is_fresh in (False, True):
            found = _kept(f"oidc-keys:{address}", address, is_fresh=is_fresh)
            try:
                keys = [one for one in jwt.PyJWKSet.from_dict(found).keys if one.key_type in ("RSA", "EC", "OKP")]
            except (jwt.PyJWTError, KeyError, TypeError, ValueError):
                keys = []
            matching = [one for one in keys if one.key_id == kid] if kid else keys
            if len(matching) == 1:
                return matching[0]
        raise OAuth2Error("no key")

    def _person(self, access: str, subject: str) -> dict[str, Any]:
        if not self.openid_config.get("userinfo_endpoint"):
            return {}
        found: dict[str, Any] = self._fetch_user_info(access)
        if found.get("sub") != subject:
            raise OAuth2Error("userinfo of somebody else")
        return found


class _WithNonce(OpenIDConnectProvider):  # type: ignore[misc]
    def get_oauth2_adapter(self, request: HttpRequest) -> Verified:
        return Verified(request, self.app.provider_id)

    def get_auth_params(self) -> dict[str, str]:
        nonce = secrets.token_urlsafe(24)
        known = self.request.session.get(_NONCES, [])
        self.request.session[_NONCES] = [*known, nonce][-_MOST_NONCES:]
        return {**super().get_auth_params(), "nonce": nonce}


def _spend_nonce(request: HttpRequest, nonce: str) -> bool:
    known = request.session.get(_NONCES, [])
    request.session[_NONCES] = [one for one in known if one != nonce]
    return bool(nonce) and nonce in known


def _kept(key: str, address: str, *, is_fresh: bool = False) -> dict[str, Any]:
    mark = salted_hmac("oidc", key).hexdigest()
    found = None if is_fresh else cache.get(mark)
    if found is None:
        reply = Web().get(address)
        reply.raise_for_status()
        found = reply.json()
        cache.set(mark, found, _KEPT)
    return dict(found)


def _needed(app: Any, said: dict[str, Any]) -> dict[str, Any]:
    """All that is kept of the claims: who it is as a keyed hash, the proved address, the name."""
    is_proved = said.get("email_verified") in (True, "true")
    return {
        "sub": identities.digest(app.provider_id, str(said["sub"])),
        "email": str(said.get("email", ""))[:254] if is_proved else "",
        "email_verified": is_proved,
        "name": str(said.get("name", ""))[:120],
    }


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Servers come from the settings alone; whose account it is, we decide."""

    def get_requests_session(self) -> Web:
        return Web()

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def on_authentication_error(self, request: HttpRequest, provider: Any, **known: Any) -> None:
        reason = known.get("exception") or known.get("error")
        log.warning("oidc_refused", provider=provider.app.provider_id, reason=str(reason)[:120])
        is_cancelled = known.get("error") == AuthError.CANCELLED
        raise ImmediateHttpResponse(_refused(request, provider.name, is_cancelled=is_cancelled))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find whose account it is, or stop with one sentence. After this it is somebody's, or nobody's yet."""
        name = sociallogin.provider.name
        sociallogin.account.extra_data = {}
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(_connected(request, sociallogin))
        if sociallogin.is_existing:
            return
        address = next((one.email for one in sociallogin.email_addresses if one.verified), "")
        owner = identities.owner_of(address) if address else None
        if owner is None:
            return
        if not sociallogin.provider.app.settings.get("trusts_email"):
            raise ImmediateHttpResponse(_refused(request, name, is_known=True))
        sociallogin.account = identities.link(
            owner, provider=sociallogin.account.provider, uid=sociallogin.account.uid, now=clock.now()
        )
        sociallogin.user = owner

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A citizen who was not here before."""
        address = next((one.email for one in sociallogin.email_addresses if one.verified), "")
        sociallogin.account = identities.welcome(
            provider=sociallogin.account.provider, uid=sociallogin.account.uid, email=address,
            name=sociallogin.user.get_full_name(), now=clock.now(),
        )  # fmt: skip
        sociallogin.user = sociallogin.account.user
        return sociallogin.account.user  # type: ignore[no-any-return]


def _owner(request: HttpRequest) -> User:
    """Who is signed in, as a row."""
    return User.objects.get(pk=request.user.pk or 0)


def _connected(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("account_login")
    if sociallogin.is_existing and sociallogin.user != request.user:
        return _refused(request, sociallogin.provider.name, is_anothers=True)
    if not sociallogin.is_existing:
        identities.link(
            _owner(request), provider=sociallogin.account.provider, uid=sociallogin.account.uid, now=clock.now()
        )
    messages.success(request, _("%(name)s now opens this account.") % {"name": sociallogin.provider.name})
    return redirect("signin:account")


def _refused(
    request: HttpRequest, name: str, *, is_cancelled: bool = False, is_known: bool = False, is_anothers: bool = False
) -> HttpResponse:
    known = {"name": name, "is_cancelled": is_cancelled, "is_known": is_known, "is_anothers": is_anothers}
    return render(request, "signin/oidc_refused.html", known, status=200 if is_cancelled else 401)


# --- pages -----------------------------------------------------------------------------------------------------------


def connect_token(request: HttpRequest) -> str:
    """What the link to connect carries: nobody else can make somebody's browser connect an account."""
    return salted_hmac("oidc-connect", str(request.session.session_key)).hexdigest()


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the other server. Of the address only where to go on, and the wish to connect, are taken."""
    wished = QueryDict(mutable=True)
    if request.GET.get("next"):
        wished["next"] = request.GET["next"]
    if request.GET.get("process") == "connect":
        mine = request.user.is_authenticated and constant_time_compare(
            request.GET.get("tanda", ""), connect_token(request)
        )
        if not mine:
            raise NotAllowed
        wished["process"] = "connect"
    request.GET = wished  # type: ignore[assignment]
    return _with(OAuth2LoginView, request, provider_id)


@login_not_required
@never_cache
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from it."""
    return _with(OAuth2CallbackView, request, provider_id)


def _with(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    name = dict(providers()).get(provider_id)
    if name is None:
        raise Http404
    try:
        response: HttpResponse = view.adapter_view(Verified(request, provider_id))(request)
    except ImmediateHttpResponse as instead:
        response = instead.response
    except (OAuth2Error, KeyError, TypeError, ValueError) as error:
        # What the other server sends is a stranger's: whatever we stumble over there is a refusal, not a bug.
        log.warning("oidc_refused", provider=provider_id, reason=f"{type(error).__name__}: {error}"[:120])
        response = _refused(request, name)
    return response


@login_not_required
@never_cache
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """He changed his mind there."""
    return _refused(request, "", is_cancelled=True)


@never_cache
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """One's own account is no longer opened by it."""
    number = request.POST.get("number", "")
    if not number.isdecimal() or not identities.unlink(_owner(request), key=int(number), now=clock.now()):
        raise NotFound(identity=number)
    messages.success(request, _("Removed."))
    return redirect("signin:account")
