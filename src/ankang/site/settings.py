"""Django settings of the control plane; every value an operator may set comes from ``ankang.config.settings``."""

import sys

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from ankang.base.limits import MAX_BODY
from ankang.config.keys import RootKey
from ankang.config.postgres import database_url, django_database
from ankang.config.settings import load_settings
from ankang.core.sm import kdf

_settings = load_settings()
_root_key = RootKey.create(_settings.keys_folder / "root.key")

SECRET_KEY = kdf(_root_key.fingerprint(), "django").hex()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the front passes the Host on; links on posters use ANKANG_PUBLIC_URL, never the Host
ROOT_URLCONF = "ankang.site.urls"
WSGI_APPLICATION = "ankang.site.wsgi.application"
USE_X_FORWARDED_HOST = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "ankang.site.apps.SiteConfig",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "procrastinate.contrib.django",
    "ankang.trust",
    "ankang.base",
    "ankang.staff",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "ankang.people",
    "ankang.places",
    "ankang.health",
    "ankang.access",
    "ankang.passage",
    "ankang.archive",
    "ankang.scenes.rides",
    "ankang.exchange",
    "ankang.insight",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ankang.base.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ankang.base.middleware.language_from_address",
    "ankang.people.elder.elder_from_address",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ankang.staff.middleware.session_limits",
    "ankang.staff.middleware.small_bodies",
    "ankang.access.row_security.second_wall",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ankang.base.middleware.ProblemMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ankang.site.context.house",
            ],
        },
    }
]

_database = django_database(database_url(_settings))
_database["OPTIONS"] |= {"application_name": "ankang control plane", "connect_timeout": 5}
DATABASES = {
    "default": {**_database, "ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/console/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "ankang.staff.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # base.sign_in counts failures in the database, for every process and machine
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/console/login/"
ACCOUNT_FORMS = {
    "login": "ankang.staff.forms.SignInForm",
    "reauthenticate": "ankang.staff.forms.WordAgainForm",
    "change_password": "ankang.staff.forms.NewPasswordForm",
}
MFA_ADAPTER = "ankang.staff.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "ankang.staff.forms.CodeForm",
    "reauthenticate": "ankang.staff.forms.CodeAgainForm",
    "activate_totp": "ankang.staff.forms.EnrolCodeForm",
    "deactivate_totp": "ankang.staff.forms.DropCodeForm",
    "add_webauthn": "ankang.staff.forms.PasskeyForm",
}
SOCIALACCOUNT_ADAPTER = "ankang.staff.oidc.SocialAdapter"
ANKANG_STAFF_IDLE = _settings.staff_idle_minutes * 60
ANKANG_STAFF_SESSION = _settings.staff_session_hours * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = _settings.staff_session_hours * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "ankang.base.views.form_expired"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _settings.address.startswith("https://")
CSRF_TRUSTED_ORIGINS = [_settings.address]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY
ANKANG_API_RATE = 600  # requests a minute of one caller and process; 0: no limit
ANKANG_API_RATE_OF_AN_ADDRESS = 3000  # of callers without a name: many phones share one address
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY  # uploads hold personal data: never a temporary file in clear

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "ankang_lang"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = _settings.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

UNFOLD = {
    "SITE_TITLE": _("Ankang code"),
    "SITE_HEADER": _("Ankang code console"),
    "SITE_SUBHEADER": "安康码",
    "SITE_URL": "/console/",
    "SITE_SYMBOL": "shield",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "STYLES": [lambda request: static("dist/console.css")],
    "SCRIPTS": [lambda request: static("dist/keys.js")],
    "COLORS": {
        "primary": {
            "50": "240 244 250",
            "100": "220 229 242",
            "200": "184 203 229",
            "300": "138 170 211",
            "400": "90 131 187",
            "500": "54 98 160",
            "600": "35 76 134",
            "700": "27 60 109",
            "800": "21 47 87",
            "900": "15 35 66",
            "950": "9 22 43",
        }
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "ankang.site.console.navigation"},
    "ACCOUNT": {"navigation": [{"title": _("My sign-in"), "link": reverse_lazy("mfa_index")}]},
    "DASHBOARD_CALLBACK": "ankang.site.console.dashboard",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "procrastinate": {"level": "WARNING"}},
}

ANKANG_DEMO = _settings.demo
ANKANG_ROW_SECURITY = _settings.row_security
ANKANG_PUBLIC_URL = _settings.address
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
