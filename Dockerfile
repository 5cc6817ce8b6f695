# One image for web, worker and beat; docker-compose.yml says which command each of them runs.

FROM python:3.11-slim AS assets
WORKDIR /app
COPY . .
RUN python scripts/setup.py

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=carecoord.settings CARECOORD_MODE=production CARECOORD_DATA=/data BIND=0.0.0.0:8000
WORKDIR /app
RUN useradd --system --create-home carecoord && install -d -o carecoord /data /anchors
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=assets /app/static/built static/built
# Collecting asks for settings that are safe; none of these values is kept.
RUN random() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; } && \
    SECRET_KEY="$(random)" AUDIT_ANCHOR_KEY="$(random)" ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgresql://cc_app@none/none REDIS_URL=redis://none python manage.py collectstatic --no-input
USER carecoord
CMD ["gunicorn", "carecoord.wsgi"]
