"""The one settings file: environment only, safe defaults. Each is described in docs/reference/settings.md."""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.clock import Zone
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _
from mapalus.project import env, logs

PACKAGE = Path(__file__).resolve().parents[1]
DATA_DIR = Path(env.text("MAPALUS_DATA_DIR", ".mapalus")).resolve()

DEBUG = env.boolean("MAPALUS_DEBUG")
SECRET_KEY = env.text("MAPALUS_SECRET_KEY")
if not SECRET_KEY:
    raise Misconfigured(
        _("MAPALUS_SECRET_KEY is not set."),
        advice=_("Set it to a long random text, or use `mapalus demo`, which makes one."),
    )
ALLOWED_HOSTS = env.listing("MAPALUS_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))
CSRF_FAILURE_VIEW = "mapalus.doors.ui.problems.stale_form"
CSRF_TRUSTED_ORIGINS = env.listing("MAPALUS_ORIGINS")
SITE_URL = env.text("MAPALUS_SITE_URL", "http://127.0.0.1:8000")
# Where browsers find the event stream: an origin, `:8001` for that port of the host they came to, or empty for
# the same origin behind a proxy, which hands /events/stream to the stream process.
STREAM_URL = env.text("MAPALUS_STREAM_URL")
STREAM_PORT = env.integer("MAPALUS_STREAM_PORT", default=8001)

PROVINCE_CODE = env.text("MAPALUS_PROVINCE", "71")
INSTANCE_REGION = env.text(
    "MAPALUS_REGION", PROVINCE_CODE
)  # whose installation this is: 71.71 where a district runs it
PROVINCE_ZONE = Zone(env.text("MAPALUS_ZONE", "WITA"))
LEDGER_KEY = env.text("MAPALUS_LEDGER_KEY")  # 32 bytes in hex that sign checkpoints; empty: made from the secret
LAKE = env.text("MAPALUS_LAKE")  # s3://bucket/prefix; empty: versions lie in the data folder
LAKE_ADDRESS = env.text("MAPALUS_LAKE_ADDRESS", "https://s3.amazonaws.com")
LAKE_REGION = env.text("MAPALUS_LAKE_REGION", "us-east-1")
LAKE_KEY = (env.text("MAPALUS_LAKE_KEY_ID"), env.text("MAPALUS_LAKE_SECRET"))
LAKE_CACHE = env.integer("MAPALUS_LAKE_CACHE", default=50)  # GB of versions that were read lately
PERSONAL_KEY = env.text("MAPALUS_PERSONAL_KEY")  # seals the personal values of cases; empty: made from the secret
FETCH_ALLOWED = env.listing("MAPALUS_FETCH_ALLOWED")  # private hosts that may be asked
DROP_DIR = env.text("MAPALUS_DROP_DIR")  # where the drop folders of agencies lie; empty: `drops` in the data folder
NOTICE_HOOK = env.text("MAPALUS_NOTICE_HOOK")  # address of a message gateway (WhatsApp, SMS); empty: none
NOTICE_HOOK_SECRET = env.text("MAPALUS_NOTICE_HOOK_SECRET")  # signs what is posted to it
NOTICE_POST = "mapalus.engine.web.post.post"
VAPID_PRIVATE_KEY = env.text("MAPALUS_VAPID_PRIVATE_KEY")  # 32 bytes in base64url; empty: no web push
VAPID_SUBJECT = env.text("MAPALUS_VAPID_SUBJECT", "mailto:mapalus@localhost")
PACKS_SHIPPED = env.shipped_packs(PACKAGE)  # where one that none of PACKS replaces is found
PACKS = [Path(folder).resolve() for folder in env.listing("MAPALUS_PACKS")] or PACKS_SHIPPED
OPEN311_KEYS = env.listing("MAPALUS_OPEN311_KEYS")  # name:key of each system that may file reports
OPEN311_JURISDICTION = env.text("MAPALUS_OPEN311_JURISDICTION")  # another name for the province there
OPEN311_CONTACT = env.text("MAPALUS_OPEN311_CONTACT", "Dinas Komunikasi dan Informatika")

SAMPLE_DATA = env.boolean("MAPALUS_SAMPLE_DATA")  # every page says "data contoh"
SAMPLE_SIGNIN = env.boolean("MAPALUS_SAMPLE_SIGNIN")  # one-click sign-in of sample people also from other machines
# Officials set up a second factor before anything else; only sample provinces do without unless told.
REQUIRE_MFA = env.boolean("MAPALUS_REQUIRE_MFA", default=not SAMPLE_DATA)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "mapalus.doors.signin",  # before allauth: its pages are ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",  # which devices are signed in, and how one ends them
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "mapalus.apps.ledger",
    "mapalus.apps.jobs",
    "mapalus.apps.directory",
    "mapalus.apps.notices",
    "mapalus.apps.catalogue",
    "mapalus.apps.cases",
    "mapalus.apps.letters",
    "mapalus.apps.federation",
    "mapalus.apps.boards",
    "mapalus.doors.ui",
    "mapalus.doors.portal",
    "mapalus.doors.desk",
    "mapalus.doors.command",
    "mapalus.doors.api",
]
MIDDLEWARE = [
    "mapalus.project.proxy.WatchedByAddress",
    "mapalus.project.logs.RequestNumber",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mapalus.doors.ui.middleware.PackedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mapalus.doors.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # deny by default; the portal opts out, view by view
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mapalus.apps.directory.middleware.ActorMiddleware",
    "mapalus.doors.signin.middleware.RequireSecondFactor",
    "mapalus.doors.ui.problems.ProblemMiddleware",
]
BEHIND_PROXY = env.boolean("MAPALUS_BEHIND_PROXY")  # nobody reaches us but through it: its word on who asks, and how
if BEHIND_PROXY:
    MIDDLEWARE.insert(0, "mapalus.project.proxy.BehindProxy")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
