"""Every setting, from the environment (see environment.py). Reading this module starts no server."""

import os

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from carecoord import environment
from carecoord.environment import BASE_DIR

env = os.environ

# What runs, and where it writes ---------------------------------------------------------------------------------------
CARECOORD_MODE = environment.mode()
CARECOORD_DATA = environment.data_folder()
PRODUCTION = CARECOORD_MODE == "production"

if CARECOORD_MODE not in environment.MODES:
    raise ImproperlyConfigured(f"CARECOORD_MODE is one of {', '.join(environment.MODES)}.")
if PRODUCTION and (problems := environment.unsafe(env)):
    raise ImproperlyConfigured("CareCoord does not start like this:\n- " + "\n- ".join(problems))

# matplotlib keeps a list of the machine's typefaces, and would keep it in somebody's home.
env.setdefault("MPLCONFIGDIR", str(CARECOORD_DATA / "matplotlib"))

DEBUG = False  # always: our own error pages in every mode
SECRET_KEY = env.get("SECRET_KEY") or environment.kept_secret(CARECOORD_DATA / "secret-key")
ALLOWED_HOSTS = environment.listed(env.get("ALLOWED_HOSTS", "")) or ["localhost", "127.0.0.1", "[::1]"]
# What the database must not hold in the clear (seeds of second factors, drafts). The first key writes, all read.
ENCRYPTION_KEYS = environment.listed(env.get("CARECOORD_ENCRYPTION_KEY", "")) or [
    environment.kept_secret(CARECOORD_DATA / "encryption-key", environment.ENCRYPTION_KEY_LENGTH)
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

ROOT_URLCONF = "carecoord.urls"
WSGI_APPLICATION = "carecoord.wsgi.application"
INSTALLED_APPS = [
    "carecoord",
    "carecoord.access",
    "carecoord.audit",
    "carecoord.delivery",
    "carecoord.sites",
    "pathways",
    "pathways.gaps",
    "medications",
    "referrals",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "crispy_forms",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]
MIDDLEWARE = [
    "carecoord.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "carecoord.requests.OwnWindow",  # static files too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "carecoord.requests.RefuseUnreadable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "carecoord.requests.NeverStored",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "carecoord.access.door.DoorMiddleware",
    "carecoord.access.middleware.ActingMiddleware",
    "carecoord.access.middleware.AbilityMiddleware",
]
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
                "carecoord.context.every_page",
                "carecoord.access.context.at_the_door",
                "pathways.context.navigation",
            ],
            # {% csrf_token %} also says who opened the form; see carecoord/access/own_forms.py.
            "builtins": ["carecoord.access.templatetags.own_forms"],
        },
    }
]

# Database, cache, sessions --------------------------------------------------------------------------------------------
DATABASE_ROLE = environment.database_role()
# One address for every role is for trying out: production refuses it.
if database_url := env.get(environment.url_variable(DATABASE_ROLE)) or env.get("DATABASE_URL"):
    DATABASE = {"ENGINE": "django.db.backends.postgresql", **environment.database_from(database_url)}
else:
    DATABASE = {"ENGINE": "carecoord.postgresql", "NAME": "carecoord", "USER": f"cc_{DATABASE_ROLE}"}
