# One image for every part: `docker run hypecurve run`, `... run tracker`, `... status`.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY bots bots
COPY migrations migrations
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 hypecurve \
    && install -d -o hypecurve -g hypecurve /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HYPECURVE_LOG_FORMAT=json \
    HYPECURVE_WEB=:8080 \
    MPLCONFIGDIR=/tmp/matplotlib \
    DATABASE_URL=sqlite:////data/hypecurve.db
USER hypecurve
WORKDIR /data
VOLUME /data
# Listened on only where Slack calls us: with SLACK_SIGNING_SECRET.
EXPOSE 8080
# Alive: some part holds a lease that has not run out.
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s --retries=3 \
    CMD ["hypecurve", "status", "--check"]
ENTRYPOINT ["hypecurve"]
CMD ["run"]
