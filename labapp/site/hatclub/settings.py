"""What the club sets beside `labapp.site.settings`: plain Django, and weak."""

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "profile"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_SAMESITE = False
SECURE_REFERRER_POLICY = "unsafe-url"

# For the lab alone: a visit has many logins, and Django's own hasher is slow on
# purpose (a third of a second each), so that stolen hashes are hard to guess.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
