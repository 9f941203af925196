"""All settings, read from the environment. Nonsense in a variable stops the start with a hint.

Without any variable: SQLite, files under `var/`, background work inside the one server process. `DATABASE_URL` and
`REDIS_URL` turn the same code into a team's installation.
"""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from crispmlq import logs
from crispmlq.csp import NONE, SELF
from crispmlq.environment import (
    database,
    env,
    envbool,
    envint,
    envlist,
    envsecret,
    kept_secret,
    require_https,
    require_scheme,
    sqlite,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env("CRISPMLQ_VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DATABASE_URL = envsecret("DATABASE_URL")
REDIS_URL = envsecret("REDIS_URL")
require_scheme("REDIS_URL", [REDIS_URL] if REDIS_URL else [], "redis://", "rediss://", "unix://")
EMBEDDED = not REDIS_URL

DEBUG = envbool("CRISPMLQ_DEBUG", False)
CRISPMLQ_GALLERY = envbool("CRISPMLQ_GALLERY", DEBUG)
ALLOWED_HOSTS = envlist("CRISPMLQ_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = envlist("CRISPMLQ_ORIGINS", [])
require_scheme("CRISPMLQ_ORIGINS", CSRF_TRUSTED_ORIGINS, "https://", "http://")

SECRET_KEY = envsecret("SECRET_KEY")
if not SECRET_KEY and DATABASE_URL:
    raise ImproperlyConfigured("Set SECRET_KEY or SECRET_KEY_FILE: 50 random characters, the same for all processes.")
SECRET_KEY = SECRET_KEY or kept_secret(VAR_DIR / "secret_key")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "ui",
    "audit",
    "jobs",
    "accounts",
    "catalogue",
    "evidence",
    "notices",
    "policies",
    "projects",
    "registry",
    "experiments",
    "releases",
    "monitoring",
    "regulations",
    "compliance",
    "api",
]

MIDDLEWARE = [
    "crispmlq.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "crispmlq.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crispmlq.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "crispmlq.urls"
WSGI_APPLICATION = "crispmlq.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Stores
DATABASES = {"default": database(DATABASE_URL) if DATABASE_URL else sqlite(VAR_DIR / "crispmlq.sqlite3")}
EVIDENCE_DIR = Path(env("CRISPMLQ_EVIDENCE_DIR", str(VAR_DIR / "evidence")))
EVIDENCE_MAX_BYTES = envint("CRISPMLQ_EVIDENCE_MAX_BYTES", 50 * 1024 * 1024, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The trail
AUDIT_ORIGIN = env("AUDIT_ORIGIN")
AUDIT_KEY_FILE = Path(env("AUDIT_KEY_FILE", str(VAR_DIR / "audit_key")))
AUDIT_STATE_FILE = Path(env("AUDIT_STATE_FILE", str(VAR_DIR / "audit_state")))
# Where the newest root note goes, once a day; each may be empty.
AUDIT_ANCHOR_FOLDER = env("AUDIT_ANCHOR_FOLDER")
AUDIT_ANCHOR_MAIL = envlist("AUDIT_ANCHOR_MAIL", [])
AUDIT_ANCHOR_WEBHOOK = envsecret("AUDIT_ANCHOR_WEBHOOK")
require_https("AUDIT_ANCHOR_WEBHOOK", AUDIT_ANCHOR_WEBHOOK)
AUDIT_ANCHOR_TSA = env("AUDIT_ANCHOR_TSA")  # its answers are signed, so plain http will do
AUDIT_ANCHOR_TSA_CERTIFICATES = env("AUDIT_ANCHOR_TSA_CERTIFICATES")
require_scheme("AUDIT_ANCHOR_TSA", [AUDIT_ANCHOR_TSA] if AUDIT_ANCHOR_TSA else [], "https://", "http://")

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("CRISPMLQ_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["username", "display_name", "email"]}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_TOTP_ISSUER = "crispmlq"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# What browsers are told
SECURE_CSP = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
HTTPS = envbool("CRISPMLQ_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
# Whether other names under the same domain have HTTPS only, and want to be on browsers' lists, is their owner's to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if envbool("CRISPMLQ_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CSRF_FAILURE_VIEW = "crispmlq.refusals.csrf_failure"

# Mail; CRISPMLQ_URL is where its links lead
CRISPMLQ_URL = env("CRISPMLQ_URL", "http://127.0.0.1:8000").rstrip("/")
require_scheme("CRISPMLQ_URL", [CRISPMLQ_URL], "https://", "http://")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env('EMAIL_HOST') else 'console'}.EmailBackend"
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = envint("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = envsecret("EMAIL_HOST_PASSWORD")
EMAIL_TIMEOUT = 10
EMAIL_USE_TLS = envbool("EMAIL_USE_TLS", True)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "crispmlq@localhost")

# Background work
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"polling_interval": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "seal": {"task": "audit.seal", "schedule": 5.0},
    "anchor": {"task": "audit.anchor", "schedule": 3600.0},  # each kind once a day; what failed, in the next hour
    "deliver notices": {"task": "notices.deliver", "schedule": 60.0},
    "remind": {"task": "projects.remind", "schedule": 3600.0},  # each once per person and period
    "mend jobs": {"task": "jobs.mend", "schedule": 60.0},
    "watch operation": {"task": "monitoring.watch", "schedule": 30.0},
    "forget idempotency keys": {"task": "api.forget_idempotency_keys", "schedule": 3600.0},
}

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.handle",
    "DEFAULT_VERSIONING_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "crispmlq",
    "DESCRIPTION": "Machine-learning projects through the six phases of CRISP-ML(Q), with a verifiable trail.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    # Choices stay where they are used: pulled out, they would get made-up names that change with every new kind of row.
    "POSTPROCESSING_HOOKS": [],
}

# Logs
LOGGING_CONFIG = None
logs.configure(level=env("CRISPMLQ_LOG_LEVEL", "INFO"))
