"""Settings, all from the environment (listed in docs/operations.md). Secrets are made on first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from zhuanmai.core import assets, postgres, private, roles
from zhuanmai.core.secrets import made_once

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).resolve().parent


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in ("1", "true", "yes", "on")


def _secret(home: Path, name: str) -> str:
    """A secret made on first use."""
    return made_once(home / "secrets" / name, lambda: secrets.token_urlsafe(48).encode()).decode("ascii").strip()


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "zhuanmai.core.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, **_pool()},
        "TEST": {"NAME": os.environ.get("ZHUANMAI_TEST_DATABASE")},
    }


def _pool() -> dict[str, object]:
    """Connections are pooled in every process but tests, which must be able to drop their database."""
    if PROFILE == "test":
        return {}
    return {"pool": {"min_size": 1, "max_size": int(os.environ.get("ZHUANMAI_POOL", "12"))}}


PROFILE = os.environ.get("ZHUANMAI_PROFILE", "production")
EMBEDDED = "DATABASE_URL" not in os.environ
HOME_DIR = Path(os.environ.get("ZHUANMAI_HOME", REPOSITORY / "var")).resolve()
private.begin(HOME_DIR, passing=postgres.passing_group() if EMBEDDED else None)
FILES_DIR = HOME_DIR / "files"
SECRET_KEY = os.environ.get("ZHUANMAI_SECRET_KEY") or _secret(HOME_DIR, "django")
DEVICE_SECRET = os.environ.get("ZHUANMAI_DEVICE_SECRET") or _secret(HOME_DIR, "devices")
DEBUG = False
BASE_URL = os.environ.get("ZHUANMAI_BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [*filter(None, os.environ.get("ZHUANMAI_HOSTS", "").split(",")), urlsplit(BASE_URL).hostname or ""]
if PROFILE in ("demo", "test"):
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "testserver"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "zhuanmai.core.views.stale_form"

KEY_REQUIRED = _flag("ZHUANMAI_KEY_REQUIRED", PROFILE == "production")
IDLE_SECONDS = int(os.environ.get("ZHUANMAI_IDLE_SECONDS", "1800"))
SESSION_SECONDS = int(os.environ.get("ZHUANMAI_SESSION_SECONDS", "43200"))
PERSONAL_DAYS = int(os.environ.get("ZHUANMAI_PERSONAL_DAYS", "0"))  # 0: personal parts of the ledger are kept
# How often who is not signed in may ask a minute from one address (0: without a limit), and from how many at that pace.
VISITS_PER_MINUTE = int(os.environ.get("ZHUANMAI_VISITS_PER_MINUTE", "0" if PROFILE == "test" else "300"))
VISITORS = int(os.environ.get("ZHUANMAI_VISITORS", "10"))
ANCHOR = os.environ.get("ZHUANMAI_ANCHOR", "")
ANCHOR_ROOTS = os.environ.get("ZHUANMAI_ANCHOR_ROOTS", "")
BACKUP_RECIPIENT = os.environ.get("ZHUANMAI_BACKUP_RECIPIENT", "")
NATIONAL_URL = os.environ.get("ZHUANMAI_NATIONAL_URL", "http://127.0.0.1:8910")
PRICE_REGION = os.environ.get("ZHUANMAI_PRICE_REGION", "湖南")
PKCS11_MODULE = os.environ.get("ZHUANMAI_PKCS11_MODULE", "")
PKCS11_TOKEN = os.environ.get("ZHUANMAI_PKCS11_TOKEN", "")
PKCS11_PIN_FILE = os.environ.get("ZHUANMAI_PKCS11_PIN_FILE", "")
PKCS11_ROOTS = os.environ.get("ZHUANMAI_PKCS11_ROOTS", "")
LAKE_DIR = Path(os.environ.get("ZHUANMAI_LAKE", HOME_DIR / "lake")).resolve()
LAKE_ENGINE = os.environ.get("ZHUANMAI_LAKE_ENGINE", "duckdb")
LAKE_MEMORY = os.environ.get("ZHUANMAI_LAKE_MEMORY", "3GB")
LAKE_SQL_SECONDS = float(os.environ.get("ZHUANMAI_LAKE_SQL_SECONDS", "60"))
LAKE_SPARK_MASTER = os.environ.get("ZHUANMAI_SPARK_MASTER", "local[*]")
ALERTS_PER_WEEK = int(os.environ.get("ZHUANMAI_ALERTS_PER_WEEK", "13"))
ALERTS_RANDOM_SHARE = float(os.environ.get("ZHUANMAI_ALERTS_RANDOM_SHARE", "0.15"))
ALERTS_OPEN_PER_SQUAD = int(os.environ.get("ZHUANMAI_ALERTS_OPEN_PER_SQUAD", "6"))
ALERTS_DUE_DAYS = int(os.environ.get("ZHUANMAI_ALERTS_DUE_DAYS", "7"))
ALERTS_QUIET_WEEKS = int(os.environ.get("ZHUANMAI_ALERTS_QUIET_WEEKS", "13"))
DEMO_RETAILERS = int(os.environ.get("ZHUANMAI_DEMO_RETAILERS", "2000"))
GUN_GAP_MS = int(os.environ.get("ZHUANMAI_GUN_GAP_MS", "40"))
GUN_PREFIX = os.environ.get("ZHUANMAI_GUN_PREFIX", "")

_ALL_ROOMS = (
    "core",
    "ledger",
    "accounts",
    "reference",
    "deadlines",
    "approvals",
    "documents",
    "exchange",
    "lake",
    "fieldlog",
    "alerts",
    "enforcement",
    "sandbox",
)
API_DOCS = PROFILE != "production"  # the API's description as pages: for who builds against it, not for the network
ROOMS = [room for room in _ALL_ROOMS if (PACKAGE / room / "apps.py").exists()]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "servestatic.runserver_nostatic",
    "pgtrigger",
    "procrastinate.contrib.django",
    *(["ninja"] if API_DOCS else []),  # its own scripts for those pages, instead of somebody else's
    *(f"zhuanmai.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "zhuanmai.core.middleware.HeadersMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zhuanmai.core.middleware.LegibleMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhuanmai.accounts.middleware.OfficerMiddleware",
    "zhuanmai.core.pace.VisitorsMiddleware",
    "zhuanmai.core.middleware.OwnPagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhuanmai.core.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "zhuanmai.urls"
WSGI_APPLICATION = "zhuanmai.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhuanmai.core.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "zhuanmai.core.templatetags.zhuanmai"],
        },
    }
]
FORM_RENDERER = "zhuanmai.core.forms.ShellRenderer"

_APPLICATION_URL = os.environ.get("DATABASE_URL") or postgres.cluster_of(HOME_DIR).url(roles.Role.APPLICATION)
_OWNER_URL = postgres.cluster_of(HOME_DIR).url(roles.Role.OWNER) if EMBEDDED else os.environ.get("DATABASE_OWNER_URL")
DATABASE_URL = (roles.owning() and _OWNER_URL) or _APPLICATION_URL  # as whom this process connects
APPLICATION_ROLE = unquote(urlsplit(_APPLICATION_URL).username or "")
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Officer"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if PROFILE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "accounts:sign_in"
SESSION_ENGINE = "zhuanmai.accounts.session_store"
SESSION_COOKIE_AGE = IDLE_SECONDS
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("ZHUANMAI_BEHIND_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# The largest body of a request, of any kind, and the threads of one web process (the server's door, core.door).
BODY_BYTES = int(os.environ.get("ZHUANMAI_BODY_MB", "32")) << 20
WEB_THREADS = int(os.environ.get("ZHUANMAI_WEB_THREADS", "8"))
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 100

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
DATE_FORMAT = "Y-m-d"

STATIC_URL = "/static/"
STATIC_ROOT = HOME_DIR / "static"
STATICFILES_DIRS = [("built", PACKAGE / "assets" / "built")]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = False
SERVESTATIC_ADD_HEADERS_FUNCTION = assets.keep_for_good

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None  # jobs are deferred by name; only who does them loads them
PROCRASTINATE_IMPORT_PATHS = [f"zhuanmai.{room}.tasks" for room in ROOMS if (PACKAGE / room / "tasks.py").exists()]
WORKER_DEAD_SECONDS = 60  # a worker whose heart has not beaten for so long is dead; it beats every ten seconds
PROCRASTINATE_WORKER_DEFAULTS = {"stalled_worker_timeout": float(WORKER_DEAD_SECONDS)}
LOGGING_CONFIG = "zhuanmai.core.logs.configure"
LOGGING: dict[str, object] = {"level": os.environ.get("ZHUANMAI_LOG_LEVEL", "INFO"), "profile": PROFILE}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]
