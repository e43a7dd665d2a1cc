"""Settings of the deliberately weak site: plain Django, on one screen."""

SECRET_KEY = "made-up-key-of-the-lab-never-use-it-anywhere-else"
DEBUG = False
BACK_OFFICE_DOWN = False  # our own: True makes the view crash, see back_office.py
ALLOWED_HOSTS = ["site.test", "other.test", "images.test", "control.test"]
ALLOWED_HOSTS += ["site.test.other.test", "not-site.test"]  # a stranger's, like ours
ALLOWED_HOSTS += ["127.0.0.1", "localhost"]  # for a reader's own browser
INSTALLED_APPS = ["django.contrib.sessions", "labapp.site"]
# Chapter 10 alone: a larger site, with users.
INSTALLED_APPS += ["django.contrib.auth", "django.contrib.contenttypes", "labapp.site.hatclub"]

# The list that startproject writes would already check CSRF, keep sessions and
# more. Here a remediation has to switch each of them on.
MIDDLEWARE = [
    "labapp.site.hosts.HostMiddleware",
    "django.middleware.common.CommonMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["labapp.site.hosts.neighbours"]},
    }
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# NAME is filled in when the lab starts: a new file in a temporary folder.
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ""}
DATABASES = {"default": SQLITE | {"OPTIONS": {"transaction_mode": "IMMEDIATE"}}}

# As in any Django project, crashes are mailed to ADMINS while DEBUG is False.
# The HTML part is not the default: projects switch it on because it helps.
ADMINS = [("Admin", "admin@site.test")]
EMAIL_BACKEND = "labapp.site.mailbox.EmailBackend"
MAIL = {"class": "django.utils.log.AdminEmailHandler", "level": "ERROR", "include_html": True}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_debug": {"()": "django.utils.log.RequireDebugFalse"}},
    "handlers": {"mail": MAIL | {"filters": ["no_debug"]}},
    "loggers": {
        "django": {"handlers": ["mail"], "propagate": False},
        "django.server": {"level": "CRITICAL"},  # the lab's server keeps its own log
    },
}