# A pooler in transaction mode hands the connection on between two fetches: no cursors on the server's side.
DATABASE |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": DATABASE_ROLE == "app"}
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In PostgreSQL, not in Redis: signing in must not depend on the job queue.
# It holds the limits of sign-in and the codes that were used: of Django's 300 entries somebody who tries many accounts
# would push them out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# What a page says once can name a woman's care: it waits in the session's row, never in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 12 * 60 * 60  # the longest shift; seconds
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Jobs -----------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.get("REDIS_URL") or "redis://127.0.0.1:6379/0"  # `make run` names its embedded Valkey here
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long the queue is away, the worker waits for it
# Seconds until the task of a killed worker is given to another. No task may take as long, nor be put off for longer.
CELERY_VISIBILITY_TIMEOUT = 60
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": CELERY_VISIBILITY_TIMEOUT}  # Celery reads all three
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 20, 30  # seconds
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5  # seconds in which a worker that is told to go finishes what it does
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(CARECOORD_DATA / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # An unseen minute's sweep is dropped when the next one comes: one sweep catches up with everything.
    "sweep": {"task": "pathways.tasks.sweep", "schedule": 60, "options": {"expires": 60}},
    "deliver": {"task": "carecoord.delivery.tasks.deliver", "schedule": 15, "options": {"expires": 15}},
    "tell_of_unaccepted": {"task": "medications.tasks.tell_of_unaccepted", "schedule": 60, "options": {"expires": 60}},
    "follow_up": {"task": "carecoord.delivery.tasks.follow_up", "schedule": 300, "options": {"expires": 300}},
    "referrals": {"task": "referrals.tasks.whose_turn", "schedule": 60, "options": {"expires": 60}},
    "send_letters": {"task": "referrals.tasks.send_letters", "schedule": 15, "options": {"expires": 15}},
    "ward_doses": {"task": "medications.tasks.schedule", "schedule": 300, "options": {"expires": 300}},
    "second_doses": {"task": "medications.tasks.tell_of_reports", "schedule": 15, "options": {"expires": 15}},
    "keep_places": {"task": "referrals.tasks.keep_places", "schedule": 60, "options": {"expires": 60}},
    "clinic_days": {"task": "referrals.tasks.make_clinic_days", "schedule": 3600, "options": {"expires": 3600}},
    "cancelled": {"task": "referrals.tasks.pass_on_cancelled", "schedule": 60, "options": {"expires": 60}},
    "messages_to_her": {"task": "pathways.tasks.write_to_her", "schedule": 60, "options": {"expires": 60}},
    "write_to_her": {"task": "referrals.tasks.write_to_her", "schedule": 300, "options": {"expires": 300}},
    "count_gaps": {"task": "pathways.gaps.tasks.count", "schedule": 60, "options": {"expires": 60}},
    "tell_gaps": {"task": "pathways.gaps.tasks.tell", "schedule": 900, "options": {"expires": 900}},
    "engagement": {"task": "pathways.gaps.tasks.analyse_engagement", "schedule": 21600, "options": {"expires": 21600}},
    "calls_wanted": {"task": "pathways.gaps.tasks.tell_of_calls", "schedule": 60, "options": {"expires": 60}},
    "heartbeat": {"task": "carecoord.tasks.heartbeat", "schedule": 60, "options": {"expires": 60}},
    "seal_audit": {"task": "carecoord.audit.tasks.seal_audit", "schedule": 30, "options": {"expires": 30}},
    "anchor_audit": {"task": "carecoord.audit.tasks.anchor_audit", "schedule": 3600, "options": {"expires": 3600}},
    "find_unusual": {"task": "carecoord.audit.tasks.find_unusual", "schedule": 900, "options": {"expires": 900}},
    "forget": {"task": "carecoord.access.tasks.forget_expired", "schedule": 600, "options": {"expires": 600}},
}

# Audit ----------------------------------------------------------------------------------------------------------------
# Where the chain's head is told every hour; best a disk or a host that the database's administrators cannot write.
AUDIT_ANCHOR_FILE = env.get("AUDIT_ANCHOR_FILE") or str(CARECOORD_DATA / "anchors.log")
AUDIT_ANCHOR_EMAILS = environment.listed(env.get("AUDIT_ANCHOR_EMAILS", ""))
AUDIT_ANCHOR_KEY = env.get("AUDIT_ANCHOR_KEY") or environment.kept_secret(CARECOORD_DATA / "anchor-key")

# Sign-in --------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"  # leads on to the first screen of the role
ACCOUNT_ADAPTER = "carecoord.signin.StaffAccounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who knows the address
ACCOUNT_SESSION_REMEMBER = False  # closing the browser signs out
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a reset asked for a stranger sends nothing
ACCOUNT_RATE_LIMITS = {
    # A whole hospital is often one address on the internet: limits for each account, loose ones for an address.
    "login": "600/m/ip",
    "login_failed": "120/m/ip,5/300s/key",
    "questions": "60/m/ip",
    "answer_link": "60/m/ip",  # a link is spent by five wrong codes anyway
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds for which somebody who signed in, or proved it again, is known
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0

# A second factor for everybody; the demonstration offers it and demands nothing.
MFA_REQUIRED = CARECOORD_MODE != "demo"
MFA_ADAPTER = "carecoord.access.second_factor.SecondFactors"
MFA_FORMS = {
    "activate_totp": "carecoord.access.second_factor.SetUpApp",
    "authenticate_webauthn": "carecoord.access.second_factor.PasskeyAtTheSecondStep",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}  # nothing of a passkey can be guessed
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TRUST_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # see ACCOUNT_EMAIL_VERIFICATION
MFA_TOTP_ISSUER = "CareCoord"

# Signing in with a site's own service; see carecoord/access/oidc.py. Without any there is no button and no address.
OIDC_ISSUERS = environment.issuers(env)
SOCIALACCOUNT_ADAPTER = "carecoord.access.oidc.LinkedAccounts"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.oidc_apps(OIDC_ISSUERS)}}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False

