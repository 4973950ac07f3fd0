# Stand-in for python:3.13-slim: Debian's own Python under the paths of the official image.
FROM debian:trixie-slim
COPY apt-any-date.conf /etc/apt/apt.conf.d/99any-date
# Without EXTERNALLY-MANAGED pip may install, as it may in the official image.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends python3 python3-venv python3-pip \
    && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED \
    && ln -s /usr/bin/python3 /usr/local/bin/python \
    && ln -s /usr/bin/python3 /usr/local/bin/python3
# The machine's own authorities, for pip inside a build. They belong here and never in an image of the project.
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1 LANG=C.UTF-8
CMD ["python3"]