ROOT_URLCONF = "mapalus.project.urls"
WSGI_APPLICATION = "mapalus.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mapalus.doors.ui.context.surroundings",
            ],
        },
    }
]

DATABASES = {"default": env.database("MAPALUS_DATABASE_URL", default=DATA_DIR / "mapalus.sqlite")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "signin:arrive"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "mapalus.doors.signin.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the unit vouches for the address of an official
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers; the page says the same either way
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300  # seconds; messages to telephones take their time
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
OIDC = env.providers("MAPALUS_OIDC")  # other servers that may say who somebody is: INApas, IKD, an agency's own
SOCIALACCOUNT_ADAPTER = "mapalus.doors.signin.oidc.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC}}
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead to another server here (form-action); `state` guards it
SOCIALACCOUNT_EMAIL_REQUIRED = False
ACCOUNT_RATE_LIMITS = {  # what else the library limits stays as it has it
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/m/key",
    "request_login_code": "20/m/ip,3/m/key",
    "request_phone_code": "5/h/key,1/30s/key",
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_FORMS = {
    "login": "mapalus.doors.signin.forms.SignInForm",
    "request_login_code": "mapalus.doors.signin.forms.RequestCodeForm",
    "confirm_login_code": "mapalus.doors.signin.forms.ConfirmCodeForm",
    "reset_password": "mapalus.doors.signin.forms.ResetPasswordForm",
    "confirm_password_reset_code": "mapalus.doors.signin.forms.ConfirmResetForm",
    "reset_password_from_key": "mapalus.doors.signin.forms.NewPasswordForm",
    "change_password": "mapalus.doors.signin.forms.ChangePasswordForm",
    "set_password": "mapalus.doors.signin.forms.SetPasswordForm",
    "reauthenticate": "mapalus.doors.signin.forms.ReauthenticateForm",
}
MFA_ADAPTER = "mapalus.doors.signin.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "mapalus.doors.signin.forms.AddKeyForm",
    "edit_webauthn": "mapalus.doors.signin.forms.EditKeyForm",
    "authenticate_webauthn": "mapalus.doors.signin.forms.KeyForm",
    "reauthenticate_webauthn": "mapalus.doors.signin.forms.KeyAgainForm",
    "authenticate": "mapalus.doors.signin.forms.SecondFactorForm",
    "reauthenticate": "mapalus.doors.signin.forms.SecondFactorAgainForm",
    "activate_totp": "mapalus.doors.signin.forms.ActivateForm",
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Codes go out by mail. Without a server they lie as files in the data folder, for whoever runs the installation.
EMAIL_HOST = env.text("MAPALUS_MAIL_HOST")
EMAIL_PORT = env.integer("MAPALUS_MAIL_PORT", default=587)
EMAIL_HOST_USER = env.text("MAPALUS_MAIL_USER")
EMAIL_HOST_PASSWORD = env.text("MAPALUS_MAIL_PASSWORD")
EMAIL_USE_TLS = bool(EMAIL_HOST_USER)
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("MAPALUS_MAIL_FROM", "mapalus@localhost")

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Indonesia"), ("en", "English")]
USE_TZ = True
TIME_ZONE = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}[PROVINCE_ZONE]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []

LOG_FORM = env.text("MAPALUS_LOG", "text")  # text for people, json for machines
logs.configure(LOG_FORM)
LOGGING = logs.settings_for(LOG_FORM)

# Nothing runs or loads but our own files; no inline script or style anywhere. Live boards may reach the stream.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],  # boards add the origin of the stream
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