# How long a page stays open without anybody there, in seconds; see carecoord/access/door.py.
IDLE_LOCK_SECONDS = 15 * 60
IDLE_LOCK_SECONDS_SHARED = 10 * 60  # on an enrolled shared machine
LONGEST_SIGN_IN_SECONDS = SESSION_COOKIE_AGE

# What a browser is told -----------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *environment.origins(OIDC_ISSUERS)],  # a browser counts where a form is led on to
    }
}
CSRF_FAILURE_VIEW = "carecoord.access.own_forms.refused"
SECURE_REFERRER_POLICY = "same-origin"  # with "no-referrer" every form would be refused
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the proxy of docker-compose.yml sets it
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked from inside, without TLS
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    MACHINE_COOKIE_NAME, PARKED_COOKIE_NAME = "__Host-machine", "__Host-parked"
else:  # browsers share cookies between the ports of one host: two clones side by side need names of their own
    SESSION_COOKIE_NAME = f"session-{env.get('PORT', '8000')}"
    CSRF_COOKIE_NAME = f"csrf-{env.get('PORT', '8000')}"
    MACHINE_COOKIE_NAME = f"machine-{env.get('PORT', '8000')}"
    PARKED_COOKIE_NAME = f"parked-{env.get('PORT', '8000')}"

# Language, files, mail ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "Europe/London"  # shown; stored is UTC
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION  # production collects once and serves names with a hash
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = ("care",)
CRISPY_TEMPLATE_PACK = "care"

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if PRODUCTION else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = CARECOORD_DATA / "mail"
EMAIL_HOST = env.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.get("EMAIL_USER", ""), env.get("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.truthy(env.get("EMAIL_TLS", ""))
EMAIL_TIMEOUT = 5  # seconds
DEFAULT_FROM_EMAIL = env.get("EMAIL_FROM", "carecoord@localhost")

# Messages to staff ----------------------------------------------------------------------------------------------------
# Where the link in a message leads: the sign-in, and nowhere else.
OWN_ADDRESS = f"https://{ALLOWED_HOSTS[0]}/" if PRODUCTION else f"http://localhost:{env.get('PORT', '8000')}/"
LEAVES_HERE = CARECOORD_MODE != "demo"  # the demonstration's people are invented: nothing is sent to anybody
NOTIFY_API_URL = env.get("NOTIFY_API_URL") or "https://api.notifications.service.gov.uk"
NOTIFY_API_KEY = env.get("NOTIFY_API_KEY", "") if LEAVES_HERE else ""
NOTIFY_TEMPLATES = {
    "urgent": env.get("NOTIFY_TEMPLATE_ID", ""),
    "digest": env.get("NOTIFY_TEMPLATE_ID_DIGEST", ""),
    "test": env.get("NOTIFY_TEMPLATE_ID", ""),  # with the number 0
}
# Messages to women: fixed texts that say nothing. Each way stays closed until its own setting is there.
NOTIFY_TEMPLATE_TO_HER = env.get("NOTIFY_TEMPLATE_ID_TO_HER", "")
EMAIL_FROM_TO_HER = env.get("EMAIL_FROM_TO_HER", "")  # an address that says nothing of a service
WEBHOOK_URLS = environment.webhooks(env) if LEAVES_HERE else {}
WEBHOOK_SECRET = env.get("WEBHOOK_SECRET", "")

# Gaps between sites ---------------------------------------------------------------------------------------------------
# Engagement and staying in treatment (docs/engagement.md): a research view, which each installation decides on.
ENGAGEMENT_ANALYSIS = env.get("CARECOORD_ENGAGEMENT_ANALYSIS", "off") == "on"

# Watching -------------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env.get("METRICS_TOKEN", "")  # without it production tells no figures
HEARTBEAT_URL = env.get("HEARTBEAT_URL", "") if LEAVES_HERE else ""

# Log lines: ids only --------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "carecoord.logs.configure"
LOGGING = {"level": env.get("LOG_LEVEL", "INFO"), "handlers": ["stderr"]}
